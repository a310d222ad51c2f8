import { type CallOptions, type ReadOptions, Resource } from '@copycat/core'
import type { Command, Query } from '@copycat/protocol'
import type { StateMachine } from '@copycat/state-machine'
import { checkInteger } from '@copycat/utils'
import { decodeOptionals } from './map-codecs.ts'
import {
  Clear, ContainsKey, ContainsValue, Get, GetAll, Put, PutAll, PutIfAbsent, ReadPage, Remove, RemoveValue, Replace, ReplaceValue, Size,
} from './map-operations.ts'
import { decodePage, type PageContent } from './map-page.ts'
import { booleanResult } from './map-results.ts'
import { MapStateMachine } from './map-state-machine.ts'

/** Options of iterating over a map. */
export interface IterationOptions extends ReadOptions {
  /** Entries that one query brings at most; fewer where they are large. @default 1000 */
  readonly pageSize?: number
}

const pageSizeDefault = 1000

/**
 * A replicated map. Keys and values are whatever the serializer takes, `undefined` and `null` included. Two are equal
 * when their serialized bytes are: `{ a: 1, b: 2 }` and `{ b: 2, a: 1 }` are two keys, `1` and `1n` too.
 *
 * Where a method may return `undefined` for "no such key", a stored `undefined` looks alike: `containsKey` tells.
 */
export class DistributedMap<K, V> extends Resource {
  static readonly type = 'map'
  static readonly version = 1

  static stateMachine(): StateMachine {
    return new MapStateMachine()
  }

  /** Puts a value and returns the one that was there, if any. */
  put(key: K, value: V, options?: CallOptions): Promise<V | undefined> {
    return this.send(() => new Put(this.bytesOf(key), this.bytesOf(value)), this.decodeValue, options)
  }

  /** Puts a value if the key has none. Returns the one that it has, or undefined when this call put its own. */
  putIfAbsent(key: K, value: V, options?: CallOptions): Promise<V | undefined> {
    return this.send(() => new PutIfAbsent(this.bytesOf(key), this.bytesOf(value)), this.decodeValue, options)
  }

  /** Puts all these in one step: nobody sees some of them without the others. */
  putAll(entries: Iterable<readonly [K, V]>, options?: CallOptions): Promise<void> {
    return this.send(() => {
      const fields: Uint8Array[] = []
      for (const [key, value] of entries) fields.push(this.bytesOf(key), this.bytesOf(value))
      return new PutAll(fields)
    }, () => undefined, options)
  }

  /** The value of a key, if it has one. */
  get(key: K, options?: ReadOptions): Promise<V | undefined> {
    return this.send(() => new Get(this.bytesOf(key)), this.decodeValue, options)
  }

  /** The value of a key, or `defaultValue` when it has none. */
  getOrDefault<D>(key: K, defaultValue: D, options?: ReadOptions): Promise<V | D> {
    const decode = (bytes: Uint8Array | undefined): V | D => bytes === undefined ? defaultValue : this.serializer.readObject<V>(bytes)
    return this.send(() => new Get(this.bytesOf(key)), decode, options)
  }

  /** The values of those of `keys` that have one, all from the same moment. */
  async getAll(keys: Iterable<K>, options?: ReadOptions): Promise<Map<K, V>> {
    const wanted = [...keys]
    const values = await this.submitDecoded(
      new GetAll(wanted.map((key) => this.bytesOf(key))),
      (bytes) => bytes === undefined ? [] : decodeOptionals(bytes, (value) => ({ value: this.serializer.readObject<V>(value) })), options,
    )
    const found = new Map<K, V>()
    for (const [at, value] of values.entries()) if (value !== undefined) found.set(wanted[at]!, value.value)
    return found
  }

  containsKey(key: K, options?: ReadOptions): Promise<boolean> {
    return this.send(() => new ContainsKey(this.bytesOf(key)), booleanResult.decodeResult, options)
  }

  /** Whether any key has this value. Looks at every entry: at a million of them a server is busy for milliseconds. */
  containsValue(value: V, options?: ReadOptions): Promise<boolean> {
    return this.send(() => new ContainsValue(this.bytesOf(value)), booleanResult.decodeResult, options)
  }

