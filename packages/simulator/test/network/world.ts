import { silentLogger } from '@copycat/utils'
import type { Connection, Transport } from '@copycat/transport'
import { SimNetwork } from '../../src/network/sim-network.ts'
import type { SimNetworkOptions } from '../../src/network/network-options.ts'
import type { Depth } from '../../src/network/wire.ts'
import { SimProcess } from '../../src/process/sim-process.ts'
import { SeededRandom } from '../../src/random/seeded-random.ts'
import { Scheduler } from '../../src/time/scheduler.ts'

/** A few processes, a network, and time that moves when a test says so. */
export class World {
  readonly scheduler: Scheduler = new Scheduler()
  readonly network: SimNetwork
  readonly errors: unknown[] = []
  private readonly processes = new Map<string, SimProcess>()
  private readonly seed: number
  private ending: 'reset' | 'silent' = 'reset'
  private isPumping = false

  constructor(seed: number, options: SimNetworkOptions = {}) {
    this.seed = seed
    this.network = new SimNetwork(this.scheduler, SeededRandom.of(seed, 'network'), options)
  }

  process(name: string): SimProcess {
    let process = this.processes.get(name)
    if (process === undefined) {
      process = new SimProcess(this.scheduler, this.seed, name, this.processes.size + 1, {
        uncaught: (_, error) => this.errors.push(error), ended: (over) => this.network.processEnded(over, this.ending),
        published: () => {}, hasSubscribers: () => false,
      })
      this.processes.set(name, process)
    }
    return process
  }

  /** Starts another life of the process. */
  start(name: string, depth: Depth = 'message'): Transport {
    return this.network.transport(this.process(name).start(silentLogger), { depth })
  }

  kill(name: string, how: 'reset' | 'silent'): void {
    this.ending = how
    this.process(name).kill()
    this.ending = 'reset'
  }

  async run(millis: number): Promise<void> {
    await this.scheduler.run(this.scheduler.now + millis * 1000)
  }

  /** Lets time pass until `promise` has settled, and is that promise. */
  async until<T>(promise: Promise<T>): Promise<T> {
    let isSettled = false
    promise.then(() => (isSettled = true), () => (isSettled = true))
    for (let step = 0; step < 100_000 && !isSettled; step++) await this.run(1)
    return promise
  }

  /** Lets time pass by itself until {@link stop}. */
  pump(): this {
    this.isPumping = true
    const turn = async (): Promise<void> => {
      while (this.isPumping) await this.run(1)
    }
    void turn()
    return this
  }

  stop(): void {
    this.isPumping = false
  }

  /** Two connected ends, of `server-1`, which dialled, and `server-2`. */
  async pair(depth: Depth = 'message', dialler = 'server-1', listener = 'server-2'): Promise<{ near: Connection, far: Connection }> {
    let far: Connection | undefined
    await this.start(listener, depth).listen({ host: listener, port: 5001 }, (connection) => {
      far = connection
    })
    const near = await this.until(this.start(dialler, depth).connect({ host: listener, port: 5001 }))
    for (let millis = 0; millis < 1000 && far === undefined; millis++) await this.run(1)
    return { near, far: far! }
  }
}

/** A number as the body of a message. */
export function body(number: number, length = 4): Uint8Array {
  const bytes = new Uint8Array(length)
  new DataView(bytes.buffer).setUint32(0, number)
  return bytes
}

/** The number in a body. */
export function numberIn(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0)
}

/** The numbers that arrive as messages of type 1. */
export function arrivals(connection: Connection): number[] {
  const numbers: number[] = []
  connection.handle(1, (bytes, respond) => {
    numbers.push(numberIn(bytes))
    respond?.([bytes.slice()])
  })
  return numbers
}
