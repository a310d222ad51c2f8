import { Serializer } from '@copycat/serializer'
import type { Snapshottable } from './snapshottable.ts'

/** Items in one chunk, at most. */
const itemsPerChunk = 256

/**
 * A small part of a state, as a list of plain values that is copied for a snapshot: waiters, subscriptions, a few counters. Equal states must give
 * equal lists. For large ones there is `VersionedMap`.
 */
export class SnapshotList<T> implements Snapshottable {
  private readonly list: () => readonly T[]
  private readonly replace: (items: readonly T[]) => void
  private readonly serializer = new Serializer()

  /** @param list a new list of what is there now. @param replace takes these in place of what is there. */
  constructor(list: () => readonly T[], replace: (items: readonly T[]) => void) {
    this.list = list
    this.replace = replace
  }

  snapshot(): Iterable<Uint8Array> {
    return this.chunks(this.list())
  }

  install(chunks: Iterable<Uint8Array>): void {
    const items: T[] = []
    for (const chunk of chunks) for (const item of this.serializer.readObject<T[]>(chunk)) items.push(item)
    this.replace(items)
  }

  private * chunks(items: readonly T[]): Generator<Uint8Array, void, undefined> {
    for (let at = 0; at < items.length; at += itemsPerChunk) yield this.serializer.encode(items.slice(at, at + itemsPerChunk))
  }
}
