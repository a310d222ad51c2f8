import { BufferPointers } from './buffer-pointers.ts'
import type { Buffer } from './buffer.ts'
import { BufferUnderflowError, MalformedBytesError, ReadOnlyBufferError } from './errors.ts'
import { latin1FromBytes, writeLatin1 } from './latin1.ts'
import { isShortAscii, isWellFormed, utf8InRange, utf8Length, writeAscii, writeUtf8 } from './utf8.ts'
import { readVarint, varintBytesMax, varintLength, writeVarint } from './varint.ts'

const twoTo32 = 0x1_0000_0000
/** Bytes that {@link MemoryBuffer.compact} moves at a time where they are not all in the window. */
const moveBytes = 64 * 1024

/**
 * The values of every kind of {@link Buffer}: what differs between the kinds is in the memory below.
 * Each method first asks for its place and then looks at the window, which the asking may have moved.
 */
export abstract class MemoryBuffer extends BufferPointers implements Buffer {
  readBoolean(at?: number): boolean {
    const i = this.reading(1, at)
    const byte = this.memory.view.getUint8(i)
    if (byte > 1) throw new MalformedBytesError(`${byte} at ${this.#stepBack(1, at)} is no boolean`)
    return byte === 1
  }

  readInt8(at?: number): number {
    const i = this.reading(1, at)
    return this.memory.view.getInt8(i)
  }

  readUint8(at?: number): number {
    const i = this.reading(1, at)
    return this.memory.view.getUint8(i)
  }

  readInt16(at?: number): number {
    const i = this.reading(2, at)
    return this.memory.view.getInt16(i, this.littleEndian)
  }

  readUint16(at?: number): number {
    const i = this.reading(2, at)
    return this.memory.view.getUint16(i, this.littleEndian)
  }

  readInt24(at?: number): number {
    return this.readUint24(at) << 8 >> 8
  }

  readUint24(at?: number): number {
    const i = this.reading(3, at)
    const { view } = this.memory
    return this.littleEndian ? view.getUint16(i, true) | view.getUint8(i + 2) << 16 : view.getUint8(i) << 16 | view.getUint16(i + 1)
  }

  readInt32(at?: number): number {
    const i = this.reading(4, at)
    return this.memory.view.getInt32(i, this.littleEndian)
  }

  readUint32(at?: number): number {
    const i = this.reading(4, at)
    return this.memory.view.getUint32(i, this.littleEndian)
  }

  readInt64(at?: number): bigint {
    const i = this.reading(8, at)
    return this.memory.view.getBigInt64(i, this.littleEndian)
  }

  readUint64(at?: number): bigint {
    const i = this.reading(8, at)
    return this.memory.view.getBigUint64(i, this.littleEndian)
  }

  readSafeInteger(at?: number): number {
    const i = this.reading(8, at)
    const { view } = this.memory
    const upper = this.littleEndian ? view.getUint32(i + 4, true) : view.getUint32(i)
    const lower = this.littleEndian ? view.getUint32(i, true) : view.getUint32(i + 4)
    if (upper <= 0x1f_ffff) return upper * twoTo32 + lower
    throw new MalformedBytesError(`integer at ${this.#stepBack(8, at)} is beyond 2^53 - 1`)
  }

  readFloat(at?: number): number {
    const i = this.reading(4, at)
    return this.memory.view.getFloat32(i, this.littleEndian)
  }

  readDouble(at?: number): number {
    const i = this.reading(8, at)
    return this.memory.view.getFloat64(i, this.littleEndian)
  }

  readVarint(at?: number): number {
    const i = this.reading(1, at)
    const first = this.memory.view.getUint8(i)
    if (first < 0x80) return first
    const from = this.#stepBack(1, at)
    const value = this.#longVarint(from)
    this.advance(from + varintLength(value), at)
    return value
  }

  readString(at?: number): string {
    const from = at ?? this.position
    const length = this.readVarint(from)
    const start = from + varintLength(length)
    const text = this.readUtf8(length, start)
    this.advance(start + length, at)
    return text
  }

  readUtf8(length: number, at?: number): string {
    const from = at ?? this.position
    const i = this.reading(length, from)
    const text = utf8InRange(this.memory.bytes, i, i + length, from)
    this.advance(from + length, at)
    return text
  }

