import type { Logger } from '@copycat/utils'
import { SeededRandom } from '../random/seeded-random.ts'
import type { Scheduler } from '../time/scheduler.ts'
import type { EventKind, SimEvent } from '../time/sim-event.ts'
import { SimClock } from './sim-clock.ts'
import { SimContext } from './sim-context.ts'

/** Thrown by every door of a process that has ended: nothing it still does can reach the world. */
export class ProcessEnded extends Error {
  constructor(name: string) {
    super(`${name} has ended`)
    this.name = 'ProcessEnded'
  }
}

/** What the world wants to hear of its processes. */
export interface ProcessEvents {
  /** A callback threw, and nobody caught it. */
  uncaught(process: SimProcess, error: unknown): void
  /** This life of the process ended. */
  ended(process: SimProcess): void
  /** Published on a diagnostics channel. */
  published(process: SimProcess, channel: string, message: unknown): void
  /** Whether anybody listens on this channel. */
  hasSubscribers(channel: string): boolean
}

/** A machine's process in the simulated world. It can be started, killed and paused; each start is another *life*. */
export class SimProcess {
  /** Host name on the simulated network. */
  readonly name: string
  /** Small integer of its own, for traces. */
  readonly number: number
  readonly clock: SimClock
  readonly scheduler: Scheduler
  /** Counts lives; events, contexts, files and connections belong to one of them. */
  life = 0
  isUp = false
  isPaused = false
  /** When it was resumed last, or started, on its own clock. */
  resumedAt = 0
  /** Microseconds that one turn of its event loop takes. */
  turnMicros = 20
  private readonly seed: number
  private readonly events: ProcessEvents
  private deferred: SimEvent[] = []
  private pause = 0
  /** Calls through a door until this life is ended in the middle of one; Infinity: not so. */
  private doorsLeft = Infinity

  constructor(scheduler: Scheduler, seed: number, name: string, number: number, events: ProcessEvents) {
    this.scheduler = scheduler
    this.seed = seed
    this.name = name
    this.number = number
    this.events = events
    this.clock = new SimClock(scheduler)
  }

  /** Starts another life. @returns its context. */
  start(logger: Logger): SimContext {
    this.life += 1
    this.isUp = true
    this.isPaused = false
    this.resumedAt = this.clock.monotonic()
    this.doorsLeft = Infinity
    this.deferred = []
    return new SimContext(this, this.life, logger)
  }

  /** Ends this life at once: no further callback runs, no promise goes on to any effect. */
  kill(): void {
    if (!this.isUp) return
    this.isUp = false
    this.isPaused = false
    this.deferred = []
    this.events.ended(this)
  }

  /** Ends this life in the middle of the `count`-th call through a door from now: between any two effects, at any await. */
  killAfterDoors(count: number): void {
    this.doorsLeft = count
  }

  /** Stops it for so many microseconds, as SIGSTOP or a stalled event loop does; what is due meanwhile runs afterwards, timers first. */
  pauseFor(micros: number): void {
    if (!this.isUp) return
    this.isPaused = true
    const pause = ++this.pause
    const { life } = this
    this.scheduler.at(this.scheduler.now + micros, 'timer', undefined, () => {
      if (this.life === life && this.pause === pause) this.resume()
    })
  }

  resume(): void {
    if (!this.isPaused) return
    this.isPaused = false
    this.resumedAt = this.clock.monotonic()
    const { deferred, scheduler } = this
    this.deferred = []
    const inOrder = (kinds: readonly EventKind[], tie: number): void => {
      for (const event of deferred) {
        if (kinds.includes(event.kind) && !event.isCancelled) {
          // The same object, so that whoever holds it can still call it off.
          event.time = scheduler.now
          event.tie = tie
          scheduler.reinsert(event)
        }
      }
    }
    inOrder(['timer'], -2)
    inOrder(['io', 'turn'], -1)
  }

  /** For the scheduler: an event came while the process was paused. */
  defer(event: SimEvent): void {
    this.deferred.push(event)
  }

  /** Something of this process happens in so many microseconds, unless this life ends before. */
  after(micros: number, kind: EventKind, run: () => void): SimEvent {
    return this.scheduler.at(this.scheduler.now + micros, kind, this, run)
  }

  /** The random stream `name` of this life. */
  random(name: string): SeededRandom {
    return SeededRandom.of(this.seed, 'process', this.name, this.life, name)
  }

  /** Runs a callback of this process as the event loop would. */
  run(callback: () => void): void {
    try {
      callback()
    } catch (error) {
      this.threw(error)
    }
  }

  threw(error: unknown): void {
    if (!(error instanceof ProcessEnded)) this.events.uncaught(this, error)
  }

  /** Every call through a door passes here. @throws {ProcessEnded} when `life` is over, or ends now. */
  door(life: number): void {
    if (this.life !== life || !this.isUp) throw new ProcessEnded(this.name)
    if (this.doorsLeft === Infinity) return
    this.doorsLeft -= 1
    if (this.doorsLeft > 0) return
    this.kill()
    throw new ProcessEnded(this.name)
  }

  publish(channel: string, message: unknown): void {
    this.events.published(this, channel, message)
  }

  hasSubscribers(channel: string): boolean {
    return this.events.hasSubscribers(channel)
  }
}
