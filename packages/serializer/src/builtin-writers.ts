import { builtinIds, costs } from './format.ts'
import type { ValueWriter } from './value-writer.ts'

type BuiltinWriter = (writer: ValueWriter, value: never) => void

/** Errors that are read back as the class that they were. */
export const errorClasses: Readonly<Record<string, ErrorConstructor>> = Object.freeze({
  __proto__: null as never, Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError,
})

/** Typed arrays that are not plain MessagePack binary, with their ids. */
export const arrayClasses: readonly (readonly [number, ViewConstructor])[] = Object.freeze([
  [builtinIds.dataView, DataView], [builtinIds.int8Array, Int8Array], [builtinIds.uint8ClampedArray, Uint8ClampedArray],
  [builtinIds.int16Array, Int16Array], [builtinIds.uint16Array, Uint16Array], [builtinIds.int32Array, Int32Array],
  [builtinIds.uint32Array, Uint32Array], [builtinIds.float32Array, Float32Array], [builtinIds.float64Array, Float64Array],
  [builtinIds.bigInt64Array, BigInt64Array], [builtinIds.bigUint64Array, BigUint64Array],
])

/** A class of views of an ArrayBuffer: the bytes are kept as they lie in memory, little endian. */
export interface ViewConstructor {
  new (buffer: ArrayBuffer): ArrayBufferView
  readonly prototype: ArrayBufferView
  readonly BYTES_PER_ELEMENT?: number
}

const writers: ReadonlyMap<object, BuiltinWriter> = new Map<object, BuiltinWriter>([
  [Date.prototype, typed(builtinIds.date, costs.collection, (writer, value: Date) => writer.float64(value.getTime()))],
  [Map.prototype, typed(builtinIds.map, costs.collection, writeMap)],
  [Set.prototype, typed(builtinIds.set, costs.collection, writeSet)],
  [RegExp.prototype, typed(builtinIds.regExp, costs.collection, writeRegExp)],
  [URL.prototype, typed(builtinIds.url, costs.collection, (writer, value: URL) => writer.writeString(value.href))],
  [ArrayBuffer.prototype, typed(builtinIds.arrayBuffer, costs.binary, (writer, value: ArrayBuffer) => writer.raw(new Uint8Array(value)))],
  ...arrayClasses.map(([id, view]) => [view.prototype, typed(id, costs.binary, writeView)] as const),
  ...Object.values(errorClasses).map(errorClass => [errorClass.prototype, typed(builtinIds.error, costs.error, writeError)] as const),
  [AggregateError.prototype, typed(builtinIds.error, costs.error, writeError)],
])

/** Writes an instance of a built-in class; false when its class is none. */
export function writeBuiltin(writer: ValueWriter, value: object, prototype: object): boolean {
  const write = writers.get(prototype)
  if (write === undefined) return false
  write(writer, value as never)
  return true
}

/** Whether instances with this prototype are written without registration. */
export function isBuiltinPrototype(prototype: object): boolean {
  return writers.has(prototype) || prototype === Object.prototype || prototype === Array.prototype || prototype === Uint8Array.prototype
    || prototype === globalThis.Buffer?.prototype
}

function typed<T>(id: number, cost: number, write: (writer: ValueWriter, value: T) => void): BuiltinWriter {
  return (writer, value) => {
    const at = writer.beginExtension(id)
    writer.charge(cost)
    write(writer, value)
    writer.endExtension(at)
  }
}

function writeMap(writer: ValueWriter, map: Map<unknown, unknown>): void {
  writer.varint(map.size)
  writer.charge(map.size * costs.entry)
  for (const [key, value] of map) {
    writer.write(key)
    writer.write(value)
  }
}

function writeSet(writer: ValueWriter, set: Set<unknown>): void {
  writer.varint(set.size)
  writer.charge(set.size * costs.entry)
  for (const value of set) writer.write(value)
}

function writeRegExp(writer: ValueWriter, value: RegExp): void {
  writer.writeString(value.source)
  writer.writeString(value.flags)
}

function writeView(writer: ValueWriter, view: ArrayBufferView): void {
  writer.raw(new Uint8Array(view.buffer, view.byteOffset, view.byteLength))
}

/** Class, message and own fields. Not the stack: it differs between servers. */
function writeError(writer: ValueWriter, error: Error): void {
  const { name } = (Object.getPrototypeOf(error) as { constructor: { name: string } }).constructor
  writer.writeString(name)
  writer.write(Object.hasOwn(error, 'message') ? error.message : undefined)
  const hidden = ['cause', 'errors'].filter(key => Object.hasOwn(error, key) && !Object.prototype.propertyIsEnumerable.call(error, key))
  const fields: Record<string, unknown> = Object.create(null) as Record<string, unknown>
  for (const key of hidden) fields[key] = (error as unknown as Record<string, unknown>)[key]
  writer.writeFields(fields)
  writer.writeFields(error)
}