  readLatin1(length: number, at?: number): string {
    const i = this.reading(length, at)
    return latin1FromBytes(this.memory.bytes, i, i + length)
  }

  readBytes(length: number, at?: number): Uint8Array {
    const i = this.reading(length, at)
    return new Uint8Array(viewOf(this.memory.bytes, i, length))
  }

  readView(length: number, at?: number): Uint8Array {
    const i = this.reading(length, at)
    const view = viewOf(this.memory.bytes, i, length)
    return this.memory.lends ? view : new Uint8Array(view)
  }

  writeBoolean(value: boolean, at?: number): this {
    return this.writeUint8(value ? 1 : 0, at)
  }

  writeInt8(value: number, at?: number): this {
    if ((value << 24 >> 24) !== value) throw outOfRange(value, -0x80, 0x7f)
    const i = this.writing(1, at)
    this.memory.view.setInt8(i, value)
    return this
  }

  writeUint8(value: number, at?: number): this {
    if ((value & 0xff) !== value) throw outOfRange(value, 0, 0xff)
    const i = this.writing(1, at)
    this.memory.view.setUint8(i, value)
    return this
  }

  writeInt16(value: number, at?: number): this {
    if ((value << 16 >> 16) !== value) throw outOfRange(value, -0x8000, 0x7fff)
    const i = this.writing(2, at)
    this.memory.view.setInt16(i, value, this.littleEndian)
    return this
  }

  writeUint16(value: number, at?: number): this {
    if ((value & 0xffff) !== value) throw outOfRange(value, 0, 0xffff)
    const i = this.writing(2, at)
    this.memory.view.setUint16(i, value, this.littleEndian)
    return this
  }

  writeInt24(value: number, at?: number): this {
    if ((value << 8 >> 8) !== value) throw outOfRange(value, -0x80_0000, 0x7f_ffff)
    return this.writeUint24(value & 0xff_ffff, at)
  }

  writeUint24(value: number, at?: number): this {
    if ((value & 0xff_ffff) !== value) throw outOfRange(value, 0, 0xff_ffff)
    const i = this.writing(3, at)
    const { view } = this.memory
    if (this.littleEndian) {
      view.setUint16(i, value, true)
      view.setUint8(i + 2, value >>> 16)
    } else {
      view.setUint8(i, value >>> 16)
      view.setUint16(i + 1, value)
    }
    return this
  }

  writeInt32(value: number, at?: number): this {
    if ((value | 0) !== value) throw outOfRange(value, -0x8000_0000, 0x7fff_ffff)
    const i = this.writing(4, at)
    this.memory.view.setInt32(i, value, this.littleEndian)
    return this
  }

  writeUint32(value: number, at?: number): this {
    if ((value >>> 0) !== value) throw outOfRange(value, 0, 0xffff_ffff)
    const i = this.writing(4, at)
    this.memory.view.setUint32(i, value, this.littleEndian)
    return this
  }

  writeInt64(value: bigint, at?: number): this {
    if (BigInt.asIntN(64, value) !== value) throw new RangeError(`${value} does not fit into a signed 64-bit field`)
    const i = this.writing(8, at)
    this.memory.view.setBigInt64(i, value, this.littleEndian)
    return this
  }

  writeUint64(value: bigint, at?: number): this {
    if (BigInt.asUintN(64, value) !== value) throw new RangeError(`${value} does not fit into an unsigned 64-bit field`)
    const i = this.writing(8, at)
    this.memory.view.setBigUint64(i, value, this.littleEndian)
    return this
  }

  writeSafeInteger(value: number, at?: number): this {
    if (!isSafe(value)) throw outOfRange(value, 0, Number.MAX_SAFE_INTEGER)
    const i = this.writing(8, at)
    const { view } = this.memory
    // The method reduces by 2^32 and cuts off fractions.
    if (this.littleEndian) {
      view.setUint32(i, value >>> 0, true)
      view.setUint32(i + 4, value / twoTo32, true)
    } else {
      view.setUint32(i, value / twoTo32)
      view.setUint32(i + 4, value >>> 0)
    }
    return this
  }

  writeFloat(value: number, at?: number): this {
    const i = this.writing(4, at)
    this.memory.view.setFloat32(i, value, this.littleEndian)
    return this
  }

