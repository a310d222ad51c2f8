import type { BufferInput, BufferOutput } from '@copycat/buffer'
import type { Serializer } from './serializer.ts'

/** A class whose instances can be registered. */
export type Type<T = unknown> = abstract new (...args: never[]) => T

/**
 * How instances of one class become bytes and back. Both run synchronously and must depend on nothing but their
 * arguments, so that every server writes and reads the same.
 */
export interface TypeSerializer<T> {
  /** Writes `value` to `output`; nested values by `serializer.writeObject(nested, output)`. */
  write(value: T, output: BufferOutput, serializer: Serializer): void
  /**
   * Reads what {@link write} wrote, in the same order; nested values by `serializer.readObject(input)`. Bytes that it leaves
   * were added by a newer version and are skipped. Where an older version wrote less, `input.remaining` is 0 and
   * `readObject(input)` gives undefined.
   */
  read(input: BufferInput, serializer: Serializer): T
}

/** Makes the serializer of a class when that class is registered: for serializers that serve several classes. */
export type TypeSerializerFactory<T> = (type: Type<T>) => TypeSerializer<T>

/**
 * A class that serializes itself. Its `readObject` runs on an instance made by `new` without arguments, by a factory, or taken
 * from a pool; about bytes that were added or are missing see {@link TypeSerializer.read}.
 */
export interface Serializable {
  writeObject(output: BufferOutput, serializer: Serializer): void
  readObject(input: BufferInput, serializer: Serializer): void
}

/** Where instances are taken from instead of being made. `ReferencePool` is one. */
export interface TypePool<T> {
  /** An instance that the caller holds alone. */
  acquire(): T
}

/** How a class is known to a serializer; alike on every client and server. */
export interface TypeOptions<T = unknown> {
  /** 0 to 65535 without 128 to 255: what the bytes carry, and what must never change. */
  readonly id?: number
  /** What the bytes carry where there is no id. Give one where a minifier renames classes. @default the name of the class */
  readonly name?: string
  /** Writes and reads the instances. @default the class's own `writeObject` and `readObject`, or else its fields */
  readonly serializer?: TypeSerializer<T> | TypeSerializerFactory<T>
  /**
   * Makes the instance that is read into. Not with {@link serializer}, which makes its own.
   * @default `new` without arguments for a class with `readObject`, else an object that no constructor has run on
   */
  readonly factory?: () => T
  /**
   * Where the instance that is read into is taken from; it is released again where reading fails. Not with {@link serializer}.
   * @default the static field `pool` of a class with `acquire` and `release`
   */
  readonly pool?: TypePool<T>
  /**
   * The fields that are written, and kept when read: others, which a newer version may have added, are skipped; one that is not
   * in the bytes is undefined. Only for a class that is written by its fields. @default all own enumerable ones
   */
  readonly fields?: readonly string[]
}
