import type { Buffer } from '../buffer.ts'

/** Which values a field can hold, as data: a property test makes its arbitrary values of it. */
export type FieldValues =
  | { readonly kind: 'integer', readonly min: number, readonly max: number }
  | { readonly kind: 'bigint', readonly min: bigint, readonly max: bigint }
  | { readonly kind: 'boolean' | 'float' | 'double' | 'text' | 'latin1' | 'bytes' }

/** A pair of methods that write and read one kind of value. */
export interface BufferField {
  /** The methods without `write` and `read`. */
  readonly name: string
  readonly values: FieldValues
  /** Values at and beside every edge. */
  readonly boundaries: readonly unknown[]
  /** What must be refused. */
  readonly refused: readonly unknown[]
  /** Bytes that the value takes. */
  length(value: unknown): number
  write(buffer: Buffer, value: unknown, at?: number): Buffer
  /** @param length of what was written, for fields that do not say it themselves. */
  read(buffer: Buffer, length: number, at?: number): unknown
}

type Write<T> = (buffer: Buffer, value: T, at?: number) => Buffer
type Read<T> = (buffer: Buffer, length: number, at?: number) => T

const safeMax = Number.MAX_SAFE_INTEGER
/** Where fields of 7 to 53 bits and the bit operations of JavaScript wrap. */
const wraps = [0, 1, ...[7, 8, 14, 15, 16, 21, 23, 24, 28, 31, 32, 35, 42, 49, 52].flatMap((power) => [2 ** power - 1, 2 ** power, 2 ** power + 1]),
  safeMax - 1, safeMax]
/** Of one to four bytes a character, and with lengths at which the varint before them takes another byte, or what was guessed proves wrong. */
const texts = ['', 'a', 'ÿ', '€', '😀', '\ufffd', '\ufeffmark', 'text of a key', 'x'.repeat(42), 'é'.repeat(42), '€'.repeat(42), '€'.repeat(43),
  'é'.repeat(63), 'é'.repeat(64), 'x'.repeat(127), 'x'.repeat(128), '€'.repeat(6000)]
const loneSurrogates = ['\ud800', 'a\udc00b', `${'x'.repeat(100)}\ud800`]

function field<T>(
  name: string, values: FieldValues, length: (value: T) => number, boundaries: readonly T[], refused: readonly T[], write: Write<T>, read: Read<T>,
): BufferField {
  return { name, values, boundaries, refused, length, write, read }
}

function integer(
  name: string, bytes: number | ((value: number) => number), min: number, max: number, write: Write<number>, read: Read<number>,
): BufferField {
  const length = typeof bytes === 'number' ? () => bytes : bytes
  const boundaries = [min, min + 1, -1, ...wraps, max].filter((value) => value >= min && value <= max)
  return field(name, { kind: 'integer', min, max }, length, boundaries, [min - 1, max + 1, 0.5, NaN, Infinity, -Infinity], write, read)
}

function wide(name: string, min: bigint, max: bigint, write: Write<bigint>, read: Read<bigint>): BufferField {
  const boundaries = [min, min + 1n, 0n, 1n, 2n ** 32n, max - 1n, max]
  return field(name, { kind: 'bigint', min, max }, () => 8, boundaries, [min - 1n, max + 1n], write, read)
}

function varintBytes(value: number): number {
  return [7, 14, 21, 28, 35, 42, 49, 53].findIndex((bits) => value < 2 ** bits) + 1
}

function utf8Bytes(text: string): number {
  return new TextEncoder().encode(text).length
}

/** Every pair of a write and a read that buffers have. */
export const bufferFields: readonly BufferField[] = [
  integer('Int8', 1, -128, 127, (b, v, at) => b.writeInt8(v, at), (b, _, at) => b.readInt8(at)),
  integer('Uint8', 1, 0, 255, (b, v, at) => b.writeUint8(v, at), (b, _, at) => b.readUint8(at)),
  integer('Int16', 2, -(2 ** 15), 2 ** 15 - 1, (b, v, at) => b.writeInt16(v, at), (b, _, at) => b.readInt16(at)),
  integer('Uint16', 2, 0, 2 ** 16 - 1, (b, v, at) => b.writeUint16(v, at), (b, _, at) => b.readUint16(at)),
  integer('Int24', 3, -(2 ** 23), 2 ** 23 - 1, (b, v, at) => b.writeInt24(v, at), (b, _, at) => b.readInt24(at)),
  integer('Uint24', 3, 0, 2 ** 24 - 1, (b, v, at) => b.writeUint24(v, at), (b, _, at) => b.readUint24(at)),
  integer('Int32', 4, -(2 ** 31), 2 ** 31 - 1, (b, v, at) => b.writeInt32(v, at), (b, _, at) => b.readInt32(at)),
  integer('Uint32', 4, 0, 2 ** 32 - 1, (b, v, at) => b.writeUint32(v, at), (b, _, at) => b.readUint32(at)),
  wide('Int64', -(2n ** 63n), 2n ** 63n - 1n, (b, v, at) => b.writeInt64(v, at), (b, _, at) => b.readInt64(at)),
  wide('Uint64', 0n, 2n ** 64n - 1n, (b, v, at) => b.writeUint64(v, at), (b, _, at) => b.readUint64(at)),
  integer('SafeInteger', 8, 0, safeMax, (b, v, at) => b.writeSafeInteger(v, at), (b, _, at) => b.readSafeInteger(at)),
  integer('Varint', varintBytes, 0, safeMax, (b, v, at) => b.writeVarint(v, at), (b, _, at) => b.readVarint(at)),
  field('Boolean', { kind: 'boolean' }, () => 1, [true, false], [], (b, v, at) => b.writeBoolean(v, at), (b, _, at) => b.readBoolean(at)),
  field('Float', { kind: 'float' }, () => 4, [0, -0, NaN, Infinity, -Infinity, 1.5, 2 ** -149, -(2 ** 127)], [],
    (b, v, at) => b.writeFloat(v, at), (b, _, at) => b.readFloat(at)),
  field('Double', { kind: 'double' }, () => 8, [0, -0, NaN, Infinity, -Infinity, Number.MIN_VALUE, Number.MAX_VALUE, safeMax + 1], [],
    (b, v, at) => b.writeDouble(v, at), (b, _, at) => b.readDouble(at)),
  field('String', { kind: 'text' }, (v) => varintBytes(utf8Bytes(v)) + utf8Bytes(v), texts, loneSurrogates,
    (b, v, at) => b.writeString(v, at), (b, _, at) => b.readString(at)),
  field('Utf8', { kind: 'text' }, utf8Bytes, texts, loneSurrogates, (b, v, at) => b.writeUtf8(v, at), (b, length, at) => b.readUtf8(length, at)),
  field('Latin1', { kind: 'latin1' }, (v) => v.length, ['', '\u0000ÿ', 'ÿ'.repeat(40), 'x'.repeat(5000)], ['Ā', 'a€'],
    (b, v, at) => b.writeLatin1(v, at), (b, length, at) => b.readLatin1(length, at)),
  field('Bytes', { kind: 'bytes' }, (v) => v.length, [0, 1, 3, 4096, 40_000].map((length): Uint8Array => Uint8Array.from({ length }, (_, i) => i * 7)), [],
    (b, v, at) => b.writeBytes(v, at), (b, length, at) => b.readBytes(length, at)),
]