  writeDouble(value: number, at?: number): this {
    const i = this.writing(8, at)
    this.memory.view.setFloat64(i, value, this.littleEndian)
    return this
  }

  writeVarint(value: number, at?: number): this {
    if ((value & 0x7f) === value) {
      const i = this.writing(1, at)
      this.memory.view.setUint8(i, value)
      return this
    }
    if (!isSafe(value)) throw outOfRange(value, 0, Number.MAX_SAFE_INTEGER)
    const i = this.writing(varintLength(value), at)
    writeVarint(this.memory.bytes, i, value)
    return this
  }

  writeString(text: string, at?: number): this {
    const from = at ?? this.position
    const guess = varintLength(text.length)
    let length = this.#putText(text, from, guess)
    if (length === undefined || varintLength(length) !== guess) {
      // Rare: it needs all the room there is, or its characters make the length longer than guessed.
      length ??= utf8Length(text)
      const i = this.writing(varintLength(length) + length, from)
      writeUtf8(this.memory.bytes, i + varintLength(length), text)
    }
    const prefix = varintLength(length)
    writeVarint(this.memory.bytes, this.writing(prefix + length, from), length)
    this.advance(from + prefix + length, at)
    return this
  }

  writeUtf8(text: string, at?: number): this {
    const from = at ?? this.position
    let length = this.#putText(text, from, 0)
    if (length === undefined) {
      length = utf8Length(text)
      const i = this.writing(length, from)
      writeUtf8(this.memory.bytes, i, text)
    }
    this.advance(from + length, at)
    return this
  }

  writeLatin1(text: string, at?: number): this {
    for (let i = 0; i < text.length; i++) {
      if (text.charCodeAt(i) > 0xff) throw new RangeError(`character ${i} does not fit into a byte`)
    }
    const i = this.writing(text.length, at)
    writeLatin1(this.memory.bytes, i, text)
    return this
  }

  writeBytes(bytes: Uint8Array, at?: number): this {
    const i = this.writing(bytes.length, at)
    this.memory.bytes.set(bytes, i)
    return this
  }

  compact(): this {
    if (this.isReadOnly) throw new ReadOnlyBufferError()
    this.memory.requireOpen()
    const from = this.position
    const length = Math.max(0, this.readLimit() - from)
    for (let done = 0; done < length; done += moveBytes) {
      this.writeBytes(this.readView(Math.min(moveBytes, length - done), from + done), done)
    }
    this.clear()
    this.position = length
    return this
  }

  /**
   * Writes the text `gap` bytes behind `from` without having measured it, where there is room for the longest that it may be
   * (and for a `gap` of one more).
   * @returns its length in bytes; `undefined` where there may be too little room, and then nothing was written.
   */
  #putText(text: string, from: number, gap: number): number | undefined {
    const { length } = text
    if (isShortAscii(text)) {
      const i = this.writing(gap + length, from) + gap
      writeAscii(this.memory.bytes, i, text)
      return length
    }
    if (!isWellFormed(text)) throw new RangeError('the text has a lone surrogate, which UTF-8 cannot carry')
    if (this.room(from) < gap + 3 * length + 1) return undefined
    const i = this.writing(gap, from) + gap
    return writeUtf8(this.memory.bytes, i, text)
  }

  /** Takes back a relative read of `length` bytes that was not what it should have been. @returns where it was, relative or not. */
  #stepBack(length: number, at: number | undefined): number {
    if (at !== undefined) return at
    const from = this.position - length
    this.advance(from, at)
    return from
  }

  /** A varint of several bytes; the window may end before it does, and it may end before the window. */
  #longVarint(from: number): number {
    const limit = this.readLimit()
    const length = Math.min(varintBytesMax + 1, limit - from)
    const i = this.reading(length, from)
    const value = readVarint(this.memory.bytes, i, i + length, from)
    if (value === undefined) throw new BufferUnderflowError({ position: from, limit, length: length + 1 })
    return value
  }
}

function viewOf(bytes: Uint8Array, at: number, length: number): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset + at, length)
}

/** Whether it is from 0 to 2^53 - 1; most are small. */
function isSafe(value: number): boolean {
  return value >>> 0 === value || Number.isSafeInteger(value) && value >= 0
}

function outOfRange(value: number, min: number, max: number): RangeError {
  return new RangeError(`${value} is not an integer from ${min} to ${max}`)
}
