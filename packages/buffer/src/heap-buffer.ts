import type { Endian } from './buffer-input.ts'
import type { Buffer } from './buffer.ts'
import { BufferOverflowError, BufferUnderflowError, MalformedBytesError, ReadOnlyBufferError } from './errors.ts'
import { latin1FromBytes, writeLatin1 } from './latin1.ts'
import { isWellFormed, utf8FromBytes, utf8Length, writeUtf8 } from './utf8.ts'
import { readVarint, varintLength, writeVarint } from './varint.ts'

const capacityMax = 0x7fff_ffff
const twoTo32 = 0x1_0000_0000

/** A {@link Buffer} on a Uint8Array. */
export class HeapBuffer implements Buffer {
  #bytes: Uint8Array
  #view: DataView
  #position = 0
  #limit: number
  #mark = 0
  #maxCapacity: number
  #littleEndian = true
  #readOnly = false

  private constructor(bytes: Uint8Array, maxCapacity: number) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#maxCapacity = maxCapacity
    this.#limit = maxCapacity
  }

  /**
   * A buffer of zeros.
   * @param initialCapacity bytes that exist at once. @default 4096
   * @param maxCapacity bytes that it may grow to by being written. @default 2^31 - 1
   * @throws {RangeError} when they are not 0 <= initialCapacity <= maxCapacity < 2^31.
   */
  static allocate(initialCapacity = 4096, maxCapacity: number = capacityMax): HeapBuffer {
    if (!Number.isInteger(initialCapacity) || initialCapacity < 0 || initialCapacity > maxCapacity
      || !Number.isInteger(maxCapacity) || maxCapacity > capacityMax) {
      throw new RangeError(`no buffer of ${initialCapacity} to ${maxCapacity} bytes`)
    }
    return new HeapBuffer(new Uint8Array(initialCapacity), maxCapacity)
  }

  /** A buffer of fixed size over `bytes`, which it shares: what one writes the other sees. */
  static wrap(bytes: Uint8Array): HeapBuffer {
    return new HeapBuffer(bytes, bytes.length)
  }

  get position(): number {
    return this.#position
  }

  set position(position: number) {
    if (!Number.isInteger(position) || position < 0 || position > this.#limit) {
      throw new RangeError(`position ${position} is not in 0 to ${this.#limit}`)
    }
    this.#position = position
    if (this.#mark > position) this.#mark = 0
  }

  get limit(): number {
    return this.#limit
  }

  set limit(limit: number) {
    if (!Number.isInteger(limit) || limit < this.#position || limit > this.#maxCapacity) {
      throw new RangeError(`limit ${limit} is not in ${this.#position} to ${this.#maxCapacity}`)
    }
    this.#limit = limit
  }

  get capacity(): number {
    return this.#bytes.length
  }

  get maxCapacity(): number {
    return this.#maxCapacity
  }

  get remaining(): number {
    return this.#limit - this.#position
  }

  get isReadOnly(): boolean {
    return this.#readOnly
  }

  get endian(): Endian {
    return this.#littleEndian ? 'little' : 'big'
  }

  /** All {@link capacity} bytes, not a copy; another array after each growth. For a read-only buffer too: do not write to it. */
  get bytes(): Uint8Array {
    return this.#bytes
  }

  order(endian: Endian): this {
    this.#littleEndian = endian === 'little'
    return this
  }

  mark(): this {
    this.#mark = this.#position
    return this
  }

  reset(): this {
    this.#position = this.#mark
    return this
  }

  flip(): this {
    this.#limit = this.#position
    return this.rewind()
  }

  rewind(): this {
    this.#position = 0
    this.#mark = 0
    return this
  }

  clear(): this {
    this.#limit = this.#maxCapacity
    return this.rewind()
  }

  skip(length: number): this {
    if (!Number.isInteger(length) || length < 0) throw new RangeError(`cannot skip ${length} bytes`)
    const end = this.#position + length
    if (end > this.#limit) throw new BufferOverflowError({ position: this.#position, limit: this.#limit, length })
    this.#position = end
    return this
  }

  slice(length?: number): HeapBuffer {
    const available = Math.max(0, Math.min(this.#limit, this.#bytes.length) - this.#position)
    const wanted = length ?? available
    if (!Number.isInteger(wanted) || wanted < 0 || wanted > available) {
      throw new BufferUnderflowError({ position: this.#position, limit: this.#position + available, length: wanted })
    }
    const slice = new HeapBuffer(this.#bytes.subarray(this.#position, this.#position + wanted), wanted)
    slice.#littleEndian = this.#littleEndian
    slice.#readOnly = this.#readOnly
    return slice
  }

  duplicate(): HeapBuffer {
    const twin = new HeapBuffer(this.#bytes, this.#maxCapacity)
    twin.#position = this.#position
    twin.#limit = this.#limit
    twin.#mark = this.#mark
    twin.#littleEndian = this.#littleEndian
    twin.#readOnly = this.#readOnly
    return twin
  }

  asReadOnly(): HeapBuffer {
    const twin = this.duplicate()
    twin.#readOnly = true
    return twin
  }

  readBoolean(at?: number): boolean {
    const from = this.#reading(1, at, false)
    const byte = this.#bytes[from]!
    if (byte > 1) throw new MalformedBytesError(`${byte} at ${from} is no boolean`)
    this.#advance(from + 1, at)
    return byte === 1
  }

  readInt8(at?: number): number {
    return this.#view.getInt8(this.#reading(1, at))
  }

  readUint8(at?: number): number {
    return this.#view.getUint8(this.#reading(1, at))
  }

  readInt16(at?: number): number {
    return this.#view.getInt16(this.#reading(2, at), this.#littleEndian)
  }

  readUint16(at?: number): number {
    return this.#view.getUint16(this.#reading(2, at), this.#littleEndian)
  }

  readInt24(at?: number): number {
    return this.readUint24(at) << 8 >> 8
  }

  readUint24(at?: number): number {
    const from = this.#reading(3, at)
    const [low, high] = this.#littleEndian ? [from, from + 2] : [from + 2, from]
    return this.#bytes[low]! | this.#bytes[from + 1]! << 8 | this.#bytes[high]! << 16
  }

  readInt32(at?: number): number {
    return this.#view.getInt32(this.#reading(4, at), this.#littleEndian)
  }

  readUint32(at?: number): number {
    return this.#view.getUint32(this.#reading(4, at), this.#littleEndian)
  }

  readInt64(at?: number): bigint {
    return this.#view.getBigInt64(this.#reading(8, at), this.#littleEndian)
  }

  readUint64(at?: number): bigint {
    return this.#view.getBigUint64(this.#reading(8, at), this.#littleEndian)
  }

  readSafeInteger(at?: number): number {
    const from = this.#reading(8, at, false)
    const [low, high] = this.#littleEndian ? [from, from + 4] : [from + 4, from]
    const upper = this.#view.getUint32(high, this.#littleEndian)
    if (upper > 0x1f_ffff) throw new MalformedBytesError(`integer at ${from} is beyond 2^53 - 1`)
    this.#advance(from + 8, at)
    return upper * twoTo32 + this.#view.getUint32(low, this.#littleEndian)
  }

  readFloat(at?: number): number {
    return this.#view.getFloat32(this.#reading(4, at), this.#littleEndian)
  }

  readDouble(at?: number): number {
    return this.#view.getFloat64(this.#reading(8, at), this.#littleEndian)
  }

  readVarint(at?: number): number {
    const from = this.#reading(1, at, false)
    const value = this.#varintAt(from)
    this.#advance(from + varintLength(value), at)
    return value
  }

  readString(at?: number): string {
    const from = this.#reading(1, at, false)
    const length = this.#varintAt(from)
    const start = this.#reading(length, from + varintLength(length))
    const text = utf8FromBytes(this.#bytes, start, start + length)
    this.#advance(start + length, at)
    return text
  }

  readUtf8(length: number, at?: number): string {
    const from = this.#reading(length, at, false)
    const text = utf8FromBytes(this.#bytes, from, from + length)
    this.#advance(from + length, at)
    return text
  }

  readLatin1(length: number, at?: number): string {
    const from = this.#reading(length, at)
    return latin1FromBytes(this.#bytes, from, from + length)
  }

  readBytes(length: number, at?: number): Uint8Array {
    return new Uint8Array(this.readView(length, at))
  }

  readView(length: number, at?: number): Uint8Array {
    const from = this.#reading(length, at)
    return new Uint8Array(this.#bytes.buffer, this.#bytes.byteOffset + from, length)
  }

  writeBoolean(value: boolean, at?: number): this {
    return this.writeUint8(value ? 1 : 0, at)
  }

  writeInt8(value: number, at?: number): this {
    checkRange(value, -0x80, 0x7f)
    const from = this.#writing(1, at)
    this.#view.setInt8(from, value)
    return this
  }

  writeUint8(value: number, at?: number): this {
    checkRange(value, 0, 0xff)
    const from = this.#writing(1, at)
    this.#bytes[from] = value
    return this
  }

  writeInt16(value: number, at?: number): this {
    checkRange(value, -0x8000, 0x7fff)
    const from = this.#writing(2, at)
    this.#view.setInt16(from, value, this.#littleEndian)
    return this
  }

  writeUint16(value: number, at?: number): this {
    checkRange(value, 0, 0xffff)
    const from = this.#writing(2, at)
    this.#view.setUint16(from, value, this.#littleEndian)
    return this
  }

  writeInt24(value: number, at?: number): this {
    checkRange(value, -0x80_0000, 0x7f_ffff)
    return this.writeUint24(value & 0xff_ffff, at)
  }

  writeUint24(value: number, at?: number): this {
    checkRange(value, 0, 0xff_ffff)
    const from = this.#writing(3, at)
    const [low, high] = this.#littleEndian ? [from, from + 2] : [from + 2, from]
    this.#bytes[low] = value
    this.#bytes[from + 1] = value >>> 8
    this.#bytes[high] = value >>> 16
    return this
  }

  writeInt32(value: number, at?: number): this {
    checkRange(value, -0x8000_0000, 0x7fff_ffff)
    const from = this.#writing(4, at)
    this.#view.setInt32(from, value, this.#littleEndian)
    return this
  }

  writeUint32(value: number, at?: number): this {
    checkRange(value, 0, 0xffff_ffff)
    const from = this.#writing(4, at)
    this.#view.setUint32(from, value, this.#littleEndian)
    return this
  }

  writeInt64(value: bigint, at?: number): this {
    if (BigInt.asIntN(64, value) !== value) throw new RangeError(`${value} does not fit into a signed 64-bit field`)
    const from = this.#writing(8, at)
    this.#view.setBigInt64(from, value, this.#littleEndian)
    return this
  }

  writeUint64(value: bigint, at?: number): this {
    if (BigInt.asUintN(64, value) !== value) throw new RangeError(`${value} does not fit into an unsigned 64-bit field`)
    const from = this.#writing(8, at)
    this.#view.setBigUint64(from, value, this.#littleEndian)
    return this
  }

  writeSafeInteger(value: number, at?: number): this {
    checkRange(value, 0, Number.MAX_SAFE_INTEGER)
    const from = this.#writing(8, at)
    const [low, high] = this.#littleEndian ? [from, from + 4] : [from + 4, from]
    this.#view.setUint32(low, value % twoTo32, this.#littleEndian)
    this.#view.setUint32(high, Math.floor(value / twoTo32), this.#littleEndian)
    return this
  }

  writeFloat(value: number, at?: number): this {
    const from = this.#writing(4, at)
    this.#view.setFloat32(from, value, this.#littleEndian)
    return this
  }

  writeDouble(value: number, at?: number): this {
    const from = this.#writing(8, at)
    this.#view.setFloat64(from, value, this.#littleEndian)
    return this
  }

  writeVarint(value: number, at?: number): this {
    checkRange(value, 0, Number.MAX_SAFE_INTEGER)
    const from = this.#writing(varintLength(value), at)
    writeVarint(this.#bytes, from, value)
    return this
  }

  writeString(text: string, at?: number): this {
    checkWellFormed(text)
    const length = utf8Length(text)
    const prefix = varintLength(length)
    const from = this.#writing(prefix + length, at)
    writeVarint(this.#bytes, from, length)
    writeUtf8(this.#bytes, from + prefix, text)
    return this
  }

  writeUtf8(text: string, at?: number): this {
    checkWellFormed(text)
    const from = this.#writing(utf8Length(text), at)
    writeUtf8(this.#bytes, from, text)
    return this
  }

  writeLatin1(text: string, at?: number): this {
    for (let i = 0; i < text.length; i++) {
      if (text.charCodeAt(i) > 0xff) throw new RangeError(`character ${i} does not fit into a byte`)
    }
    const from = this.#writing(text.length, at)
    writeLatin1(this.#bytes, from, text)
    return this
  }

  writeBytes(bytes: Uint8Array, at?: number): this {
    const from = this.#writing(bytes.length, at)
    this.#bytes.set(bytes, from)
    return this
  }

  /** Checks a read of `length` bytes and says where it starts; `moves` false leaves the position to {@link #advance}. */
  #reading(length: number, at: number | undefined, moves = true): number {
    const from = at ?? this.#position
    const bound = Math.min(this.#limit, this.#bytes.length)
    const end = from + length
    // Written so that NaN and fractions fail too.
    if (!(Number.isInteger(end) && length >= 0 && from >= 0 && end <= bound)) {
      throw new BufferUnderflowError({ position: from, limit: bound, length })
    }
    if (moves && at === undefined) this.#position = end
    return from
  }

  #advance(position: number, at: number | undefined): void {
    if (at === undefined) this.#position = position
  }

  #varintAt(from: number): number {
    const bound = Math.min(this.#limit, this.#bytes.length)
    const value = readVarint(this.#bytes, from, bound)
    if (value === undefined) throw new BufferUnderflowError({ position: from, limit: bound, length: bound - from + 1 })
    return value
  }

  /** Checks a write of `length` bytes, grows for it, moves the position unless `at` is given, and says where it starts. */
  #writing(length: number, at: number | undefined): number {
    if (this.#readOnly) throw new ReadOnlyBufferError()
    const from = at ?? this.#position
    const end = from + length
    if (!(Number.isInteger(end) && from >= 0 && end <= this.#limit)) {
      throw new BufferOverflowError({ position: from, limit: this.#limit, length })
    }
    if (end > this.#bytes.length) this.#grow(end)
    if (at === undefined) this.#position = end
    return from
  }

  #grow(needed: number): void {
    // Doubling: the copies of all growths together cost no more than the final size.
    const capacity = Math.min(this.#maxCapacity, Math.max(needed, this.#bytes.length * 2, 64))
    const grown = new Uint8Array(capacity)
    grown.set(this.#bytes)
    this.#bytes = grown
    this.#view = new DataView(grown.buffer)
  }
}

function checkRange(value: number, min: number, max: number): void {
  if (!Number.isInteger(value) || value < min || value > max) throw new RangeError(`${value} is not an integer from ${min} to ${max}`)
}

function checkWellFormed(text: string): void {
  if (!isWellFormed(text)) throw new RangeError('the text has a lone surrogate, which UTF-8 cannot carry')
}
