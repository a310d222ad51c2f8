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
  /** Reads exactly what {@link write} wrote, to the end of `input`; nested values by `serializer.readObject(input)`. */
  read(input: BufferInput, serializer: Serializer): T
}

/** A class that serializes itself. It must be constructible without arguments: `readObject` runs on such an instance. */
export interface Serializable {
  writeObject(output: BufferOutput, serializer: Serializer): void
  readObject(input: BufferInput, serializer: Serializer): void
}
