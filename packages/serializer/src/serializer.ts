import type { BufferInput, BufferOutput } from '@copycat/buffer'
import type { BuiltinType } from './builtin-type.ts'
import { RegistrationError, SerializationError } from './errors.ts'
import { resolveSerializerOptions } from './options.ts'
import type { SerializerOptions } from './options.ts'
import { TypeRegistry } from './type-registry.ts'
import type { TypeResolver } from './type-resolver.ts'
import type { Type, TypeOptions, TypeSerializer, TypeSerializerFactory } from './type-serializer.ts'
import { ValueReader } from './value-reader.ts'
import { ValueWriter } from './value-writer.ts'

/**
 * Typed values to bytes and back. The same value always gives the same bytes; the order of an object's fields and of
 * a collection's entries is part of the value. Types belong to one serializer: nothing is registered process-wide.
 */
export class Serializer {
  readonly #registry = new TypeRegistry()
  readonly #writer: ValueWriter
  readonly #reader: ValueReader

  /** @throws {ConfigurationError} */
  constructor(options?: SerializerOptions) {
    const resolved = resolveSerializerOptions(options)
    this.#writer = new ValueWriter(this, this.#registry, resolved)
    this.#reader = new ValueReader(this, this.#registry, resolved)
    this.resolve(...resolved.resolvers)
  }

  /**
   * Makes instances of `type` serializable, alike on every client and server. Without a `typeSerializer` the class's
   * own `writeObject` and `readObject` are used, or else its own enumerable fields (read back without running the constructor).
   * What `serializeWith` said of the class holds where nothing else is said here.
   * @param id 0 to 65535 without 128 to 255; it is what the bytes carry, and what must never change. A class without one
   * is written by its name, which takes more bytes and must survive a minifier.
   * @throws {RegistrationError} on a clash, a reserved id or a built-in class. Instances of subclasses are other classes.
   */
  register<T>(type: Type<T>, id?: number): this
  register<T>(type: Type<T>, typeSerializer: TypeSerializer<T> | TypeSerializerFactory<T>, id?: number): this
  register<T>(type: Type<T>, options: TypeOptions<T>): this
  register<T>(type: Type<T>, second?: number | TypeSerializer<T> | TypeSerializerFactory<T> | TypeOptions<T>, third?: number): this {
    this.#registry.add(type, typeOptions(second, third))
    return this
  }

  /** Registers what the resolvers bring, one after the other. @throws {RegistrationError} on a clash. */
  resolve(...resolvers: readonly TypeResolver[]): this {
    for (const resolver of resolvers) resolver.resolve(this)
    return this
  }

  /**
   * The bytes of `value`: a view of memory that other results share, so never to be transferred or written to.
   * With `output` they are written there instead, and `output` is returned.
   * @throws {SerializationError} on a value that cannot be written: a function, a symbol, an instance of a class that is
   * not registered, one that is too large, nested too deep, or (without `keepReferences`) contains itself.
   */
  writeObject(value: unknown): Uint8Array
  writeObject<O extends BufferOutput>(value: unknown, output: O): O
  writeObject(value: unknown, output?: BufferOutput): Uint8Array | BufferOutput {
    if (output === undefined) return this.encode(value)
    let bytes: Uint8Array
    try {
      bytes = this.#writer.encodeFor(value, output)
    } catch (error) {
      throw asSerializationError(error)
    }
    return output.writeBytes(bytes)
  }

  /** {@link writeObject} without an output. */
  encode(value: unknown): Uint8Array {
    try {
      return this.#writer.encode(value)
    } catch (error) {
      throw asSerializationError(error)
    }
  }

  /**
   * The value whose bytes stand in a Uint8Array from `start` (0) up to `end` (its length), all of them; or the next value of
   * a {@link BufferInput}, whose position moves behind it. Nothing of the result refers to the input.
   * @throws {SerializationError} on any bytes that are not a value that this serializer knows. An input then stays where it was.
   */
  readObject<T = unknown>(input: Uint8Array, start?: number, end?: number): T
  readObject<T = unknown>(input: BufferInput): T
  readObject<T = unknown>(input: Uint8Array | BufferInput, start = 0, end?: number): T {
    if ('readView' in input) return this.#reader.readFrom(input) as T
    const last = end ?? input.length
    if (!(start >= 0 && start <= last && last <= input.length)) {
      throw new SerializationError(`there is no range ${start} to ${last} in ${input.length} bytes`)
    }
    return this.#reader.read(input, start, last, true) as T
  }

  /** A deep copy by way of the bytes: what another server would see. */
  copy<T>(value: T): T {
    return this.readObject<T>(this.encode(value))
  }

  /** For the resolvers of this package alone. */
  addBuiltins(types: readonly BuiltinType[]): void {
    this.#registry.addBuiltins(types)
  }
}

function asSerializationError(error: unknown): SerializationError {
  if (error instanceof SerializationError) return error
  return new SerializationError(`cannot serialize: ${error instanceof Error ? error.message : String(error)}`, error)
}

function typeOptions<T>(second: number | TypeSerializer<T> | TypeSerializerFactory<T> | TypeOptions<T> | undefined, id: number | undefined): TypeOptions {
  if (second !== undefined && typeof second !== 'number' && typeof second !== 'function' && (typeof second !== 'object' || second === null)) {
    throw new RegistrationError(`a class is registered with an id, a TypeSerializer or options, not with ${String(second)}`)
  }
  if (second === undefined || typeof second === 'number') return second === undefined ? {} : { id: second }
  const isSerializer = typeof second === 'function' || 'write' in second || 'read' in second
  return isSerializer ? { serializer: second, ...id !== undefined && { id } } as TypeOptions : second as TypeOptions
}
