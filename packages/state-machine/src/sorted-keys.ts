/** Keys in one chunk, at most; half of it after a split. */
const chunkKeysMax = 512

/**
 * Distinct strings in the order of their UTF-16 code units, the same on every machine: a list of sorted chunks. Adding and removing move at most one chunk,
 * whatever the number of keys.
 */
export class SortedKeys {
  /** None is empty, unless it is the only one. */
  private chunks: string[][] = [[]]
  private count = 0

  get size(): number {
    return this.count
  }

  /** Adds a key that is not there. */
  add(key: string): void {
    const { chunks } = this
    const at = this.chunkOf(key)
    const chunk = chunks[at]!
    const place = chunk.length > 0 && key > chunk.at(-1)! ? chunk.length : firstNotBefore(chunk, key)
    if (place === chunk.length) chunk.push(key)
    else chunk.splice(place, 0, key)
    this.count += 1
    if (chunk.length <= chunkKeysMax) return
    // Keys that come in order leave full chunks behind; others leave halves.
    const isAppending = at === chunks.length - 1 && place === chunk.length - 1
    chunks.splice(at + 1, 0, chunk.splice(isAppending ? chunk.length - 1 : chunk.length >>> 1))
  }

  /** Removes a key; nothing happens when it is not there. */
  remove(key: string): void {
    const { chunks } = this
    const at = this.chunkOf(key)
    const chunk = chunks[at]!
    const place = firstNotBefore(chunk, key)
    if (chunk[place] !== key) return
    chunk.splice(place, 1)
    this.count -= 1
    if (chunk.length === 0 && chunks.length > 1) chunks.splice(at, 1)
  }

  /** The first key from `key` on, or behind it; undefined: there is none. */
  next(key: string, isIncluded: boolean): string | undefined {
    let at = this.chunkOf(key)
    let place = firstNotBefore(this.chunks[at]!, key)
    if (!isIncluded && this.chunks[at]![place] === key) place += 1
    if (place === this.chunks[at]!.length) {
      at += 1
      place = 0
    }
    return this.chunks[at]?.[place]
  }

  /** The keys from `key` on, in order. They may be changed meanwhile: keys that come behind the current one are met, those that go are not. */
  * from(key: string): Generator<string, void, undefined> {
    let current = this.next(key, true)
    while (current !== undefined) {
      // Quick through a chunk for as long as nothing moves in it.
      const chunk = this.chunks[this.chunkOf(current)]!
      let place = firstNotBefore(chunk, current)
      yield current
      while (chunk[place] === current && place + 1 < chunk.length) {
        current = chunk[++place]!
        yield current
      }
      current = this.next(current, false)
    }
  }

  /** The last chunk whose first key is not behind `key`, or the first one. */
  private chunkOf(key: string): number {
    const { chunks } = this
    let low = 0
    let high = chunks.length - 1
    while (low < high) {
      const middle = (low + high + 1) >>> 1
      if (chunks[middle]![0]! <= key) low = middle
      else high = middle - 1
    }
    return low
  }
}

function firstNotBefore(keys: readonly string[], key: string): number {
  let low = 0
  let high = keys.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (keys[middle]! < key) low = middle + 1
    else high = middle
  }
  return low
}
