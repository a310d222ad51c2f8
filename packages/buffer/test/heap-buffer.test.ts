import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BufferOverflowError, BufferUnderflowError, HeapBuffer, ReadOnlyBufferError } from '../src/index.ts'
import type { Buffer, Endian } from '../src/index.ts'

interface Field<T> {
  readonly name: string
  readonly length: (value: T) => number
  readonly values: fc.Arbitrary<T>
  readonly boundaries: readonly T[]
  readonly refused: readonly T[]
  readonly write: (buffer: Buffer, value: T, at?: number) => Buffer
  readonly read: (buffer: Buffer, at?: number) => T
}

const safeMax = Number.MAX_SAFE_INTEGER
/** Where 16-, 24-, 32- and 53-bit fields and JavaScript's bit operations wrap. */
const wraps = [0, 1, 127, 128, 255, 256, 2 ** 15 - 1, 2 ** 15, 2 ** 16 - 1, 2 ** 16, 2 ** 23, 2 ** 24 - 1, 2 ** 24, 2 ** 31 - 1, 2 ** 31,
  2 ** 32 - 1, 2 ** 32, 2 ** 32 + 1, 2 ** 35, 2 ** 42, 2 ** 49 - 1, 2 ** 49, 2 ** 52, 2 ** 53 - 2, 2 ** 53 - 1]

function integer(name: string, bytes: number, min: number, max: number,
  write: Field<number>['write'], read: Field<number>['read']): Field<number> {
  return {
    name, length: () => bytes, values: fc.integer({ min, max }),
    boundaries: [min, -1, 0, 1, max, ...wraps].filter(value => value >= min && value <= max),
    refused: [min - 1, max + 1, 0.5, NaN, Infinity], write, read,
  }
}

function wide(name: string, min: bigint, max: bigint, write: Field<bigint>['write'], read: Field<bigint>['read']): Field<bigint> {
  return { name, length: () => 8, values: fc.bigInt({ min, max }), boundaries: [min, 0n, 1n, max], refused: [min - 1n, max + 1n], write, read }
}

function varintBytes(value: number): number {
  return [7, 14, 21, 28, 35, 42, 49, 53].findIndex(bits => value < 2 ** bits) + 1
}

const utf8Bytes = (text: string): number => new TextEncoder().encode(text).length
const text = fc.string({ unit: 'grapheme', maxLength: 40 })
const texts = ['', 'a', 'ÿ', '€', '😀', '\ufffd', '\ufeffmark', 'x'.repeat(127), 'x'.repeat(128), '€'.repeat(6000)]

const fields: readonly Field<never>[] = [
  integer('Int8', 1, -128, 127, (b, v, at) => b.writeInt8(v, at), (b, at) => b.readInt8(at)),
  integer('Uint8', 1, 0, 255, (b, v, at) => b.writeUint8(v, at), (b, at) => b.readUint8(at)),
  integer('Int16', 2, -(2 ** 15), 2 ** 15 - 1, (b, v, at) => b.writeInt16(v, at), (b, at) => b.readInt16(at)),
  integer('Uint16', 2, 0, 2 ** 16 - 1, (b, v, at) => b.writeUint16(v, at), (b, at) => b.readUint16(at)),
  integer('Int24', 3, -(2 ** 23), 2 ** 23 - 1, (b, v, at) => b.writeInt24(v, at), (b, at) => b.readInt24(at)),
  integer('Uint24', 3, 0, 2 ** 24 - 1, (b, v, at) => b.writeUint24(v, at), (b, at) => b.readUint24(at)),
  integer('Int32', 4, -(2 ** 31), 2 ** 31 - 1, (b, v, at) => b.writeInt32(v, at), (b, at) => b.readInt32(at)),
  integer('Uint32', 4, 0, 2 ** 32 - 1, (b, v, at) => b.writeUint32(v, at), (b, at) => b.readUint32(at)),
  integer('SafeInteger', 8, 0, safeMax, (b, v, at) => b.writeSafeInteger(v, at), (b, at) => b.readSafeInteger(at)),
  {
    ...integer('Varint', 0, 0, safeMax, (b, v, at) => b.writeVarint(v, at), (b, at) => b.readVarint(at)),
    length: varintBytes,
  },
  wide('Int64', -(2n ** 63n), 2n ** 63n - 1n, (b, v, at) => b.writeInt64(v, at), (b, at) => b.readInt64(at)),
  wide('Uint64', 0n, 2n ** 64n - 1n, (b, v, at) => b.writeUint64(v, at), (b, at) => b.readUint64(at)),
  {
    name: 'Boolean', length: () => 1, values: fc.boolean(), boundaries: [true, false], refused: [],
    write: (b, v, at) => b.writeBoolean(v, at), read: (b, at) => b.readBoolean(at),
  } satisfies Field<boolean>,
  {
    name: 'Float', length: () => 4, values: fc.float(), boundaries: [0, -0, NaN, Infinity, -Infinity, 1.5], refused: [],
    write: (b, v, at) => b.writeFloat(v, at), read: (b, at) => b.readFloat(at),
  } satisfies Field<number>,
  {
    name: 'Double', length: () => 8, values: fc.double(), boundaries: [0, -0, NaN, Infinity, Number.MIN_VALUE, Number.MAX_VALUE], refused: [],
    write: (b, v, at) => b.writeDouble(v, at), read: (b, at) => b.readDouble(at),
  } satisfies Field<number>,
  {
    name: 'String', length: v => utf8Bytes(v) + varintBytes(utf8Bytes(v)), values: text, boundaries: texts, refused: ['\ud800', 'a\udc00b'],
    write: (b, v, at) => b.writeString(v, at), read: (b, at) => b.readString(at),
  } satisfies Field<string>,
] as unknown as readonly Field<never>[]

