import { crc32 } from 'node:zlib'
import type { Channel, Context, Logger, Random, Timer } from '@copycat/utils'
import type { SimEvent } from '../time/sim-event.ts'
import type { SimProcess } from './sim-process.ts'

/** Time, timers and chance of one life of a simulated process. */
export class SimContext implements Context {
  readonly process: SimProcess
  readonly life: number
  readonly logger: Logger
  private readonly streams = new Map<string, Random>()

  constructor(process: SimProcess, life: number, logger: Logger) {
    this.process = process
    this.life = life
    this.logger = logger
  }

  monotonic(): number {
    // No door: code of a life that is over may look at the time, it cannot act on it.
    return this.process.clock.monotonic()
  }

  wall(): number {
    return this.process.clock.wall()
  }

  random(stream: string): Random {
    let random = this.streams.get(stream)
    if (random === undefined) {
      random = this.process.random(stream)
      this.streams.set(stream, random)
    }
    return random
  }

  timer(at: number, callback: () => void): Timer {
    this.process.door(this.life)
    return new SimTimer(this.process, at, callback)
  }

  nextTurn(callback: () => void): void {
    this.process.door(this.life)
    this.process.after(this.process.turnMicros, 'turn', callback)
  }

  execute(callback: () => void): void {
    this.process.door(this.life)
    const { process, life } = this
    process.scheduler.execute(() => {
      if (process.life === life && process.isUp) process.run(callback)
    })
  }

  checksum(bytes: Uint8Array, seed = 0): number {
    return crc32(bytes, seed)
  }

  channel(name: string): Channel {
    const { process } = this
    return {
      get hasSubscribers() {
        return process.hasSubscribers(name)
      },
      publish: (message) => process.publish(name, message),
    }
  }
}

class SimTimer implements Timer {
  private readonly process: SimProcess
  private readonly at: number
  private callback: (() => void) | undefined
  private event: SimEvent
  private readonly due = (): void => {
    // The clock's rate may have changed meanwhile.
    if (this.process.clock.monotonic() < this.at && this.process.clock.microsUntil(this.at) >= 1) this.event = this.arm()
    else this.callback?.()
  }

  constructor(process: SimProcess, at: number, callback: () => void) {
    this.process = process
    this.at = at
    this.callback = callback
    this.event = this.arm()
  }

  /** The event stays in its queue until its time: what it would have called need not. */
  cancel(): void {
    this.event.isCancelled = true
    this.callback = undefined
  }

  private arm(): SimEvent {
    return this.process.after(this.process.clock.microsUntil(this.at), 'timer', this.due)
  }
}
