import { assert } from '@copycat/utils'
import type { LogIndex } from '@copycat/utils'

/** The last indexes of the messages with entries that a follower has not answered: a ring of fixed size, ascending. */
export class InFlightWindow {
  readonly #throughs: Float64Array
  #head = 0
  #count = 0

  /** @param max messages, at least 1. */
  constructor(max: number) {
    assert(Number.isSafeInteger(max) && max >= 1, 'the window holds at least one message')
    this.#throughs = new Float64Array(max)
  }

  get count(): number {
    return this.#count
  }

  get isFull(): boolean {
    return this.#count === this.#throughs.length
  }

  add(through: LogIndex): void {
    assert(!this.isFull, 'no more messages are in flight than the window holds')
    this.#throughs[(this.#head + this.#count) % this.#throughs.length] = through
    this.#count++
  }

  /** Frees what is answered by a match at `index`: acknowledgements are cumulative. */
  freeThrough(index: LogIndex): void {
    while (this.#count > 0 && this.#throughs[this.#head]! <= index) {
      this.#head = (this.#head + 1) % this.#throughs.length
      this.#count--
    }
  }

  clear(): void {
    this.#head = 0
    this.#count = 0
  }
}
