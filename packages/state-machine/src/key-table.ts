/** Entries from which a table is split into parts. */
const splitAt = 4_096

/** A power of two. */
const partCount = 64

/** Characters, from the end of a key, by which its part is told: keys that belong together differ there. */
const hashedMax = 8

/**
 * A map of string keys that grows without stopping the event loop: a `Map` of a million entries takes a quarter of a second when it makes room for more, its parts a
 * sixty-fourth of that, each at its own time. It has no order.
 */
export class KeyTable<V> {
  private readonly whole = new Map<string, V>()
  private parts: readonly Map<string, V>[] | undefined
  private count = 0

  get size(): number {
    return this.count
  }

  get(key: string): V | undefined {
    return this.partOf(key).get(key)
  }

  has(key: string): boolean {
    return this.partOf(key).has(key)
  }

  set(key: string, value: V): void {
    const part = this.partOf(key)
    const before = part.size
    part.set(key, value)
    this.count += part.size - before
    if (this.parts === undefined && this.count >= splitAt) this.split()
  }

  /** @returns whether it was there. */
  delete(key: string): boolean {
    const isDeleted = this.partOf(key).delete(key)
    if (isDeleted) this.count -= 1
    return isDeleted
  }

  private partOf(key: string): Map<string, V> {
    return this.parts === undefined ? this.whole : this.parts[partNumber(key)]!
  }

  private split(): void {
    const parts = Array.from({ length: partCount }, () => new Map<string, V>())
    for (const [key, value] of this.whole) parts[partNumber(key)]!.set(key, value)
    this.whole.clear()
    this.parts = parts
  }
}

/** As V8's own hash is not to be had: FNV-1a (Fowler, Noll, Vo) over the end of the key. */
function partNumber(key: string): number {
  let hash = 0x811c9dc5
  for (let at = Math.max(0, key.length - hashedMax); at < key.length; at++) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193)
  return (hash ^ (hash >>> 15)) & (partCount - 1)
}
