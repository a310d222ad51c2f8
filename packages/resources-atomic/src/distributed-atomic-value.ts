import { type ChangeType, type ListenerOptions, type ReadOptions, Resource, type WriteOptions } from '@copycat/core'
import { changed, decodedOptional, OpaqueReader, type Retention, retentionOf } from '@copycat/core/internal'
import type { Command, Query } from '@copycat/protocol'
import type { StateMachine } from '@copycat/state-machine'
import { definedOptions, type Listener, type LogIndex } from '@copycat/utils'
import { CompareAndSet, Get, GetAndSet, GetVersioned, Set, SetIfVersion } from './value-operations.ts'
import { ValueStateMachine } from './value-state-machine.ts'

/** A change of a {@link DistributedAtomicValue}. */
export interface ValueChange<T> {
  /** `expire`: its time has passed, or the session whose own it was has ended. */
  readonly type: Exclude<ChangeType, 'remove'>
  /** What is there now; undefined once it expired. */
  readonly value: T | undefined
  /** What was there before. */
  readonly previous: T | undefined
  /** Index of the entry that changed it: ascending from change to change. */
  readonly version: LogIndex
}

/** A value with the index of the entry that wrote it, which no other write has. */
export interface VersionedValue<T> {
  readonly value: T
  readonly version: LogIndex
}

/**
 * A replicated variable. Its value is whatever the serializer takes; two are equal when their serialized bytes are. At first there is none, which
 * reads as `undefined`.
 */
export class DistributedAtomicValue<T> extends Resource {
  static readonly type = 'atomic-value'
  static readonly version = 1

  static stateMachine(): StateMachine {
    return new ValueStateMachine()
  }

  /** The value; `undefined` when there is none. */
  get(options?: ReadOptions): Promise<T | undefined> {
    return this.send(() => new Get(), this.decodeValue, options)
  }

  /** The value with its version, for {@link setIfVersion}; `undefined` when there is none. */
  getVersioned(options?: ReadOptions): Promise<VersionedValue<T> | undefined> {
    return this.send(() => new GetVersioned(), (bytes) => {
      if (bytes === undefined) return undefined
      const input = new OpaqueReader(bytes, 0, bytes.length)
      const version = input.varint()
      return { version, value: this.serializer.readObject<T>(input.restView()) }
    }, options)
  }

  /** Sets the value, whatever it was. */
  set(value: T, options?: WriteOptions): Promise<void> {
    return this.send(() => new Set(this.bytesOf(value), this.retention(options)), () => undefined, options)
  }

  /** Sets the value and returns the one that was there. */
  getAndSet(value: T, options?: WriteOptions): Promise<T | undefined> {
    return this.send(() => new GetAndSet(this.bytesOf(value), this.retention(options)), this.decodeValue, options)
  }

  /**
   * Sets the value if the present one equals `expected` (`undefined`: also if there is none), and says whether it did. What was changed and changed
   * back in between is not noticed: {@link setIfVersion} does.
   */
  compareAndSet(expected: T | undefined, value: T, options?: WriteOptions): Promise<boolean> {
    return this.send(
      () => new CompareAndSet(this.bytesOf(expected), expected === undefined, this.bytesOf(value), this.retention(options)), isYes, options,
    )
  }

  /** Sets the value if nothing was written since {@link getVersioned} returned this version (0: if there is no value), and says whether it did. */
  setIfVersion(version: LogIndex, value: T, options?: WriteOptions): Promise<boolean> {
    return this.send(() => new SetIfVersion(version, this.bytesOf(value), this.retention(options)), isYes, options)
  }

  /**
   * Replaces the value by what `change` makes of it, again and again until nobody has written in between, and returns what was set. No write is lost.
   * @param change called once per try; what it throws ends the update.
   */
  async update(change: (value: T | undefined) => T | Promise<T>, options?: WriteOptions): Promise<T> {
    for (;;) {
      const present = await this.getVersioned({ ...options, consistency: 'LINEARIZABLE' })
      const value = await change(present?.value)
      if (await this.setIfVersion(present?.version ?? 0, value, options)) return value
    }
  }

  /** Calls `listener` with every change from now on, in order; resolves once the cluster has it. */
  onChange(listener: (change: ValueChange<T>) => void, options?: ListenerOptions): Promise<Listener> {
    return this.subscribe(changed, '', ([type, version, , value, previous]) => {
      if (type === 'remove') return
      const { serializer } = this
      listener({ type, value: decodedOptional<T>(serializer, value), previous: decodedOptional<T>(serializer, previous), version })
    }, options)
  }

  /** Encodes and sends; what cannot be encoded rejects, it does not throw. */
  private async send<R>(
    operation: () => Command<unknown> | Query<unknown>, decode: (bytes: Uint8Array | undefined) => R, options?: ReadOptions & WriteOptions,
  ): Promise<R> {
    return this.submitDecoded(operation(), decode, options)
  }

  private retention(options: WriteOptions = {}): Retention {
    return retentionOf({ ...this.callDefaults, ...definedOptions(options) })
  }

  private bytesOf(value: T | undefined): Uint8Array {
    return this.serializer.encode(value)
  }

  private readonly decodeValue = (bytes: Uint8Array | undefined): T | undefined => decodedOptional<T>(this.serializer, bytes)
}

function isYes(bytes: Uint8Array | undefined): boolean {
  return bytes?.[0] === 1
}
