import { latin1FromBytes } from '@copycat/buffer'
import { arrayClasses, errorClasses } from './builtin-writers.ts'
import type { ViewConstructor } from './builtin-writers.ts'
import { SerializationError } from './errors.ts'
import { builtinIds, costs } from './format.ts'
import type { ValueReader } from './value-reader.ts'

const views: ReadonlyMap<number, ViewConstructor> = new Map(arrayClasses)

/** Reads the body of a built-in type, to its end. */
export function readBuiltin(reader: ValueReader, id: number): unknown {
  switch (id) {
    case builtinIds.date: return readDate(reader)
    case builtinIds.map: return readMap(reader)
    case builtinIds.set: return readSet(reader)
    case builtinIds.bigint: return readBigint(reader)
    case builtinIds.illFormedString: return readIllFormed(reader)
    case builtinIds.error: return readError(reader)
    case builtinIds.regExp: return readRegExp(reader)
    case builtinIds.url: return readUrl(reader)
    case builtinIds.arrayBuffer: return readArrayBuffer(reader)
    default: return readView(reader, id)
  }
}

function readDate(reader: ValueReader): Date {
  reader.charge(costs.collection)
  return new Date(reader.float64())
}

function readMap(reader: ValueReader): Map<unknown, unknown> {
  reader.charge(costs.collection)
  const size = reader.count(costs.entry)
  const map = new Map<unknown, unknown>()
  for (let i = 0; i < size; i++) map.set(reader.value(), reader.value())
  if (map.size !== size) throw new SerializationError('a map holds a key twice')
  return map
}

function readSet(reader: ValueReader): Set<unknown> {
  reader.charge(costs.collection)
  const size = reader.count(costs.entry)
  const set = new Set<unknown>()
  for (let i = 0; i < size; i++) set.add(reader.value())
  if (set.size !== size) throw new SerializationError('a set holds a value twice')
  return set
}

function readBigint(reader: ValueReader): bigint {
  const isNegative = reader.byte() === 1
  const bytes = reader.rest()
  // The digits by way of bytes: a string per digit would take far more memory than the input.
  const digits = new Uint8Array(bytes.length * 2)
  for (let i = 0; i < digits.length; i++) {
    const digit = i % 2 === 0 ? bytes[i >> 1]! >> 4 : bytes[i >> 1]! & 0xf
    digits[i] = digit < 10 ? 0x30 + digit : 0x57 + digit
  }
  const magnitude = BigInt(`0x${latin1FromBytes(digits)}`)
  return isNegative ? -magnitude : magnitude
}

function readIllFormed(reader: ValueReader): string {
  const { remaining } = reader
  if (remaining % 2 !== 0) throw new SerializationError('half a character')
  const parts: string[] = []
  for (let at = 0; at < remaining; at += 4096) {
    const units = Array.from({ length: Math.min(remaining - at, 4096) / 2 }, () => reader.byte() << 8 | reader.byte())
    parts.push(String.fromCharCode(...units))
  }
  return parts.join('')
}

function readError(reader: ValueReader): Error {
  reader.charge(costs.error)
  const name = reader.string()
  const message = reader.value()
  if (message !== undefined && typeof message !== 'string') throw new SerializationError('the message of an error is no string')
  const errorClass = name === 'AggregateError' ? undefined : errorClasses[name]
  if (errorClass === undefined && name !== 'AggregateError') throw new SerializationError(`${JSON.stringify(name)} is no built-in error`)
  const error = errorClass === undefined ? new AggregateError([], message) : new errorClass(message)
  defineAll(error, reader.fieldsOf(), false)
  defineAll(error, reader.fieldsOf(), true)
  return error
}

function defineAll(target: object, fields: Record<string, unknown>, enumerable: boolean): void {
  for (const [key, value] of Object.entries(fields)) Object.defineProperty(target, key, { value, enumerable, configurable: true, writable: true })
}

function readRegExp(reader: ValueReader): RegExp {
  reader.charge(costs.collection)
  const source = reader.string()
  return new RegExp(source, reader.string())
}

function readUrl(reader: ValueReader): URL {
  reader.charge(costs.collection)
  return new URL(reader.string())
}

function readArrayBuffer(reader: ValueReader): ArrayBuffer {
  reader.charge(costs.binary)
  return reader.rest().buffer
}

function readView(reader: ValueReader, id: number): ArrayBufferView {
  const view = views.get(id)
  if (view === undefined) throw new SerializationError(`the id ${id} is not a built-in type`)
  reader.charge(costs.binary)
  const { buffer } = reader.rest()
  const size = view.BYTES_PER_ELEMENT ?? 1
  if (buffer.byteLength % size !== 0) throw new SerializationError(`${buffer.byteLength} bytes are no ${view.name}`)
  return new view(buffer)
}
