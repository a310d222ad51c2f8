import type { SeededRandom } from '../random/seeded-random.ts'
import type { Scheduler } from '../time/scheduler.ts'
import type { FaultCounts } from './fault-counts.ts'
import { drawLatency } from './latency.ts'
import type { Latency } from './latency.ts'

/** What waits for a link to carry again. */
export interface Waiting {
  /** The link carries again; what waited goes on after so many microseconds. */
  released(delayMicros: number): void
}

/** What a link starts with. */
export interface LinkOptions {
  readonly latency: Latency
  /** Bytes per virtual millisecond; Infinity: no limit. */
  readonly bandwidth: number
  /** Longest time after a cut was healed until what it held is sent again, in microseconds. */
  readonly retransmissionMicrosMax: number
}

/** One direction between two hosts, shared by all their connections. */
export class Link {
  readonly from: string
  readonly to: string
  latency: Latency
  bandwidth: number
  private readonly scheduler: Scheduler
  private readonly counts: FaultCounts
  private readonly random: SeededRandom
  private readonly retransmissionMicrosMax: number
  private readonly waiting = new Set<Waiting>()
  private cutSince: number | undefined
  private cloggedUntil = 0
  /** When the last byte handed over has left. */
  private freeAt = 0

  constructor(from: string, to: string, scheduler: Scheduler, random: SeededRandom, counts: FaultCounts, options: LinkOptions) {
    this.from = from
    this.to = to
    this.scheduler = scheduler
    this.random = random
    this.counts = counts
    this.latency = options.latency
    this.bandwidth = options.bandwidth
    this.retransmissionMicrosMax = options.retransmissionMicrosMax
  }

  get isCut(): boolean {
    return this.cutSince !== undefined
  }

  /** Whether what arrives now has to wait. */
  get isBlocked(): boolean {
    return this.cutSince !== undefined || this.scheduler.now < this.cloggedUntil
  }

  /** Microseconds that something sent now is under way, but for its size. */
  drawLatency(): number {
    return drawLatency(this.latency, this.random)
  }

  /** When the last of `bytes` handed over now has left. */
  transmit(bytes: number): number {
    const { now } = this.scheduler
    if (this.bandwidth === Infinity) return now
    this.freeAt = Math.max(now, this.freeAt) + bytes / this.bandwidth * 1000
    return this.freeAt
  }

  /** From now on nothing arrives; what is sent is held. */
  cut(): void {
    if (this.cutSince !== undefined) return
    this.cutSince = this.scheduler.now
    this.counts.cuts += 1
  }

  /**
   * What was held is sent again: not at once, but, as TCP backs off, after up to as long as the cut had lasted, each
   * connection in its own time.
   */
  heal(): void {
    if (this.cutSince === undefined) return
    const longest = Math.min(this.scheduler.now - this.cutSince, this.retransmissionMicrosMax)
    this.cutSince = undefined
    this.release(() => this.random.integer(longest + 1))
  }

  /** Nothing moves for so many microseconds; Infinity: until {@link unclog}. */
  clog(micros: number): void {
    this.counts.clogs += 1
    const until = Math.ceil(this.scheduler.now + micros)
    this.cloggedUntil = Math.max(this.cloggedUntil, until)
    if (micros < Infinity) this.scheduler.at(until, 'io', undefined, () => this.release(() => 0))
  }

  unclog(): void {
    this.cloggedUntil = 0
    this.release(() => 0)
  }

  /** Tells `waiting` when the link carries again. */
  wait(waiting: Waiting): void {
    this.waiting.add(waiting)
  }

  forget(waiting: Waiting): void {
    this.waiting.delete(waiting)
  }

  private release(delay: () => number): void {
    if (this.isBlocked) return
    const released = [...this.waiting]
    this.waiting.clear()
    for (const waiting of released) waiting.released(delay())
  }
}
