import type { Channel, Context, Random, Timer } from '@copycat/utils'
import type { SimContext } from '../process/sim-context.ts'

/**
 * A context for code that settles promises and knows nothing of the simulator: after each of its callbacks whoever
 * waits for a promise goes on.
 */
export class SettlingContext implements Context {
  private readonly context: SimContext

  constructor(context: SimContext) {
    this.context = context
  }

  monotonic(): number {
    return this.context.monotonic()
  }

  wall(): number {
    return this.context.wall()
  }

  random(stream: string): Random {
    return this.context.random(stream)
  }

  timer(at: number, callback: () => void): Timer {
    return this.context.timer(at, this.settling(callback))
  }

  nextTurn(callback: () => void): void {
    this.context.nextTurn(this.settling(callback))
  }

  execute(callback: () => void): void {
    this.context.execute(this.settling(callback))
  }

  checksum(bytes: Uint8Array, seed?: number): number {
    return this.context.checksum(bytes, seed)
  }

  channel(name: string): Channel {
    return this.context.channel(name)
  }

  private settling(callback: () => void): () => void {
    return () => {
      this.context.process.scheduler.settled()
      callback()
    }
  }
}