describe.each(fields)('write$name and read$name', field => {
  const endians: readonly Endian[] = ['little', 'big']

  it('give back every boundary value, relative and absolute, in both byte orders', () => {
    for (const endian of endians) {
      for (const value of field.boundaries) roundTrip(field, value, endian)
    }
  })

  it('give back any value', () => {
    fc.assert(fc.property(field.values, fc.constantFrom(...endians), (value, endian) => roundTrip(field, value, endian)), { numRuns: 100 })
  })

  it('refuse a value that the field cannot hold, and write nothing', () => {
    for (const value of field.refused) {
      const buffer = HeapBuffer.wrap(new Uint8Array(64).fill(7))
      expect(() => field.write(buffer, value)).toThrow(RangeError)
      expect(buffer.position).toBe(0)
      expect(buffer.bytes).toEqual(new Uint8Array(64).fill(7))
    }
  })

  it('name position, limit and length where the room ends', () => {
    for (const value of field.boundaries) {
      const length = field.length(value)
      for (let room = 0; room < Math.min(length, 20); room++) {
        const buffer = HeapBuffer.allocate(0, 100_000)
        buffer.skip(3).limit = 3 + room
        const write = capture(() => field.write(buffer, value))
        expect(write).toBeInstanceOf(BufferOverflowError)
        expect(write).toMatchObject({ code: 'COPYCAT_BUFFER_OVERFLOW', position: 3, limit: 3 + room, length })
        expect(buffer.position).toBe(3)
      }
    }
  })

  it('end in an underflow on a value that is cut short', () => {
    for (const value of field.boundaries) {
      const whole = HeapBuffer.allocate()
      field.write(whole, value).flip()
      for (let cut = 0; cut < Math.min(whole.limit, 20); cut++) {
        const buffer = HeapBuffer.wrap(whole.bytes.slice(0, whole.limit))
        buffer.limit = cut
        expect(capture(() => field.read(buffer))).toBeInstanceOf(BufferUnderflowError)
        expect(buffer.position).toBe(0)
      }
    }
  })

  it('refuse to write to a read-only buffer', () => {
    const buffer = HeapBuffer.allocate(64).asReadOnly()
    expect(() => field.write(buffer, field.boundaries[0]!)).toThrow(ReadOnlyBufferError)
  })
})

function roundTrip<T>(field: Field<T>, value: T, endian: Endian): void {
  const length = field.length(value)
  // Starting from nothing makes every value grow the buffer.
  const buffer = HeapBuffer.allocate(0, 200_000).order(endian)
  expect(field.write(buffer, value)).toBe(buffer)
  expect(buffer.position).toBe(length)
  field.write(buffer, value, length + 5)
  expect(buffer.position).toBe(length)
  buffer.limit = 2 * length + 5
  buffer.rewind()
  expect(field.read(buffer, length + 5)).toEqual(value)
  expect(buffer.position).toBe(0)
  expect(field.read(buffer)).toEqual(value)
  expect(buffer.position).toBe(length)
}

function capture(run: () => unknown): unknown {
  try {
    run()
  } catch (error) {
    return error
  }
  return undefined
}
