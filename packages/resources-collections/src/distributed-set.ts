import { type CallOptions, type ListenerOptions, type ReadOptions, Resource, type WriteOptions } from '@copycat/core'
import { changed, retentionOf } from '@copycat/core/internal'
import type { StateMachine } from '@copycat/state-machine'
import { definedOptions, type Listener } from '@copycat/utils'
import { Clear, ContainsKey, PutIfAbsent, RemoveKey, Size } from './map-operations.ts'
import { type IterationOptions, readPages } from './map-pages.ts'
import { MapStateMachine } from './map-state-machine.ts'

/**
 * A replicated set. Its values are whatever the serializer takes; two are equal when their serialized bytes are: `{ a: 1, b: 2 }` and `{ b: 2, a: 1 }` are
 * two values, `1` and `1n` too.
 */
export class DistributedSet<T> extends Resource {
  static readonly type = 'set'
  static readonly version = 1

  /** A set is a map whose keys are its values. */
  static stateMachine(): StateMachine {
    return new MapStateMachine()
  }

  /** Adds a value, and says whether it was not there. A value that is there keeps its mode, its time and its owner. */
  async add(value: T, options?: WriteOptions): Promise<boolean> {
    const retention = retentionOf({ ...this.callDefaults, ...definedOptions(options ?? {}) })
    return this.submitDecoded(new PutIfAbsent(this.bytesOf(value), '', retention), (bytes) => bytes === undefined, options)
  }

  /** Removes a value, and says whether it was there. */
  async remove(value: T, options?: CallOptions): Promise<boolean> {
    return this.submitDecoded(new RemoveKey(this.bytesOf(value)), (bytes) => bytes?.[0] === 1, options)
  }

  async contains(value: T, options?: ReadOptions): Promise<boolean> {
    return this.submitDecoded(new ContainsKey(this.bytesOf(value)), (bytes) => bytes?.[0] === 1, options)
  }

  size(options?: ReadOptions): Promise<number> {
    return this.submit(new Size(), options)
  }

  async isEmpty(options?: ReadOptions): Promise<boolean> {
    return await this.size(options) === 0
  }

  /** Removes all values. */
  clear(options?: CallOptions): Promise<void> {
    return this.submit(new Clear(), options)
  }

  /**
   * The values in the order in which they were added, page by page, one query each. What is added or removed meanwhile may be seen or not; but a value that
   * is there throughout comes exactly once, and none comes twice.
   */
  async * values(options?: IterationOptions): AsyncGenerator<T, void, undefined> {
    const pages = readPages((query, decode, callOptions) => this.submitDecoded(query, decode, callOptions), 'keys', options, (field) => this.serializer.readObject<T>(field))
    for await (const values of pages) yield * values
  }

  [Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    return this.values()
  }

  /** Calls `listener` with every value that is added from now on; resolves once the cluster has it. */
  onAdd(listener: (value: T) => void, options?: ListenerOptions): Promise<Listener> {
    return this.subscribe(changed, '', ([type, , value]) => {
      if (type === 'put') listener(this.serializer.readObject<T>(value))
    }, options)
  }

  /** Calls `listener` with every value that goes from now on: it was removed, its time has passed, or its session has ended. */
  onRemove(listener: (value: T) => void, options?: ListenerOptions): Promise<Listener> {
    return this.subscribe(changed, '', ([type, , value]) => {
      if (type === 'remove' || type === 'expire') listener(this.serializer.readObject<T>(value))
    }, options)
  }

  private bytesOf(value: T): Uint8Array {
    return this.serializer.encode(value)
  }
}
