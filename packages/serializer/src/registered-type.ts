import type { ReferenceCounted } from '@copycat/buffer'
import { RegistrationError } from './errors.ts'
import type { Serializable, Type, TypeOptions, TypePool, TypeSerializer } from './type-serializer.ts'

/** A registered class: how it is named in the bytes, and how its instances are written and made. */
export interface RegisteredType {
  /** Number in the bytes; a type without one is written by {@link name}. */
  readonly id: number | undefined
  readonly name: string
  readonly prototype: object
  /** Writes and reads whole instances; the next two are absent then. */
  readonly serializer: TypeSerializer<unknown> | undefined
  /** The class's own methods; absent: its fields are written and set. */
  readonly methods: Serializable | undefined
  /** Those that are written and kept; absent: all own enumerable ones. */
  readonly fields: ReadonlySet<string> | undefined
  /** Errors have fields that are not enumerable, and are made by the engine. */
  readonly isError: boolean
  /** Makes the instance that is read into. */
  readonly create: () => object
  /** Whether {@link create} takes it from a pool, to which it goes back when reading fails. */
  readonly isPooled: boolean
}

/** @throws {RegistrationError} when the class cannot be written in the way that `options` say. */
export function registeredType(type: Type, options: TypeOptions, builtinPrototypes: ReadonlySet<unknown>): RegisteredType {
  const prototype = type.prototype as object
  const name = options.name ?? type.name
  const serializer = serializerOf(type, options)
  const methods = serializer === undefined ? ownMethods(type) : undefined
  const isError = prototype instanceof Error
  if (serializer === undefined && methods === undefined) checkFields(type, options, builtinPrototypes)
  else if (options.fields !== undefined) throw new RegistrationError(`class ${name} is not written by its fields: leave the option fields out`)
  const pool = serializer === undefined ? options.pool ?? staticPool(type) : undefined
  if (serializer !== undefined && (options.factory !== undefined || options.pool !== undefined)) {
    throw new RegistrationError(`class ${name} has a serializer, which makes the instances: leave factory and pool out`)
  }
  return {
    id: options.id, name, prototype, serializer, methods, isError, isPooled: pool !== undefined,
    fields: options.fields === undefined ? undefined : new Set(options.fields),
    create: pool === undefined ? options.factory as (() => object) | undefined ?? maker(type, methods !== undefined, isError) : () => pool.acquire() as object,
  }
}

function serializerOf(type: Type, { serializer }: TypeOptions): TypeSerializer<unknown> | undefined {
  const made = typeof serializer === 'function' ? serializer(type) : serializer
  if (made === undefined || (typeof made.write === 'function' && typeof made.read === 'function')) return made
  throw new RegistrationError(`the serializer of class ${type.name} lacks write or read`)
}

/** The methods of a class with `writeObject` and `readObject`; undefined when it has neither. */
function ownMethods(type: Type): Serializable | undefined {
  const { writeObject, readObject } = type.prototype as Partial<Serializable>
  if (writeObject === undefined && readObject === undefined) return undefined
  if (typeof writeObject !== 'function' || typeof readObject !== 'function') {
    throw new RegistrationError(`class ${type.name} has only one of writeObject and readObject`)
  }
  return { writeObject, readObject }
}

/** What a built-in class keeps inside is no field: it would be lost without a word. */
function checkFields(type: Type, { fields }: TypeOptions, builtinPrototypes: ReadonlySet<unknown>): void {
  for (let at = Object.getPrototypeOf(type.prototype) as object | null; at !== null; at = Object.getPrototypeOf(at) as object | null) {
    if (at === Object.prototype || !builtinPrototypes.has(at) || at instanceof Error || at === Error.prototype) continue
    const builtin = (at as { constructor: { name: string } }).constructor.name
    throw new RegistrationError(`class ${type.name} extends ${builtin}, whose content is not in its fields: give it writeObject and readObject, or a TypeSerializer`)
  }
  if (fields?.includes('__proto__') === true) throw new RegistrationError(`class ${type.name} cannot have a field __proto__`)
}

/** The pool of a class that is reference counted and has one. */
function staticPool(type: Type): TypePool<unknown> | undefined {
  const { acquire, release } = type.prototype as Partial<ReferenceCounted>
  const { pool } = type as { pool?: Partial<TypePool<unknown>> }
  return typeof acquire === 'function' && typeof release === 'function' && typeof pool?.acquire === 'function' ? pool as TypePool<unknown> : undefined
}

function maker(type: Type, isSerializable: boolean, isError: boolean): () => object {
  const construct = type as unknown as new () => object
  if (isSerializable) return () => new construct()
  // An object that only inherits from Error is none to the engine.
  if (isError) return () => Reflect.construct(Error, [], construct)
  const prototype = type.prototype as object
  return () => Object.create(prototype) as object
}
