import { assert, type LogIndex } from '@copycat/utils'

/** A timer in the queue. */
export interface QueuedTimer {
  /** Logged time at which it fires. */
  due: number
  /** Ascending in the order of creation; decides between timers that are due together. */
  readonly order: number
  /** Milliseconds between firings; 0: it fires once. */
  readonly interval: number
  /** Fires it: at its due time, before the entry at `index`. */
  readonly fire: (due: number, index: LogIndex) => void
  cancelled: boolean
}

/**
 * Timers on logged time, in (due, creation) order: a binary heap. Cancelled ones leave when they come to the top, or all at once when they
 * are more than half of it.
 */
export class TimerQueue {
  private heap: QueuedTimer[] = []
  private nextOrder = 1
  private cancelled = 0

  get size(): number {
    return this.heap.length - this.cancelled
  }

  /** When the earliest timer is due, or Infinity. */
  get nextDue(): number {
    this.dropCancelled()
    return this.heap[0]?.due ?? Infinity
  }

  add(due: number, interval: number, fire: (due: number, index: LogIndex) => void): QueuedTimer {
    return this.restore({ due, interval, order: this.nextOrder }, fire)
  }

  /** Adds a timer of a snapshot, with the order that it had among all others. */
  restore({ due, interval, order }: Pick<QueuedTimer, 'due' | 'interval' | 'order'>, fire: QueuedTimer['fire']): QueuedTimer {
    assert(Number.isSafeInteger(due) && Number.isSafeInteger(interval) && interval >= 0, 'a timer is due at an integer time')
    const timer: QueuedTimer = { due, order, interval, fire, cancelled: false }
    this.nextOrder = Math.max(this.nextOrder, order + 1)
    this.push(timer)
    return timer
  }

  cancel(timer: QueuedTimer): void {
    if (timer.cancelled) return
    timer.cancelled = true
    this.cancelled += 1
    if (this.cancelled * 2 <= this.heap.length) return
    const live = this.heap.filter((entry) => !entry.cancelled)
    this.heap = []
    this.cancelled = 0
    for (const entry of live) this.push(entry)
  }

  /**
   * Fires what is due at `time`, in order, before the entry at `index`; what fires may add and cancel timers. What one
   * throws goes to `failed` and holds up no other, unless `failed` throws.
   */
  fireDue(time: number, index: LogIndex, failed: (error: unknown) => void): void {
    for (let timer = this.takeDue(time); timer !== undefined; timer = this.takeDue(time)) {
      const { due } = timer
      // Set again before it fires, so that its own handler can cancel it.
      if (timer.interval > 0) {
        timer.due = due + timer.interval
        this.push(timer)
      } else {
        timer.cancelled = true
      }
      try {
        timer.fire(due, index)
      } catch (error) {
        failed(error)
      }
    }
  }

  private takeDue(time: number): QueuedTimer | undefined {
    this.dropCancelled()
    return this.heap.length > 0 && this.heap[0]!.due <= time ? this.pop() : undefined
  }

  private dropCancelled(): void {
    while (this.heap.length > 0 && this.heap[0]!.cancelled) {
      this.pop()
      this.cancelled -= 1
    }
  }

  private push(timer: QueuedTimer): void {
    const { heap } = this
    let at = heap.length
    heap.push(timer)
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!isBefore(timer, heap[parent]!)) break
      heap[at] = heap[parent]!
      at = parent
    }
    heap[at] = timer
  }

  private pop(): QueuedTimer {
    const { heap } = this
    const top = heap[0]!
    const last = heap.pop()!
    if (heap.length === 0) return top
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child += 1
      if (!isBefore(heap[child]!, last)) break
      heap[at] = heap[child]!
      at = child
    }
    heap[at] = last
    return top
  }
}

/** Whether `a` fires before `b`. */
export function isBefore(a: Pick<QueuedTimer, 'due' | 'order'>, b: Pick<QueuedTimer, 'due' | 'order'>): boolean {
  return a.due < b.due || (a.due === b.due && a.order < b.order)
}
