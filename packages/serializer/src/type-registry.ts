import { RegistrationError } from './errors.ts'
import { idMax, reservedIdMax, reservedIdMin } from './format.ts'
import type { Serializable, Type, TypeSerializer } from './type-serializer.ts'

/** A registered class: how it is named in the bytes, and how its instances are written and made. */
export interface RegisteredType {
  readonly type: Type
  /** Number in the bytes; a type without one is written by {@link name}. */
  readonly id: number | undefined
  readonly name: string
  readonly prototype: object
  /** Absent: the own enumerable fields are written, and set on an object made without running the constructor. */
  readonly serializer: TypeSerializer<unknown> | undefined
}

/** The classes that one serializer knows; each by class, and by id or name. */
export class TypeRegistry {
  readonly #byPrototype = new Map<object, RegisteredType>()
  readonly #byId = new Map<number, RegisteredType>()
  readonly #byName = new Map<string, RegisteredType>()
  readonly #isBuiltin: (prototype: object) => boolean

  constructor(isBuiltin: (prototype: object) => boolean) {
    this.#isBuiltin = isBuiltin
  }

  /** @throws {RegistrationError} on a clash, a reserved or impossible id, or a built-in class. */
  add(type: Type, serializer: TypeSerializer<unknown> | undefined, id: number | undefined): void {
    if (typeof type !== 'function' || typeof type.prototype !== 'object' || type.prototype === null) {
      throw new RegistrationError(`only a class can be registered, not ${typeof type === 'function' ? `the function ${type.name}` : String(type)}`)
    }
    const { name } = type
    const prototype = type.prototype as object
    if (this.#isBuiltin(prototype)) throw new RegistrationError(`${name} is built in`)
    if (this.#byPrototype.has(prototype)) throw new RegistrationError(`class ${name} is registered already`)
    if (id === undefined) this.#checkName(name)
    else this.#checkId(name, id)
    const registered: RegisteredType = { type, id, name, prototype, serializer: serializer ?? ownMethods(type) }
    this.#byPrototype.set(prototype, registered)
    if (id === undefined) this.#byName.set(name, registered)
    else this.#byId.set(id, registered)
  }

  withPrototype(prototype: object): RegisteredType | undefined {
    return this.#byPrototype.get(prototype)
  }

  withId(id: number): RegisteredType | undefined {
    return this.#byId.get(id)
  }

  withName(name: string): RegisteredType | undefined {
    return this.#byName.get(name)
  }

  #checkName(name: string): void {
    if (name === '') throw new RegistrationError('a class without a name needs an id')
    if (this.#byName.has(name)) throw new RegistrationError(`the name ${name} is taken by another class: give one of them an id`)
  }

  #checkId(name: string, id: number): void {
    if (!Number.isInteger(id) || id < 0 || id > idMax) throw new RegistrationError(`id ${id} of ${name} is not an integer from 0 to ${idMax}`)
    if (id >= reservedIdMin && id <= reservedIdMax) {
      throw new RegistrationError(`id ${id} of ${name} is reserved: ${reservedIdMin} to ${reservedIdMax} are the built-in types`)
    }
    const holder = this.#byId.get(id)
    if (holder !== undefined) throw new RegistrationError(`id ${id} of ${name} is taken by ${holder.name}`)
  }
}

/** The serializer of a class with `writeObject` and `readObject`; undefined when it has neither. */
function ownMethods(type: Type): TypeSerializer<unknown> | undefined {
  const { writeObject, readObject } = type.prototype as Partial<Serializable>
  if (writeObject === undefined && readObject === undefined) return undefined
  if (typeof writeObject !== 'function' || typeof readObject !== 'function') {
    throw new RegistrationError(`class ${type.name} has only one of writeObject and readObject`)
  }
  const construct = type as unknown as new () => Serializable
  return {
    write: (value, output, serializer) => writeObject.call(value as Serializable, output, serializer),
    read: (input, serializer) => {
      const instance = new construct()
      readObject.call(instance, input, serializer)
      return instance
    },
  }
}
