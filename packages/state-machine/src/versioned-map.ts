import { Serializer } from '@copycat/serializer'
import { KeyTable } from './key-table.ts'
import { MapCapture, type MapStore, type ValueCodec } from './map-capture.ts'
import type { Snapshottable } from './snapshottable.ts'
import { SortedKeys } from './sorted-keys.ts'

/** Options of {@link VersionedMap}. */
export interface VersionedMapOptions<V> {
  /** @default by a `Serializer` of its own, which takes plain values */
  readonly codec?: ValueCodec<V>
}

/**
 * A map for replicated state: reading and writing cost what they cost with a `Map`, and the state as it is now can be *captured* at once, whatever
 * its size, to be written down while it goes on to change.
 *
 * In the order of its keys (UTF-16 code units), which depends on what is in it alone: servers that have come to the same entries in different
 * ways, by the whole log, by a cleaned one or by a snapshot, iterate alike. Keys are well-formed strings. Values are replaced, never changed in place.
 */
export class VersionedMap<V> implements Snapshottable {
  private store: MapStore<V> = emptyStore()
  private readonly codec: ValueCodec<V>

  constructor(options: VersionedMapOptions<V> = {}) {
    this.codec = options.codec ?? plainValues()
  }

  get size(): number {
    return this.store.values.size
  }

  get(key: string): V | undefined {
    return this.store.values.get(key)
  }

  has(key: string): boolean {
    return this.store.values.has(key)
  }

  /** @returns the value that was there. */
  set(key: string, value: V): V | undefined {
    const { values, captures } = this.store
    const previous = values.get(key)
    const isNew = previous === undefined && !values.has(key)
    for (const capture of captures) capture.changing(key, previous, isNew)
    values.set(key, value)
    if (isNew) this.store.keys.add(key)
    return previous
  }

  /** @returns whether the key was there. */
  delete(key: string): boolean {
    const { values, keys, captures } = this.store
    const previous = values.get(key)
    if (previous === undefined && !values.has(key)) return false
    for (const capture of captures) capture.changing(key, previous, false)
    values.delete(key)
    keys.remove(key)
    for (const capture of captures) capture.removed(key)
    return true
  }

  /** At once, whatever the size. */
  clear(): void {
    // What was captured keeps the old store, which nobody changes any more.
    this.store = emptyStore()
  }

  /** Keys from `from` on, in order. May be changed meanwhile: keys that come behind the current one are met, those that go are not. */
  keys(from: string = ''): Generator<string, void, undefined> {
    return this.store.keys.from(from)
  }

  /** As {@link keys}, with their values. */
  * entries(from: string = ''): Generator<[key: string, value: V], void, undefined> {
    const { keys, values } = this.store
    for (const key of keys.from(from)) yield [key, values.get(key)!]
  }

  [Symbol.iterator](): Generator<[key: string, value: V], void, undefined> {
    return this.entries()
  }

  /** The map as it is now, at once. Every later change of a key costs a little more until it is released. */
  capture(): MapCapture<V> {
    return new MapCapture(this.store)
  }

  /** A capture in chunks of about 64 KiB, made while they are taken, which releases itself at their end or at `return()`. */
  snapshot(): IterableIterator<Uint8Array> {
    return this.capture().chunks(this.codec)
  }

  /** Takes the entries of a snapshot in place of its own. @throws {BufferUnderflowError} when it is cut short. */
  install(chunks: Iterable<Uint8Array>): void {
    const store: MapStore<V> = emptyStore()
    for (const chunk of chunks) MapCapture.read(chunk, this.codec, (key, value) => {
      store.values.set(key, value)
      store.keys.add(key)
    })
    this.store = store
  }
}

function emptyStore<V>(): MapStore<V> {
  return { values: new KeyTable(), keys: new SortedKeys(), captures: new Set() }
}

function plainValues<V>(): ValueCodec<V> {
  const serializer = new Serializer()
  return { encode: (value) => serializer.encode(value), decode: (bytes) => serializer.readObject<V>(bytes) }
}
