import { type Channel, checksumTable, type Context, type Random, SystemContext, type Timer } from '@copycat/utils'

const system = new SystemContext()

const hop = (): Promise<void> => new Promise((resolve) => {
  setImmediate(resolve)
})

/** A context whose time stands still until a test moves it; promises run in between. */
export class VirtualContext implements Context {
  private now = 1_000
  private ready: (() => void)[] = []
  private timers: { readonly at: number, readonly callback: () => void }[] = []
  /** What the wall clock shows more than the monotonic one. */
  suspended = 0

  monotonic(): number {
    return this.now
  }

  wall(): number {
    return 1_000_000 + this.now + this.suspended
  }

  random(): Random {
    return system.random()
  }

  channel(name: string): Channel {
    return system.channel(name)
  }

  checksum(bytes: Uint8Array, seed = 0): number {
    return checksumTable(bytes, seed)
  }

  execute(callback: () => void): void {
    this.ready.push(callback)
  }

  nextTurn(callback: () => void): void {
    this.ready.push(callback)
  }

  timer(at: number, callback: () => void): Timer {
    const timer = { at, callback }
    this.timers.push(timer)
    return { cancel: () => void (this.timers = this.timers.filter((other) => other !== timer)) }
  }

  get timerCount(): number {
    return this.timers.length
  }

  /** Runs all that is ready, until nothing is. */
  async settle(): Promise<void> {
    for (let idle = 0; idle < 3; idle++) {
      await hop()
      if (this.ready.length > 0) idle = -1
      const { ready } = this
      this.ready = []
      for (const callback of ready) callback()
    }
  }

  /** Lets time pass, timer by timer. */
  async advance(millis: number): Promise<void> {
    await this.settle()
    const end = this.now + millis
    for (;;) {
      const next = this.timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0]
      if (next === undefined) break
      this.now = Math.max(this.now, next.at)
      this.timers = this.timers.filter((other) => other !== next)
      next.callback()
      await this.settle()
    }
    this.now = end
  }

  /** Lets time pass as a stopped process sees it: nothing runs. */
  stall(millis: number): void {
    this.now += millis
  }
}
