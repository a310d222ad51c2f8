/** A key with its value. */
export interface Entry {
  readonly key: string
  /** undefined once it was removed. */
  value: string | undefined
  /** Ascending in the order of creation, never given out twice. */
  readonly ordinal: number
}

/**
 * Keys and values in the order in which the keys were created, from any place in which one can go on: overwriting keeps
 * an entry's place, a key that was removed and comes back is a new entry at the end.
 *
 * Every entry stands in a map by key and in an array by ordinal. A removed one stays in the array, empty, until these are
 * more than the living, and then all leave at once: so each operation costs O(1), finding a place O(log n).
 */
export class OrderedEntries {
  private byKey = new Map<string, Entry>()
  private ordered: Entry[] = []
  private removed = 0
  private ordinal = 0

  get size(): number {
    return this.byKey.size
  }

  /** Ordinal of the entry that was created last, living or not; 0 before the first. */
  get lastOrdinal(): number {
    return this.ordinal
  }

  get(key: string): string | undefined {
    return this.byKey.get(key)?.value
  }

  has(key: string): boolean {
    return this.byKey.has(key)
  }

  hasValue(value: string): boolean {
    for (const entry of this.byKey.values()) if (entry.value === value) return true
    return false
  }

  /** @returns the value that was there. */
  set(key: string, value: string): string | undefined {
    const entry = this.byKey.get(key)
    if (entry !== undefined) {
      const previous = entry.value
      entry.value = value
      return previous
    }
    this.ordinal += 1
    const created: Entry = { key, value, ordinal: this.ordinal }
    this.byKey.set(key, created)
    this.ordered.push(created)
    return undefined
  }

  /** @returns the value that was there. */
  remove(key: string): string | undefined {
    const entry = this.byKey.get(key)
    if (entry === undefined) return undefined
    const previous = entry.value
    this.byKey.delete(key)
    entry.value = undefined
    this.removed += 1
    if (this.removed > this.byKey.size) this.dropRemoved()
    return previous
  }

  clear(): void {
    this.byKey = new Map()
    this.ordered = []
    this.removed = 0
  }

  /** The living entries with `after` < ordinal <= `through`, in order. Not to be changed meanwhile. */
  * between(after: number, through: number): Generator<Entry, void, undefined> {
    const { ordered } = this
    let low = 0
    let high = ordered.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (ordered[middle]!.ordinal <= after) low = middle + 1
      else high = middle
    }
    for (; low < ordered.length && ordered[low]!.ordinal <= through; low++) {
      if (ordered[low]!.value !== undefined) yield ordered[low]!
    }
  }

  private dropRemoved(): void {
    this.ordered = [...this.byKey.values()]
    this.removed = 0
  }
}
