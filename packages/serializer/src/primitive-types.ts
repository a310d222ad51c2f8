import { latin1FromBytes } from '@copycat/buffer'
import type { BuiltinType } from './builtin-type.ts'
import { SerializationError } from './errors.ts'
import { builtinIds, costs } from './format.ts'
import type { ValueReader } from './value-reader.ts'
import type { ValueWriter } from './value-writer.ts'

/** A class of views of an ArrayBuffer: the bytes are kept as they lie in memory, little endian. */
interface ViewConstructor {
  new (buffer: ArrayBuffer): ArrayBufferView
  readonly prototype: ArrayBufferView
  readonly name: string
  readonly BYTES_PER_ELEMENT?: number
}

const bigint: BuiltinType = {
  id: builtinIds.bigint, prototypes: [], cost: costs.leaf,
  write: (writer: ValueWriter, value: bigint) => {
    const digits = (value < 0n ? -value : value).toString(16)
    const padded = digits.length % 2 === 0 ? digits : `0${digits}`
    writer.byte(value < 0n ? 1 : 0)
    for (let i = 0; i < padded.length; i += 2) writer.byte(parseInt(padded.slice(i, i + 2), 16))
  },
  read: (reader) => {
    const sign = reader.byte()
    const bytes = reader.rest()
    // The digits by way of bytes: a string per digit would take far more memory than the input.
    const digits = new Uint8Array(bytes.length * 2)
    for (let i = 0; i < digits.length; i++) {
      const digit = i % 2 === 0 ? bytes[i >> 1]! >> 4 : bytes[i >> 1]! & 0xf
      digits[i] = digit < 10 ? 0x30 + digit : 0x57 + digit
    }
    if (sign > 1 || bytes.length === 0) throw new SerializationError('malformed bigint')
    const magnitude = BigInt(`0x${latin1FromBytes(digits)}`)
    return sign === 1 ? -magnitude : magnitude
  },
}

/** Lone surrogates have no UTF-8 form: the UTF-16 units are written instead. */
const illFormedString: BuiltinType = {
  id: builtinIds.illFormedString, prototypes: [], cost: costs.leaf,
  write: (writer: ValueWriter, text: string) => {
    for (let i = 0; i < text.length; i++) writer.uint16(text.charCodeAt(i))
  },
  read: (reader) => {
    const { remaining } = reader
    if (remaining % 2 !== 0) throw new SerializationError('half a character')
    const parts: string[] = []
    for (let at = 0; at < remaining; at += 4096) {
      const units = Array.from({ length: Math.min(remaining - at, 4096) / 2 }, () => reader.byte() << 8 | reader.byte())
      parts.push(String.fromCharCode(...units))
    }
    return parts.join('')
  },
}

const arrayBuffer: BuiltinType = {
  id: builtinIds.arrayBuffer, prototypes: [ArrayBuffer.prototype], cost: costs.binary,
  write: (writer: ValueWriter, value: ArrayBuffer) => writer.raw(new Uint8Array(value)),
  read: (reader, at) => reader.remember(at, reader.rest().buffer),
}

function viewType(id: number, view: ViewConstructor): BuiltinType {
  const size = view.BYTES_PER_ELEMENT ?? 1
  return {
    id, prototypes: [view.prototype], cost: costs.binary,
    write: (writer: ValueWriter, value: ArrayBufferView) => writer.raw(new Uint8Array(value.buffer, value.byteOffset, value.byteLength)),
    read: (reader: ValueReader, at) => {
      const { buffer } = reader.rest()
      if (buffer.byteLength % size !== 0) throw new SerializationError(`${buffer.byteLength} bytes are no ${view.name}`)
      return reader.remember(at, new view(buffer))
    },
  }
}

/** The primitives that MessagePack has no form for, and what holds many primitives: typed arrays and their memory. */
export const primitiveTypes: readonly BuiltinType[] = Object.freeze([
  bigint, illFormedString, arrayBuffer,
  viewType(builtinIds.dataView, DataView), viewType(builtinIds.int8Array, Int8Array), viewType(builtinIds.uint8ClampedArray, Uint8ClampedArray),
  viewType(builtinIds.int16Array, Int16Array), viewType(builtinIds.uint16Array, Uint16Array), viewType(builtinIds.int32Array, Int32Array),
  viewType(builtinIds.uint32Array, Uint32Array), viewType(builtinIds.float32Array, Float32Array), viewType(builtinIds.float64Array, Float64Array),
  viewType(builtinIds.bigInt64Array, BigInt64Array), viewType(builtinIds.bigUint64Array, BigUint64Array),
])
