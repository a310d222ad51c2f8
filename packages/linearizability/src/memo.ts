import type { PlacedSet } from './placed-set.ts'

/** Remembers where the search has been: which operations were placed, in which state (Lowe, "Testing for linearizability"). */
export interface Memo {
  /**
   * Adds a place. @returns whether it is new.
   * @param frontier the first definite operation that is not placed.
   */
  add(placed: PlacedSet, frontier: number, state: number): boolean
  /** Allowed to forget everything: nothing that was added can come again. */
  settle(): void
}

const wordsPerSlot = 3
const slotsMin = 64

/**
 * Keeps 64 bits of hash per place. Two sets of operations with the same hash are taken for one, so a search that fails may
 * have missed something: an illegal history must be confirmed with an {@link ExactMemo}. A search that succeeds is right.
 */
export class HashMemo implements Memo {
  /** Open addressing; a slot is low word, high word, state + 1. */
  #slots: Int32Array = new Int32Array(slotsMin * wordsPerSlot)
  #mask: number = slotsMin - 1
  #used = 0
  readonly #hashMask: number

  /** @param hashMask bits of each word that count; fewer only to show what collisions do. */
  constructor(hashMask: number = -1) {
    this.#hashMask = hashMask
  }

  add(placed: PlacedSet, _frontier: number, state: number): boolean {
    if (!this.#insert(placed.low & this.#hashMask, placed.high & this.#hashMask, state + 1)) return false
    if (++this.#used * 2 > this.#mask) this.#grow()
    return true
  }

  settle(): void {
    // Emptying costs as much as the table is large, so it must have been worth it.
    if (this.#used * 4 < this.#mask) return
    this.#slots.fill(0)
    this.#used = 0
  }

  #insert(low: number, high: number, state: number): boolean {
    const slots = this.#slots
    for (let slot = (low ^ Math.imul(state, 0x9e3779b1)) & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const at = slot * wordsPerSlot
      if (slots[at + 2] === 0) {
        slots[at] = low
        slots[at + 1] = high
        slots[at + 2] = state
        return true
      }
      if (slots[at] === low && slots[at + 1] === high && slots[at + 2] === state) return false
    }
  }

  #grow(): void {
    const old = this.#slots
    this.#slots = new Int32Array(old.length * 2)
    this.#mask = this.#mask * 2 + 1
    for (let at = 0; at < old.length; at += wordsPerSlot) {
      if (old[at + 2] !== 0) this.#insert(old[at]!, old[at + 1]!, old[at + 2]!)
    }
  }
}

/** Keeps the sets themselves: several times slower, and never wrong. */
export class ExactMemo implements Memo {
  readonly #places = new Set<string>()

  add(placed: PlacedSet, frontier: number, state: number): boolean {
    const before = this.#places.size
    return this.#places.add(`${state}:${placed.text(frontier)}`).size > before
  }

  settle(): void {
    this.#places.clear()
  }
}
