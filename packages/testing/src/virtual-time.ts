import { type Channel, type Context, type Random, SystemContext, type Timer } from '@copycat/utils'
import { lateError, type PassingTime } from './passing-time.ts'

interface VirtualTimer {
  readonly at: number
  readonly callback: () => void
}

/** Turns of the event loop without anything to do after which everything is taken to have come to rest: storage in memory and promises take a few. */
const idleTurns = 3

/** Where the wall clock starts: any time will do, if it is always the same. */
const wallStart = 1_700_000_000_000

/**
 * Time that stands still unless it is told to pass; then it goes from timer to timer, and between two of them everything goes on that can. Messages and
 * storage take no time, so that calls come to their end while it stands still.
 */
export class VirtualTime implements PassingTime, Context {
  private readonly system = new SystemContext()
  private now = 1_000
  /** By time; those of one time in the order in which they were set. */
  private timers: VirtualTimer[] = []
  private turnsAhead = 0
  /** Who lets time pass at the moment; others wait. */
  private passing: Promise<void> = Promise.resolve()

  get context(): Context {
    return this
  }

  monotonic(): number {
    return this.now
  }

  wall(): number {
    return wallStart + this.now
  }

  random(): Random {
    return this.system.random()
  }

  timer(at: number, callback: () => void): Timer {
    const timer = { at, callback }
    this.timers.splice(this.placeAfter(at), 0, timer)
    return {
      cancel: () => {
        const place = this.timers.indexOf(timer)
        if (place !== -1) this.timers.splice(place, 1)
      },
    }
  }

  nextTurn(callback: () => void): void {
    this.turnsAhead += 1
    this.system.nextTurn(() => {
      this.turnsAhead -= 1
      callback()
    })
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

  advance(milliseconds: number): Promise<void> {
    return this.alone(async () => {
      const end = this.now + milliseconds
      await this.settle()
      while (await this.step(end));
    })
  }

  until<T>(promise: PromiseLike<T>, timeout: number): Promise<T> {
    let isSettled = false
    const done = (): void => {
      isSettled = true
    }
    promise.then(done, done)
    return this.alone(async () => {
      const end = this.now + timeout
      await this.settle()
      // As often as not it settles without time passing.
      while (!isSettled && await this.step(end));
      if (!isSettled) throw lateError(timeout)
      return promise
    })
  }

  /** One after the other. */
  private alone<T>(work: () => Promise<T>): Promise<T> {
    const result = this.passing.then(work)
    this.passing = result.then(() => undefined, () => undefined)
    return result
  }

  /** Goes on to the next timer, or to `end`. @returns whether there was one. */
  private async step(end: number): Promise<boolean> {
    const [next] = this.timers
    if (next === undefined || next.at > end) {
      this.now = Math.max(this.now, end)
      return false
    }
    this.timers.shift()
    this.now = Math.max(this.now, next.at)
    // So that one that throws is told as any other callback that does.
    this.nextTurn(next.callback)
    await this.settle()
    return true
  }

  private async settle(): Promise<void> {
    for (let idle = 0; idle < idleTurns;) {
      await new Promise<void>((resolve) => this.system.nextTurn(resolve))
      idle = this.turnsAhead === 0 ? idle + 1 : 0
    }
  }

  private placeAfter(at: number): number {
    let [low, high] = [0, this.timers.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.timers[middle]!.at <= at) low = middle + 1
      else high = middle
    }
    return low
  }
}
