import { type CallOptions, type ListenerOptions, type ReadOptions, Resource, ResourceDeletedError, type WriteOptions } from '@copycat/core'
import {
  changed, decodedOptional, decodeOptionals, opaqueBytes, OpaqueReader, opaqueText, type PublishedChange, type Retention, retentionOf,
} from '@copycat/core/internal'
import type { Command, Query } from '@copycat/protocol'
import type { StateMachine } from '@copycat/state-machine'
import { definedOptions, type Listener, type LogIndex } from '@copycat/utils'
import {
  Clear, ContainsKey, ContainsValue, Get, GetAll, GetVersioned, Put, PutAll, PutIfAbsent, PutIfVersion, ReadChanges, Remove, RemoveIfVersion, RemoveValue,
  Replace, ReplaceValue, Size,
} from './map-operations.ts'
import type { PageContent } from './map-page.ts'
import { type IterationOptions, readPages } from './map-pages.ts'
import { MapStateMachine } from './map-state-machine.ts'
import { type MapChange, type MapGap, MapWatch, type WatchOptions } from './map-watch.ts'

/** A value with the index of the entry that wrote it, which no other write has. */
export interface VersionedEntry<V> {
  readonly value: V
  readonly version: LogIndex
}

/** Of reads by which more is decided than what the caller sees. */
const upToDate: ReadOptions = Object.freeze({ consistency: 'LINEARIZABLE' })

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
  put(key: K, value: V, options?: WriteOptions): Promise<V | undefined> {
    return this.send(() => new Put(this.bytesOf(key), this.bytesOf(value), this.retention(options)), this.decodeValue, options)
  }

  /** Puts a value if the key has none. Returns the one that it has, or undefined when this call put its own. */
  putIfAbsent(key: K, value: V, options?: WriteOptions): Promise<V | undefined> {
    return this.send(() => new PutIfAbsent(this.bytesOf(key), this.bytesOf(value), this.retention(options)), this.decodeValue, options)
  }

  /** Puts all these in one step: nobody sees some of them without the others. */
  putAll(entries: Iterable<readonly [K, V]>, options?: WriteOptions): Promise<void> {
    return this.send(() => {
      const fields: Uint8Array[] = []
      for (const [key, value] of entries) fields.push(this.bytesOf(key), this.bytesOf(value))
      return new PutAll(fields, this.retention(options))
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
    return this.send(() => new ContainsKey(this.bytesOf(key)), isYes, options)
  }

  /** Whether any key has this value. Looks at every entry: at a million of them a server is busy for milliseconds. */
  containsValue(value: V, options?: ReadOptions): Promise<boolean> {
    return this.send(() => new ContainsValue(this.bytesOf(value)), isYes, options)
  }

  /** Removes a key and returns the value that it had, if any. Options for it: see {@link withOptions}. */
  remove(key: K): Promise<V | undefined>
  /** Removes a key if it has this value, and says whether it did. The number of arguments decides: `undefined` is a value like others. */
  remove(key: K, value: V, options?: CallOptions): Promise<boolean>
  remove(key: K, ...rest: readonly [] | readonly [value: V, options?: CallOptions | undefined]): Promise<V | boolean | undefined> {
    if (rest.length === 0) return this.send(() => new Remove(this.bytesOf(key)), this.decodeValue)
    const [value, options] = rest
    return this.send(() => new RemoveValue(this.bytesOf(key), this.bytesOf(value)), isYes, options)
  }

  /** Puts a value if the key has one; returns the one that it had. Options for it, `ttl` and `persistence` too: see {@link withOptions}. */
  replace(key: K, value: V): Promise<V | undefined>
  /** Puts a value if the key has the value `expected`, and says whether it did. */
  replace(key: K, expected: V, value: V, options?: WriteOptions): Promise<boolean>
  replace(
    key: K, value: V, ...rest: readonly [] | readonly [replacement: V, options?: WriteOptions | undefined]
  ): Promise<V | boolean | undefined> {
    if (rest.length === 0) return this.send(() => new Replace(this.bytesOf(key), this.bytesOf(value), this.retention()), this.decodeValue)
    const [replacement, options] = rest
    return this.send(
      () => new ReplaceValue(this.bytesOf(key), this.bytesOf(value), this.bytesOf(replacement), this.retention(options)), isYes, options,
    )
  }

  /** The value of a key with its version, for {@link replaceIfVersion}; `undefined` when it has none. */
  getVersioned(key: K, options?: ReadOptions): Promise<VersionedEntry<V> | undefined> {
    return this.send(() => new GetVersioned(this.bytesOf(key)), (bytes) => {
      if (bytes === undefined) return undefined
      const input = new OpaqueReader(bytes, 0, bytes.length)
      const version = input.varint()
      return { version, value: this.serializer.readObject<V>(input.restView()) }
    }, options)
  }

  /** Puts a value if nothing has changed the key since {@link getVersioned} returned this version (0: if it has no value), and says whether it did. */
  replaceIfVersion(key: K, version: LogIndex, value: V, options?: WriteOptions): Promise<boolean> {
    return this.send(() => new PutIfVersion(this.bytesOf(key), version, this.bytesOf(value), this.retention(options)), isYes, options)
  }

  /** Removes a key if nothing has changed it since {@link getVersioned} returned this version, and says whether it did. */
  removeIfVersion(key: K, version: LogIndex, options?: CallOptions): Promise<boolean> {
    return this.send(() => new RemoveIfVersion(this.bytesOf(key), version), isYes, options)
  }

  /**
   * Puts what `change` makes of the value of a key (`undefined`: it has none), again and again until nobody has written in between, and returns it.
   * Where `change` returns `undefined` the key is removed. No write is lost.
   * @param change called once per try; what it throws ends the call.
   */
  async compute(
    key: K, change: (value: V | undefined) => V | undefined | Promise<V | undefined>, options?: WriteOptions,
  ): Promise<V | undefined> {
    for (;;) {
      const present = await this.getVersioned(key, { ...options, ...upToDate })
      const value = await change(present?.value)
      if (value === undefined && present === undefined) return undefined
      const isDone = value === undefined
        ? await this.removeIfVersion(key, present?.version ?? 0, options)
        : await this.replaceIfVersion(key, present?.version ?? 0, value, options)
      if (isDone) return value
    }
  }

  /** The value of a key; where it has none, what `make` returns is put first, unless that is `undefined` or somebody was quicker. */
  async computeIfAbsent(key: K, make: () => V | undefined | Promise<V | undefined>, options?: WriteOptions): Promise<V | undefined> {
    const present = await this.getVersioned(key, { ...options, ...upToDate })
    if (present !== undefined) return present.value
    const value = await make()
    return value === undefined ? undefined : await this.putIfAbsent(key, value, options) ?? value
  }

  /** {@link compute} for keys that have a value; `undefined`, and nothing is changed, where there is none. */
  computeIfPresent(key: K, change: (value: V) => V | undefined | Promise<V | undefined>, options?: WriteOptions): Promise<V | undefined> {
    return this.compute(key, (value) => value === undefined ? undefined : change(value), options)
  }

  /** Calls `listener` with every change from now on, in order; resolves once the cluster has it. It ends with the map, which `onDelete` of the options tells. */
  onChange(listener: (change: MapChange<K, V>) => void, options?: ListenerOptions): Promise<Listener>
  /** Calls `listener` with every change of one key. */
  onChange(key: K, listener: (change: MapChange<K, V>) => void, options?: ListenerOptions): Promise<Listener>
  async onChange(
    ...parameters: readonly [listener: (change: MapChange<K, V>) => void, options?: ListenerOptions | undefined]
      | readonly [key: K, listener: (change: MapChange<K, V>) => void, options?: ListenerOptions | undefined]
  ): Promise<Listener> {
    // A function is no key: nothing can serialize it.
    if (isForAll(parameters)) return this.subscribe(changed, '', (change) => parameters[0](this.decodeChange(change)), parameters[1])
    const [key, listener, options] = parameters
    const topic = opaqueText(this.bytesOf(key))
    return this.subscribe(changed, topic, (change) => {
      if (opaqueText(change[2]) === topic) listener(this.decodeChange(change))
    }, options)
  }

  /**
   * The changes of the map, each once and in order, for as long as it is iterated over; the reader's pace is the watch's. Where changes may be missing
   * there comes `{ type: 'gap' }`: behind a `from` that is too old, after a session that ended, or when the reader is too slow by more than what the map keeps
   * (about the last thousand changes since it was first listened to).
   * @throws {ResourceDeletedError} behind the last change, when the map is deleted.
   */
  async * watch(options: WatchOptions<K> = {}): AsyncGenerator<MapChange<K, V> | MapGap, void, undefined> {
    const { key } = options
    const topic = key === undefined ? '' : opaqueText(this.bytesOf(key))
    const watch = new MapWatch({
      listen: (told, onGap, onDelete) => this.subscribe(changed, topic, (change) => {
        if (topic === '' || opaqueText(change[2]) === topic) told(change)
      }, { onGap, onDelete }),
      changes: (from, received) => this.submit(new ReadChanges(topic, from), upToDate).then(received),
      state: () => this.state(topic),
      deletionError: () => new ResourceDeletedError(this.path),
    }, options)
    for await (const change of watch.read()) yield change === undefined ? { type: 'gap' } : this.decodeChange(change)
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

  /** What is there, as changes of type `put`; of one key, or of all (`''`). */
  private async * state(topic: string): AsyncGenerator<PublishedChange, void, undefined> {
    if (topic === '') {
      const text = (field: Uint8Array): string => opaqueText(field)
      for await (const fields of this.pages('versions', upToDate, text)) {
        for (let at = 0; at < fields.length; at += 3) {
          yield ['put', Number(fields[at]), opaqueBytes(fields[at + 1]!), opaqueBytes(fields[at + 2]!), undefined]
        }
      }
      return
    }
    const present = await this.submit(new GetVersioned(topic), upToDate)
    if (present !== undefined) yield ['put', present.version, opaqueBytes(topic), opaqueBytes(present.value), undefined]
  }

  private pages<T>(
    content: PageContent, options?: IterationOptions, decode: (field: Uint8Array) => T = (field) => this.serializer.readObject<T>(field),
  ): AsyncGenerator<T[], void, undefined> {
    return readPages((query, decodeResult, callOptions) => this.submitDecoded(query, decodeResult, callOptions), content, options, decode)
  }

  /** Encodes and sends; what cannot be encoded rejects, it does not throw. Results are decoded once, from the frame's own bytes. */
  private send<R>(
    operation: () => Command<unknown> | Query<unknown>, decode: (bytes: Uint8Array | undefined) => R, options?: ReadOptions & WriteOptions,
  ): Promise<R> {
    try {
      return this.submitDecoded(operation(), decode, options)
    } catch (error) {
      return Promise.reject(error instanceof Error ? error : new Error(String(error)))
    }
  }

  private retention(options?: WriteOptions): Retention {
    const { callDefaults } = this
    return retentionOf(options === undefined ? callDefaults : { ...callDefaults, ...definedOptions(options) })
  }

  private bytesOf(value: K | V): Uint8Array {
    return this.serializer.encode(value)
  }

  private decodeChange([type, version, key, value, previous]: PublishedChange): MapChange<K, V> {
    const { serializer } = this
    return {
      type, version, key: serializer.readObject<K>(key), value: decodedOptional<V>(serializer, value), previous: decodedOptional<V>(serializer, previous),
    }
  }

  private readonly decodeValue = (bytes: Uint8Array | undefined): V | undefined => decodedOptional<V>(this.serializer, bytes)
}

function isYes(bytes: Uint8Array | undefined): boolean {
  return bytes?.[0] === 1
}

function isForAll<Callback, Rest>(
  parameters: readonly [callback: Callback, options?: Rest | undefined] | readonly [key: unknown, callback: Callback, options?: Rest | undefined],
): parameters is readonly [callback: Callback, options?: Rest | undefined] {
  return typeof parameters[0] === 'function'
}
