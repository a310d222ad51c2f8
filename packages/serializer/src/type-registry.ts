import { definedOptions } from '@copycat/utils'
import type { BuiltinType } from './builtin-type.ts'
import { builtinClasses } from './builtin-classes.ts'
import { RegistrationError } from './errors.ts'
import { idMax, reservedIdMax, reservedIdMin } from './format.ts'
import { primitiveTypes } from './primitive-types.ts'
import { registeredType } from './registered-type.ts'
import type { RegisteredType } from './registered-type.ts'
import { decoratedOptions } from './serialize-with.ts'
import type { Type, TypeOptions } from './type-serializer.ts'

/** Prototypes of what needs no registration, whether or not a serializer has been told of it. */
const builtinPrototypes: ReadonlySet<unknown> = new Set<unknown>([
  Object.prototype, Array.prototype, Uint8Array.prototype, globalThis.Buffer?.prototype,
  ...[...primitiveTypes, ...builtinClasses].flatMap(({ prototypes }) => prototypes),
])

/** The classes that one serializer knows; each by class, and by id or name. */
export class TypeRegistry {
  readonly #byPrototype = new Map<object, RegisteredType>()
  readonly #byId = new Map<number, RegisteredType>()
  readonly #byName = new Map<string, RegisteredType>()
  readonly #builtinByPrototype = new Map<object, BuiltinType>()
  readonly #builtinById = new Map<number, BuiltinType>()

  /** Adds built-in types; those that are there already stay. */
  addBuiltins(types: readonly BuiltinType[]): void {
    for (const type of types) {
      this.#builtinById.set(type.id, type)
      for (const prototype of type.prototypes) this.#builtinByPrototype.set(prototype, type)
    }
  }

  /**
   * Adds a class, with what its decorator says where `explicit` says nothing.
   * @throws {RegistrationError} on a clash, a reserved or impossible id, a built-in class, or options that contradict one another.
   */
  add(type: Type, explicit: TypeOptions): void {
    if (typeof type !== 'function' || typeof type.prototype !== 'object' || type.prototype === null) {
      throw new RegistrationError(`only a class can be registered, not ${typeof type === 'function' ? `the function ${(type).name}` : String(type)}`)
    }
    if (builtinPrototypes.has(type.prototype)) throw new RegistrationError(`${type.name} is built in`)
    if (this.#byPrototype.has(type.prototype as object)) throw new RegistrationError(`class ${type.name} is registered already`)
    const registered = registeredType(type, { ...decoratedOptions(type), ...definedOptions(explicit) }, builtinPrototypes)
    const { id, name } = registered
    if (id === undefined) this.#checkName(name)
    else this.#checkId(name, id)
    this.#byPrototype.set(registered.prototype, registered)
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

  builtinWithPrototype(prototype: object): BuiltinType | undefined {
    return this.#builtinByPrototype.get(prototype)
  }

  builtinWithId(id: number): BuiltinType | undefined {
    return this.#builtinById.get(id)
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
