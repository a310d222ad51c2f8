import { type CallOptions, type ChangeType, type ListenerOptions, type ReadOptions, Resource, type WriteOptions } from '@copycat/core'
import { changed, opaqueText, type PublishedChange, type Retention, retentionOf } from '@copycat/core/internal'
import type { StateMachine } from '@copycat/state-machine'
import { definedOptions, type Listener, type LogIndex } from '@copycat/utils'
import { Clear, ContainsKey, PutIfAbsent, RemoveKey, Size } from './map-operations.ts'
import { type IterationOptions, readPages } from './map-pages.ts'
import { CountOf, decodePairs, PairsOf, ReplaceAllOf } from './multi-map-operations.ts'
import { keyEnd, keyStart, MultiMapStateMachine, pairKey, pairOf } from './multi-map-state-machine.ts'

/** A change of a {@link DistributedMultiMap}: a pair was put, removed by somebody, or has expired (its time has passed, or its session has ended). */
export interface MultiMapChange<K, V> {
  readonly type: Exclude<ChangeType, 'update'>
  readonly key: K
  readonly value: V
  /** Index of the entry that changed it; several changes by one command have the same. */
  readonly version: LogIndex
}

/**
 * A replicated map of keys to several values each. A value stands once under a key; values of a key come in the order in which they were put. Keys and values
 * are whatever the serializer takes, and equal when their serialized bytes are.
 */
export class DistributedMultiMap<K, V> extends Resource {
  static readonly type = 'multi-map'
  static readonly version = 1

  static stateMachine(): StateMachine {
    return new MultiMapStateMachine()
  }

  /** Adds a value to those of a key, and says whether it was not there. One that is there keeps its mode, its time and its owner. */
  async put(key: K, value: V, options?: WriteOptions): Promise<boolean> {
    return this.submitDecoded(new PutIfAbsent(this.pair(key, value), '', this.retention(options)), (bytes) => bytes === undefined, options)
  }

  /** The values of a key; empty when it has none. */
  async get(key: K, options?: ReadOptions): Promise<V[]> {
    return this.submitDecoded(new PairsOf(this.keyBytes(key)), this.decodeValues, options)
  }

  /** Removes one value of a key, and says whether it was there. */
  async remove(key: K, value: V, options?: CallOptions): Promise<boolean> {
    return this.submitDecoded(new RemoveKey(this.pair(key, value)), isYes, options)
  }

  /** Removes a key with all its values, which it returns. */
  removeAll(key: K, options?: CallOptions): Promise<V[]> {
    return this.replaceValues(key, [], options)
  }

  /** Puts these values in the place of those that the key has, in one step, and returns the latter. All get the mode and the time of this call. */
  async replaceValues(key: K, values: Iterable<V>, options?: WriteOptions): Promise<V[]> {
    const bytes = this.keyBytes(key)
    const pairs = Array.from(values, (value) => pairOf(bytes, this.serializer.encode(value)))
    return this.submitDecoded(new ReplaceAllOf(bytes, pairs, this.retention(options)), this.decodeValues, options)
  }

  async containsKey(key: K, options?: ReadOptions): Promise<boolean> {
    return await this.count(key, options) > 0
  }

  /** Whether a key has this value. */
  async containsEntry(key: K, value: V, options?: ReadOptions): Promise<boolean> {
    return this.submitDecoded(new ContainsKey(this.pair(key, value)), isYes, options)
  }

  /** How many values a key has. */
  async count(key: K, options?: ReadOptions): Promise<number> {
    return this.submit(new CountOf(this.keyBytes(key)), options)
  }

  /** How many pairs of a key and a value there are. */
  size(options?: ReadOptions): Promise<number> {
    return this.submit(new Size(), options)
  }

  async isEmpty(options?: ReadOptions): Promise<boolean> {
    return await this.size(options) === 0
  }

  /** Removes everything. */
  clear(options?: CallOptions): Promise<void> {
    return this.submit(new Clear(), options)
  }

  /**
   * The pairs in the order in which they were put, page by page, one query each. What is written meanwhile may be seen or not; but a pair that is there throughout
   * comes exactly once, and none comes twice.
   */
  async * entries(options?: IterationOptions): AsyncGenerator<[K, V], void, undefined> {
    for await (const pairs of this.pages(options, (pair): [K, V] => this.decodePair(pair))) yield * pairs
  }

  /** Each key once, as {@link entries}. */
  async * keys(options?: IterationOptions): AsyncGenerator<K, void, undefined> {
    const seen = new Set<string>()
    for await (const keys of this.pages(options, (pair) => pair.slice(0, keyEnd(pair)))) {
      for (const key of keys) {
        const text = opaqueText(key)
        if (seen.has(text)) continue
        seen.add(text)
        yield this.decodeKey(key)
      }
    }
  }

  /** The values, as {@link entries}. */
  async * values(options?: IterationOptions): AsyncGenerator<V, void, undefined> {
    for await (const [, value] of this.entries(options)) yield value
  }

  [Symbol.asyncIterator](): AsyncGenerator<[K, V], void, undefined> {
    return this.entries()
  }

  /** Calls `listener` with every change from now on, in order; resolves once the cluster has it. */
  onChange(listener: (change: MultiMapChange<K, V>) => void, options?: ListenerOptions): Promise<Listener> {
    return this.subscribe(changed, '', (change) => this.tell(change, listener), options)
  }

  /** As {@link onChange}, of one key. */
  async onChangeOf(key: K, listener: (change: MultiMapChange<K, V>) => void, options?: ListenerOptions): Promise<Listener> {
    const topic = opaqueText(this.keyBytes(key))
    return this.subscribe(changed, topic, (change) => {
      if (opaqueText(change[2]).startsWith(topic)) this.tell(change, listener)
    }, options)
  }

  private tell([type, version, pair]: PublishedChange, listener: (change: MultiMapChange<K, V>) => void): void {
    if (type === 'update') return
    const [key, value] = this.decodePair(pair)
    listener({ type, key, value, version })
  }

  private pages<T>(options: IterationOptions | undefined, decode: (pair: Uint8Array) => T): AsyncGenerator<T[], void, undefined> {
    return readPages((query, decodeResult, callOptions) => this.submitDecoded(query, decodeResult, callOptions), 'keys', options, decode)
  }

  private retention(options: WriteOptions = {}): Retention {
    return retentionOf({ ...this.callDefaults, ...definedOptions(options) })
  }

  private keyBytes(key: K): Uint8Array {
    return pairKey(this.serializer.encode(key))
  }

  private pair(key: K, value: V): Uint8Array {
    return pairOf(this.keyBytes(key), this.serializer.encode(value))
  }

  private decodePair(pair: Uint8Array): [K, V] {
    const end = keyEnd(pair)
    return [this.decodeKey(pair), this.serializer.readObject<V>(pair, end)]
  }

  private decodeKey(key: Uint8Array): K {
    return this.serializer.readObject<K>(key, keyStart(key), keyEnd(key))
  }

  private readonly decodeValues = (bytes: Uint8Array | undefined): V[] => decodePairs(bytes, (pair) => this.serializer.readObject<V>(pair, keyEnd(pair)))
}

function isYes(bytes: Uint8Array | undefined): boolean {
  return bytes?.[0] === 1
}
