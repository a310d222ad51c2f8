import type { BuiltinType } from './builtin-type.ts'
import { SerializationError } from './errors.ts'
import { builtinIds, costs } from './format.ts'
import type { ValueReader } from './value-reader.ts'
import type { ValueWriter } from './value-writer.ts'

/** Errors that are read back as the class that they were. */
const errorClasses: Readonly<Record<string, ErrorConstructor>> = Object.freeze({
  __proto__: null as never, Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError,
})

/** Own properties of errors that no loop over the fields finds. */
export const hiddenErrorFields: readonly string[] = Object.freeze(['message', 'cause', 'errors'])

const date: BuiltinType = {
  id: builtinIds.date, prototypes: [Date.prototype], cost: costs.collection,
  write: (writer: ValueWriter, value: Date) => writer.float64(value.getTime()),
  read: (reader, at) => reader.remember(at, new Date(reader.float64())),
}

const map: BuiltinType = {
  id: builtinIds.map, prototypes: [Map.prototype], cost: costs.collection,
  write: (writer: ValueWriter, value: Map<unknown, unknown>) => {
    writer.varint(value.size)
    writer.charge(value.size * costs.entry)
    for (const [key, item] of value) {
      writer.write(key)
      writer.write(item)
    }
  },
  read: (reader, at) => {
    const size = reader.count(costs.entry)
    const result = reader.remember(at, new Map<unknown, unknown>())
    for (let i = 0; i < size; i++) result.set(reader.value(), reader.value())
    if (result.size !== size) throw new SerializationError('a map holds a key twice')
    return result
  },
}

const set: BuiltinType = {
  id: builtinIds.set, prototypes: [Set.prototype], cost: costs.collection,
  write: (writer: ValueWriter, value: Set<unknown>) => {
    writer.varint(value.size)
    writer.charge(value.size * costs.entry)
    for (const item of value) writer.write(item)
  },
  read: (reader, at) => {
    const size = reader.count(costs.entry)
    const result = reader.remember(at, new Set<unknown>())
    for (let i = 0; i < size; i++) result.add(reader.value())
    if (result.size !== size) throw new SerializationError('a set holds a value twice')
    return result
  },
}

/** Class, message and own fields. Not the stack: it differs between servers. */
const error: BuiltinType = {
  id: builtinIds.error, prototypes: [...Object.values(errorClasses), AggregateError].map(one => one.prototype as object), cost: costs.error,
  write: (writer: ValueWriter, value: Error) => {
    const { name } = (Object.getPrototypeOf(value) as { constructor: { name: string } }).constructor
    writer.writeString(name)
    writer.write(Object.hasOwn(value, 'message') ? value.message : undefined)
    const hidden = ['cause', 'errors'].filter(key => Object.hasOwn(value, key) && !Object.prototype.propertyIsEnumerable.call(value, key))
    writer.writeFields(value, hidden)
    writer.writeFields(value, Object.keys(value))
  },
  read: readError,
}

function readError(reader: ValueReader, at: number): Error {
  const name = reader.string()
  const message = reader.value()
  if (message !== undefined && typeof message !== 'string') throw new SerializationError('the message of an error is no string')
  const errorClass = name === 'AggregateError' ? undefined : errorClasses[name]
  if (errorClass === undefined && name !== 'AggregateError') throw new SerializationError(`${JSON.stringify(name)} is no built-in error`)
  const result = reader.remember(at, errorClass === undefined ? new AggregateError([], message) : new errorClass(message))
  defineAll(result, reader.fieldsOf(), false)
  defineAll(result, reader.fieldsOf(), true)
  return result
}

/** Bytes set own properties, and reach no setter. */
function defineAll(target: object, fields: Record<string, unknown>, enumerable: boolean): void {
  for (const [key, value] of Object.entries(fields)) Object.defineProperty(target, key, { value, enumerable, configurable: true, writable: true })
}

const regExp: BuiltinType = {
  id: builtinIds.regExp, prototypes: [RegExp.prototype], cost: costs.collection,
  write: (writer: ValueWriter, value: RegExp) => {
    writer.writeString(value.source)
    writer.writeString(value.flags)
  },
  read: (reader, at) => {
    const source = reader.string()
    return reader.remember(at, new RegExp(source, reader.string()))
  },
}

const url: BuiltinType = {
  id: builtinIds.url, prototypes: [URL.prototype], cost: costs.collection,
  write: (writer: ValueWriter, value: URL) => writer.writeString(value.href),
  read: (reader, at) => reader.remember(at, new URL(reader.string())),
}

/** Classes of JavaScript whose instances are written without being registered. */
export const builtinClasses: readonly BuiltinType[] = Object.freeze([date, map, set, error, regExp, url])
