import { SystemContext } from '@copycat/utils'
import type { Channel, Context, Random, Timer } from '@copycat/utils'

/** How many milliseconds of this context pass in one of the world. */
const speed = 4

/** The real world, but in a hurry: what waits for time-outs and heartbeats takes a quarter. */
export class FastContext implements Context {
  private readonly system = new SystemContext()

  monotonic(): number {
    return this.system.monotonic() * speed
  }

  wall(): number {
    return this.system.wall()
  }

  random(): Random {
    return this.system.random()
  }

  timer(at: number, callback: () => void): Timer {
    return this.system.timer(at / speed, callback)
  }

  nextTurn(callback: () => void): void {
    this.system.nextTurn(callback)
  }

  execute(callback: () => void): void {
    this.system.execute(callback)
  }

  checksum(bytes: Uint8Array, seed?: number): number {
    return this.system.checksum(bytes, seed)
  }

  channel(name: string): Channel {
    return this.system.channel(name)
  }
}
