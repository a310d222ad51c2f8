import type { Instant } from '../instant.ts'

const places = { alive: 0, version: 1, renewedAt: 2, renewedWall: 3 } as const

/** Moments that two threads of one process tell each other without a message, which a blocked thread could not take. All are microseconds of {@link sharedClock}. */
export class SharedStamps {
  readonly memory: SharedArrayBuffer
  private readonly cells: BigInt64Array

  /** @param memory of another thread's. @default new memory */
  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(8 * Object.keys(places).length)) {
    this.memory = memory
    this.cells = new BigInt64Array(memory)
  }

  /** Milliseconds at which the client's thread ran last. */
  get alive(): number {
    return millisOf(Atomics.load(this.cells, places.alive))
  }

  set alive(millis: number) {
    Atomics.store(this.cells, places.alive, microsOf(millis))
  }

  /** Read whole, whatever the other thread does meanwhile; undefined before the first. */
  get renewed(): Instant | undefined {
    for (;;) {
      const version = Atomics.load(this.cells, places.version)
      const monotonic = Atomics.load(this.cells, places.renewedAt)
      const wall = Atomics.load(this.cells, places.renewedWall)
      if (version % 2n !== 0n || Atomics.load(this.cells, places.version) !== version) continue
      return monotonic === 0n ? undefined : { monotonic: millisOf(monotonic), wall: millisOf(wall) }
    }
  }

  set renewed(instant: Instant | undefined) {
    Atomics.add(this.cells, places.version, 1n)
    Atomics.store(this.cells, places.renewedAt, microsOf(instant?.monotonic ?? 0))
    Atomics.store(this.cells, places.renewedWall, microsOf(instant?.wall ?? 0))
    Atomics.add(this.cells, places.version, 1n)
  }
}

/** Milliseconds on a clock that all threads of a process share: `performance.now` has another zero in each. */
export function sharedClock(): number {
  return Number(process.hrtime.bigint() / 1_000n) / 1_000
}

/** Downwards: a renewal counts from no later than it was sent. */
function microsOf(millis: number): bigint {
  return BigInt(Math.floor(millis * 1_000))
}

function millisOf(micros: bigint): number {
  return Number(micros) / 1_000
}