  /** Removes a key and returns the value that it had, if any. Options for it: see {@link withOptions}. */
  remove(key: K): Promise<V | undefined>
  /** Removes a key if it has this value, and says whether it did. The number of arguments decides: `undefined` is a value like others. */
  remove(key: K, value: V, options?: CallOptions): Promise<boolean>
  remove(key: K, ...rest: readonly [] | readonly [value: V, options?: CallOptions | undefined]): Promise<V | boolean | undefined> {
    if (rest.length === 0) return this.send(() => new Remove(this.bytesOf(key)), this.decodeValue)
    const [value, options] = rest
    return this.send(() => new RemoveValue(this.bytesOf(key), this.bytesOf(value)), booleanResult.decodeResult, options)
  }

  /** Puts a value if the key has one; returns the one that it had. Options for it: see {@link withOptions}. */
  replace(key: K, value: V): Promise<V | undefined>
  /** Puts a value if the key has the value `expected`, and says whether it did. */
  replace(key: K, expected: V, value: V, options?: CallOptions): Promise<boolean>
  replace(
    key: K, value: V, ...rest: readonly [] | readonly [replacement: V, options?: CallOptions | undefined]
  ): Promise<V | boolean | undefined> {
    if (rest.length === 0) return this.send(() => new Replace(this.bytesOf(key), this.bytesOf(value)), this.decodeValue)
    const [replacement, options] = rest
    return this.send(
      () => new ReplaceValue(this.bytesOf(key), this.bytesOf(value), this.bytesOf(replacement)), booleanResult.decodeResult, options,
    )
  }

  size(options?: ReadOptions): Promise<number> {
    return this.submit(new Size(), options)
  }

  async isEmpty(options?: ReadOptions): Promise<boolean> {
    return await this.size(options) === 0
  }

  /** Removes all keys. */
  clear(options?: CallOptions): Promise<void> {
    return this.submit(new Clear(), options)
  }

  /**
   * Keys and values in the order in which the keys were created, page by page, one query each. What is written
   * meanwhile may be seen or not; but a key that is there throughout comes exactly once, and none comes twice.
   */
  async * entries(options?: IterationOptions): AsyncGenerator<[K, V], void, undefined> {
    for await (const fields of this.pages<K | V>('entries', options)) {
      for (let at = 0; at < fields.length; at += 2) yield [fields[at] as K, fields[at + 1] as V]
    }
  }

  /** The keys, as {@link entries}; values stay where they are. */
  async * keys(options?: IterationOptions): AsyncGenerator<K, void, undefined> {
    for await (const keys of this.pages<K>('keys', options)) yield * keys
  }

  /** The values, as {@link entries}. */
  async * values(options?: IterationOptions): AsyncGenerator<V, void, undefined> {
    for await (const values of this.pages<V>('values', options)) yield * values
  }

  [Symbol.asyncIterator](): AsyncGenerator<[K, V], void, undefined> {
    return this.entries()
  }

  private async * pages<T>(content: PageContent, iteration: IterationOptions = {}): AsyncGenerator<T[], void, undefined> {
    const { pageSize = pageSizeDefault, ...options } = iteration
    checkInteger('pageSize', pageSize, 1)
    let after = 0
    let through = 0
    do {
      const page = await this.submitDecoded(
        new ReadPage({ content, after, through, countMax: pageSize }),
        (bytes) => decodePage(bytes ?? new Uint8Array(0), (field) => this.serializer.readObject<T>(field)), options,
      )
      yield page.fields
      after = page.next
      through = page.through
    } while (after !== 0)
  }

  /** Encodes and sends; what cannot be encoded rejects, it does not throw. Results are decoded once, from the frame's own bytes. */
  private send<R>(
    operation: () => Command<unknown> | Query<unknown>, decode: (bytes: Uint8Array | undefined) => R, options?: ReadOptions,
  ): Promise<R> {
    try {
      return this.submitDecoded(operation(), decode, options)
    } catch (error) {
      return Promise.reject(error instanceof Error ? error : new Error(String(error)))
    }
  }

  private bytesOf(value: K | V): Uint8Array {
    return this.serializer.encode(value)
  }

  private readonly decodeValue = (bytes: Uint8Array | undefined): V | undefined =>
    bytes === undefined ? undefined : this.serializer.readObject<V>(bytes)
}
