import { HeapBuffer } from '@copycat/buffer'
import type { KeyTable } from './key-table.ts'
import { SortedKeys } from './sorted-keys.ts'

/** Bytes after which a chunk ends. */
const chunkBytes = 64 * 1024

/** How values of a `VersionedMap` stand in its snapshots. */
export interface ValueCodec<V> {
  encode(value: V): Uint8Array
  /** `bytes` is a view: copy what is kept. */
  decode(bytes: Uint8Array): V
}

/** What a map consists of, and who has to be told before it changes. */
export interface MapStore<V> {
  readonly values: KeyTable<V>
  readonly keys: SortedKeys
  readonly captures: Set<MapCapture<V>>
}

/** What a key had when it was captured. */
interface Before<V> {
  readonly value: V | undefined
  readonly wasAbsent: boolean
}

/**
 * A map as it was at one moment. It costs nothing but the keys that changed since; each of them once. Release it, or changes go on costing.
 */
export class MapCapture<V> {
  readonly size: number
  private readonly store: MapStore<V>
  private readonly before = new Map<string, Before<V>>()
  /** Captured keys that the map has lost since, to be met in their place. */
  private readonly lost = new SortedKeys()
  private isReleased = false

  constructor(store: MapStore<V>) {
    this.store = store
    this.size = store.values.size
    store.captures.add(this)
  }

  /** The map tells it before `key` changes. */
  changing(key: string, value: V | undefined, wasAbsent: boolean): void {
    if (!this.before.has(key)) this.before.set(key, { value, wasAbsent })
  }

  /** The map has lost `key`, which it may get again. */
  removed(key: string): void {
    if (this.before.get(key)?.wasAbsent === false && this.lost.next(key, true) !== key) this.lost.add(key)
  }

  get(key: string): V | undefined {
    this.checkOpen()
    const before = this.before.get(key)
    return before === undefined ? this.store.values.get(key) : before.value
  }

  has(key: string): boolean {
    this.checkOpen()
    const before = this.before.get(key)
    return before === undefined ? this.store.values.has(key) : !before.wasAbsent
  }

  /** Its entries from `from` on, in the order of their keys, whatever becomes of the map meanwhile. */
  * entries(from: string = ''): Generator<[key: string, value: V], void, undefined> {
    for (let key = this.next(from, true); key !== undefined; key = this.next(key, false)) yield [key, this.get(key)!]
  }

  [Symbol.iterator](): Generator<[key: string, value: V], void, undefined> {
    return this.entries()
  }

  /** Lets go of it: it cannot be read any more, and changes of the map cost what they did before. Twice is once. */
  release(): void {
    this.isReleased = true
    this.store.captures.delete(this)
    this.before.clear()
  }

  /** Its entries as bytes, in chunks that are made while they are taken; released at their end or at `return()`. */
  chunks(codec: ValueCodec<V>): IterableIterator<Uint8Array> {
    let next = this.next('', true)
    const end = (): { done: true, value: undefined } => {
      this.release()
      next = undefined
      return { done: true, value: undefined }
    }
    const iterator: IterableIterator<Uint8Array> = {
      [Symbol.iterator]: () => iterator,
      next: () => {
        if (next === undefined) return end()
        const out = HeapBuffer.allocate(chunkBytes)
        for (; next !== undefined && out.position < chunkBytes; next = this.next(next, false)) {
          const bytes = codec.encode(this.get(next)!)
          out.writeString(next).writeVarint(bytes.length).writeBytes(bytes)
        }
        return { done: false, value: out.flip().readBytes(out.remaining) }
      },
      return: end,
    }
    return iterator
  }

  /** Reads one of {@link chunks}. @throws {BufferUnderflowError} when it is cut short. */
  static read<V>(chunk: Uint8Array, codec: ValueCodec<V>, entry: (key: string, value: V) => void): void {
    const input = HeapBuffer.wrap(chunk)
    while (input.remaining > 0) entry(input.readString(), codec.decode(input.readView(input.readVarint())))
  }

  private next(key: string, isIncluded: boolean): string | undefined {
    this.checkOpen()
    const lost = this.lost.next(key, isIncluded)
    let kept = this.store.keys.next(key, isIncluded)
    while (kept !== undefined && this.before.get(kept)?.wasAbsent === true) kept = this.store.keys.next(kept, false)
    if (lost === undefined || kept === undefined) return lost ?? kept
    return lost < kept ? lost : kept
  }

  private checkOpen(): void {
    if (this.isReleased) throw new TypeError('this capture of a map was released')
  }
}
