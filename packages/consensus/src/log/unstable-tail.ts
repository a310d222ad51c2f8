import { assert } from '@copycat/utils'
import type { LogIndex } from '@copycat/utils'
import { cover, mutant } from '@copycat/utils/instruments'
import type { Epoch, PersistId } from '../effects.ts'

interface PendingPersist {
  readonly id: PersistId
  /** Last index of the log when it was asked for. */
  through: LogIndex
}

/**
 * What has been handed to the disk and is not known durable yet. Persists become durable in the order of their ids, so
 * that one completion covers all before it. A truncation starts a new epoch: completions of older ones speak of
 * entries that are gone, and count for nothing (FAULTS R8).
 */
export class UnstableTail {
  /** In order of id; bounded by what the driver lets wait for its disk. */
  readonly #pending: PendingPersist[] = []
  #epoch: Epoch = 0
  #durableIndex: LogIndex
  #durableId: PersistId = 0
  #lastId: PersistId = 0

  constructor(durableIndex: LogIndex) {
    this.#durableIndex = durableIndex
  }

  get epoch(): Epoch {
    return this.#epoch
  }

  get durableIndex(): LogIndex {
    return this.#durableIndex
  }

  /** Notes a persist that leaves the log at `through`, and names it. */
  start(through: LogIndex): PersistId {
    this.#lastId++
    this.#pending.push({ id: this.#lastId, through })
    return this.#lastId
  }

  /** Entries from `index` on are no more: neither are the promises about them. */
  truncateFrom(index: LogIndex): void {
    this.#epoch++
    this.#durableIndex = Math.min(this.#durableIndex, index - 1)
    if (this.#pending.length > 0) cover('unstable-tail.truncated-while-writing')
    if (!mutant('R8')) for (const pending of this.#pending) pending.through = Math.min(pending.through, index - 1)
  }

  /** Takes the completion of a persist. @returns whether it counts. */
  complete(id: PersistId, epoch: Epoch): boolean {
    assert(id <= this.#lastId, 'a completion names a persist that was asked for')
    if (epoch !== this.#epoch && !mutant('R8')) {
      cover('unstable-tail.completion-of-old-epoch')
      return false
    }
    if (id <= this.#durableId) return false
    let done = 0
    while (done < this.#pending.length && this.#pending[done]!.id <= id) {
      this.#durableIndex = Math.max(this.#durableIndex, this.#pending[done]!.through)
      done++
    }
    if (done === 1) this.#pending.shift()
    else this.#pending.splice(0, done)
    this.#durableId = id
    return true
  }

  isDurable(id: PersistId): boolean {
    return id <= this.#durableId
  }

  /** The first persist that makes everything up to `index` durable; undefined when it is already. */
  persistOf(index: LogIndex): PersistId | undefined {
    if (index <= this.#durableIndex) return undefined
    for (const pending of this.#pending) if (pending.through >= index) return pending.id
    assert(false, 'every entry of the log is durable or handed to the disk')
  }
}
