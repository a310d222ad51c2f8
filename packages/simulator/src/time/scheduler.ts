import type { SimProcess } from '../process/sim-process.ts'
import { EventHeap } from './event-heap.ts'
import type { EventKind, SimEvent } from './sim-event.ts'
import { TraceHash } from './trace-hash.ts'

const settledPromise = Promise.resolve()

/**
 * Steps of promises after each event: enough for code that nobody has seen to begin something asynchronous to get to the door behind which it
 * waits, at a fraction of what a whole hop costs.
 */
const stepsPerTurn = 5

/** At the latest after so many events promises get a chance to go on, even where nobody has said that there are any. */
const eventsPerHopMax = 32

/**
 * Virtual time: a queue of events, worked off in one order. Between two events every promise that can go on has gone on, so the order of
 * events decides everything.
 */
export class Scheduler {
  /** Virtual microseconds since the start of the run. */
  now = 0
  /** Events worked off so far. */
  events = 0
  readonly trace: TraceHash = new TraceHash()
  /** Called after each event and whatever followed from it at once. */
  onStep: ((process: SimProcess | undefined) => void) | undefined
  private readonly heap = new EventHeap()
  private readonly soon: (() => void)[] = []
  private sequence = 0
  private hasPromises = false
  private sinceHop = 0
  private isStopped = false
  /** Whose the event is that is under way. */
  private actor: SimProcess | undefined
  /** Taken before anything may replace it by a trap. */
  private readonly hop: () => Promise<void>

  /** @param hop resolves when all promises that could go on have gone on. */
  constructor(hop: () => Promise<void>) {
    this.hop = hop
  }

  /** Calls `run` at `time`, virtual microseconds. An event of a process is dropped when the process ends, and waits while it is paused. */
  at(time: number, kind: EventKind, process: SimProcess | undefined, run: () => void): SimEvent {
    return this.insert(Math.max(this.now, Math.ceil(time)), 0, kind, process, run)
  }

  /** As {@link at}, with a place among the events of its time: lower first, 0 is the usual one. */
  insert(time: number, tie: number, kind: EventKind, process: SimProcess | undefined, run: () => void): SimEvent {
    const event: SimEvent = { time, tie, sequence: this.sequence++, kind, process, life: process?.life ?? 0, isCancelled: false, run }
    this.heap.push(event)
    return event
  }

  /** Puts an event back that had been taken out, at its (new) time. */
  reinsert(event: SimEvent): void {
    event.sequence = this.sequence++
    this.heap.push(event)
  }

  /** Calls `run` when the current event is over, before the next one, after what was queued so before. */
  execute(run: () => void): void {
    this.soon.push(run)
  }

  /** A promise was settled: before the next event those who wait for it go on. */
  settled(): void {
    this.hasPromises = true
  }

  /** The event that is under way is one of this process from here on, though it was nobody's or another's. */
  actsFor(process: SimProcess): void {
    this.trace.add(process.number)
    this.actor = process
  }

  stop(): void {
    this.isStopped = true
  }

  /** Works off events until `until`, virtual microseconds, or until {@link stop}; time is `until` afterwards unless it was stopped. */
  async run(until: number): Promise<void> {
    this.isStopped = false
    await this.settle()
    for (;;) {
      const event = this.heap.first
      if (this.isStopped) return
      if (event === undefined || event.time > until) break
      this.heap.pop()
      if (event.isCancelled) continue
      this.now = event.time
      this.events += 1
      this.actor = event.process
      const ran = this.workOff(event)
      this.drain()
      this.sinceHop += 1
      if (this.hasPromises || this.sinceHop >= eventsPerHopMax) await this.settle()
      else {
        // Here, and not in a method of its own, which would make two promises more for every event.
        for (let step = 0; step < stepsPerTurn; step++) await settledPromise
        this.drain()
      }
      if (ran) this.onStep?.(this.actor)
    }
    this.now = Math.max(this.now, until)
  }

  /** Lets everything go on that can without time passing. */
  async settle(): Promise<void> {
    do {
      this.hasPromises = false
      this.sinceHop = 0
      await this.hop()
      this.drain()
    } while (this.hasPromises)
  }

  /** @returns whether it happened now. */
  private workOff(event: SimEvent): boolean {
    const { process } = event
    if (process === undefined) {
      this.trace.add(event.time)
      event.run()
      return true
    }
    if (process.life !== event.life || !process.isUp) return false
    if (process.isPaused) {
      process.defer(event)
      return false
    }
    this.trace.add(event.time)
    this.trace.add(process.number)
    process.run(event.run)
    // Application code, with promises of its own that no door has seen.
    if (process.isClient) this.hasPromises = true
    return true
  }

  private drain(): void {
    for (let at = 0; at < this.soon.length; at++) this.soon[at]!()
    this.soon.length = 0
  }
}
