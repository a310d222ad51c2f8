import type { Operation } from '@copycat/protocol'
import type { LogIndex } from '@copycat/utils'
import type { Delay, Scheduled } from './state-machine.ts'
import { isBefore, type QueuedTimer, type TimerQueue } from './timer-queue.ts'

/** A timer as a snapshot has it. */
export interface CapturedTimer {
  readonly due: number
  readonly interval: number
  /** Its place among timers that are due together, of all state machines that share a queue. */
  readonly order: number
  readonly operation: Operation<unknown>
}

/** Fires one: runs its operation. */
export type FireTimer = (operation: Operation<unknown>, due: number, index: LogIndex) => void

/** The timers of one state machine, in a queue that it may share with others. */
export class MachineTimers {
  private readonly queue: TimerQueue
  private readonly fire: FireTimer
  private readonly checkCancel: () => void
  private readonly own = new Set<MachineTimer>()

  /** @param checkCancel throws where nothing may be cancelled. */
  constructor(queue: TimerQueue, fire: FireTimer, checkCancel: () => void) {
    this.queue = queue
    this.fire = fire
    this.checkCancel = checkCancel
  }

  get nextDue(): number {
    return this.queue.nextDue
  }

  /** @throws {TypeError} on a delay that is not finite. */
  add(delay: Delay, operation: Operation<unknown>, now: number): Scheduled {
    const after = Math.max(0, Math.ceil(typeof delay === 'number' ? delay : delay.delay))
    const interval = typeof delay === 'number' ? 0 : Math.ceil(delay.interval)
    if (!Number.isSafeInteger(now + after) || !Number.isSafeInteger(interval) || interval < 0) {
      throw new TypeError('a delay and an interval are finite numbers of milliseconds, the interval not negative')
    }
    return this.keep(operation, interval, (fire) => this.queue.add(now + after, interval, fire))
  }

  /** Fires what is due, of all state machines that share the queue. */
  fireDue(time: number, index: LogIndex, failed: (error: unknown) => void): void {
    this.queue.fireDue(time, index, failed)
  }

  /** In the order in which they fire. */
  list(): Scheduled[] {
    return [...this.own].sort((a, b) => (isBefore(a.queued, b.queued) ? -1 : 1))
  }

  capture(): CapturedTimer[] {
    return Array.from(this.own, ({ operation, queued: { due, interval, order } }) => ({ due, interval, order, operation }))
  }

  restore(captured: CapturedTimer): void {
    this.keep(captured.operation, captured.interval, (fire) => this.queue.restore(captured, fire))
  }

  /** Cancels all. */
  clear(): void {
    for (const { queued } of this.own) this.queue.cancel(queued)
    this.own.clear()
  }

  private keep(operation: Operation<unknown>, interval: number, enqueue: (fire: QueuedTimer['fire']) => QueuedTimer): Scheduled {
    const queued = enqueue((due, index) => {
      if (interval === 0) this.own.delete(timer)
      this.fire(operation, due, index)
    })
    const timer: MachineTimer = new MachineTimer(queued, operation, () => {
      this.checkCancel()
      this.queue.cancel(queued)
      this.own.delete(timer)
    })
    this.own.add(timer)
    return timer
  }
}

class MachineTimer implements Scheduled {
  readonly operation: Operation<unknown>
  /** Truly private: the queue is no state of the machine that keeps the handle. */
  readonly #queued: QueuedTimer
  readonly #cancel: () => void

  constructor(queued: QueuedTimer, operation: Operation<unknown>, cancel: () => void) {
    this.#queued = queued
    this.operation = operation
    this.#cancel = cancel
  }

  get queued(): QueuedTimer {
    return this.#queued
  }

  get due(): number {
    return this.#queued.due
  }

  get interval(): number {
    return this.#queued.interval
  }

  cancel(): void {
    this.#cancel()
  }
}
