import { checksumTable, SystemContext } from '@copycat/utils'
import type { Channel, Context, Random, Timer } from '@copycat/utils'

const system = new SystemContext()

/** A context whose time stands still until a test moves it; nothing in it happens by itself. */
export class VirtualContext implements Context {
  private now = 0
  private readonly tasks: (() => void)[] = []
  private readonly turns: (() => void)[] = []
  private timers: { at: number, callback: () => void }[] = []

  monotonic(): number {
    return this.now
  }

  wall(): number {
    return this.now
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
    this.tasks.push(callback)
  }

  nextTurn(callback: () => void): void {
    this.turns.push(callback)
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
  settle(): void {
    for (;;) {
      const task = this.tasks.shift() ?? this.turns.shift()
      if (task === undefined) return
      task()
    }
  }

  /** Lets time pass, timer by timer; then settles. */
  advance(millis: number): void {
    this.settle()
    const end = this.now + millis
    for (;;) {
      const next = this.timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0]
      if (next === undefined) break
      this.now = Math.max(this.now, next.at)
      this.timers = this.timers.filter((other) => other !== next)
      next.callback()
      this.settle()
    }
    this.now = end
    this.settle()
  }

  /** Lets time pass as a stopped process sees it: it wakes up late, and its timers run before anything else. */
  stall(millis: number, onWake: () => void): void {
    this.now += millis
    const due = this.timers.filter(({ at }) => at <= this.now)
    this.timers = this.timers.filter(({ at }) => at > this.now)
    for (const { callback } of due) callback()
    onWake()
    this.settle()
  }
}
