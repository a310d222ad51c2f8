import type { EventBatch } from '@copycat/protocol'
import type { LogIndex } from '@copycat/utils'
import { cover, mutant } from '@copycat/utils/instruments'

/** How much of one session is kept that its client has not acknowledged; the same on all members, as it decides what is lost. */
export interface EventLimits {
  readonly eventsMax: number
  readonly eventBytesMax: number
}

/** A batch while it is kept. */
export interface KeptBatch extends EventBatch {
  readonly events: Uint8Array[]
  /** As they count for the limit. */
  bytes: number
}

/** Bytes that an event counts beyond its own. */
const eventOverhead = 24

/** Batches at the front of the list that are gone already, at most, before it is cut. */
const goneMax = 1_024

/**
 * The events of one session that its client has not acknowledged, in batches, one for each log index. Replicated state: it changes only when entries
 * are applied, and alike on all servers.
 */
export class SessionEvents {
  /** Index of the last batch, kept or not; 0: there was none. */
  lastIndex: LogIndex = 0
  /** The client has had everything up to here; at most `lastIndex`. */
  acknowledged: LogIndex = 0
  /** Batches up to here were dropped because there were too many; 0: none. */
  lostThrough: LogIndex = 0
  count = 0
  bytes = 0
  private batches: KeptBatch[] = []
  /** Where the oldest kept batch stands. */
  private first = 0

  /** Keeps an event of the entry at `index`, and drops the oldest batches if there are too many now. */
  publish(index: LogIndex, event: Uint8Array, { eventsMax, eventBytesMax }: EventLimits): void {
    let last = this.batches.at(-1)
    if (last?.index !== index) {
      // What this entry had published before was too much already.
      if (this.lostThrough === index) return
      last = { index, previousIndex: this.lastIndex, events: [], bytes: 0 }
      this.batches.push(last)
      this.lastIndex = index
    }
    const bytes = event.length + eventOverhead
    last.events.push(event)
    last.bytes += bytes
    this.count += 1
    this.bytes += bytes
    while (this.count > eventsMax || this.bytes > eventBytesMax) this.lose()
  }

  /** Whether there is something to acknowledge for a client that has had everything up to `index`. */
  isUnacknowledged(index: LogIndex): boolean {
    return this.acknowledged < Math.min(index, this.lastIndex)
  }

  /** The client has handed over everything up to `index`. */
  acknowledge(index: LogIndex): void {
    const reached = mutant('X10') ? this.lastIndex : Math.min(index, this.lastIndex)
    if (reached <= this.acknowledged) return
    this.acknowledged = reached
    while (this.first < this.batches.length && this.batches[this.first]!.index <= reached) this.shift()
  }

  /** The kept batches behind `index`, in order, of as many bytes as `bytesMax` or a single one. */
  behind(index: LogIndex, bytesMax: number): readonly KeptBatch[] {
    const start = this.firstBehind(index)
    let end = start
    let bytes = 0
    while (end < this.batches.length) {
      bytes += this.batches[end]!.bytes
      if (end > start && bytes > bytesMax) break
      end += 1
    }
    return this.batches.slice(start, end)
  }

  private lose(): void {
    cover('session-events.lost')
    this.lostThrough = this.batches[this.first]!.index
    this.shift()
  }

  private shift(): void {
    const gone = this.batches[this.first]!
    this.count -= gone.events.length
    this.bytes -= gone.bytes
    this.first += 1
    if (this.first < this.batches.length && this.first < goneMax) return
    this.batches = this.batches.slice(this.first)
    this.first = 0
  }

  /** Place of the first kept batch behind `index`. */
  private firstBehind(index: LogIndex): number {
    let low = this.first
    let high = this.batches.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.batches[middle]!.index <= index) low = middle + 1
      else high = middle
    }
    return low
  }
}
