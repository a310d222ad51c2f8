import type { SimProcess } from '../process/sim-process.ts'
import { EventHeap } from './event-heap.ts'
import { turnUntilFalse } from './event-loop.ts'
import type { EventKind, SimEvent } from './sim-event.ts'
import { TraceHash } from './trace-hash.ts'

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
  /** Whether an event has happened that is not told of yet. */
  private hasStepped = false
  private isStopped = false
  /** Whose the event is that is under way. */
  private actor: SimProcess | undefined

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

  /** The event that is under way is one of this process from here on, though it was nobody's or another's. */
  actsFor(process: SimProcess): void {
    this.trace.add(process.number)
    this.actor = process
  }

  stop(): void {
    this.isStopped = true
  }

  /** Works off events until `until`, virtual microseconds, or until {@link stop}; time is `until` afterwards unless it was stopped. */
  run(until: number): Promise<void> {
    this.isStopped = false
    return turnUntilFalse(() => this.turn(until))
  }

  /** The next event, or what the last one has led to: promises go on after each of them. @returns whether there is more to do. */
  private turn(until: number): boolean {
    if (this.soon.length > 0) {
      this.drain()
      return true
    }
    if (this.hasStepped) {
      this.hasStepped = false
      this.onStep?.(this.actor)
    }
    if (this.isStopped) return false
    let event: SimEvent | undefined
    do {
      event = this.heap.first
      if (event === undefined || event.time > until) {
        this.now = Math.max(this.now, until)
        return false
      }
      this.heap.pop()
    } while (event.isCancelled)
    this.now = event.time
    this.events += 1
    this.actor = event.process
    this.hasStepped = this.workOff(event)
    this.drain()
    return true
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
    return true
  }

  private drain(): void {
    for (let at = 0; at < this.soon.length; at++) this.soon[at]!()
    this.soon.length = 0
  }
}
