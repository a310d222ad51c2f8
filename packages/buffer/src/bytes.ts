import type { Endian } from './buffer-input.ts'
import type { ReferenceCounted } from './reference-counted.ts'

/**
 * Bytes of a fixed size, without pointers: every access says where. `at` counts from the first byte. Values, their
 * forms and their errors are those of `BufferInput` and `BufferOutput`; the limit is {@link size}.
 */
export interface Bytes extends ReferenceCounted {
  /** How many there are. */
  readonly size: number
  /** Order of the bytes of numbers, `'little'` at first. */
  readonly endian: Endian
  /** Sets {@link endian}. */
  order(endian: Endian): this
  /** Makes them more, by zeros, or fewer. @throws {RangeError} on a size that cannot be. */
  resize(size: number): this
  /** Returns when all that was written is where the bytes are kept: on the disk, for a file. Blocks until then. */
  flush(): this
  readBoolean(at: number): boolean
  readInt8(at: number): number
  readUint8(at: number): number
  readInt16(at: number): number
  readUint16(at: number): number
  readInt24(at: number): number
  readUint24(at: number): number
  readInt32(at: number): number
  readUint32(at: number): number
  readInt64(at: number): bigint
  readUint64(at: number): bigint
  readSafeInteger(at: number): number
  readFloat(at: number): number
  readDouble(at: number): number
  readVarint(at: number): number
  readString(at: number): string
  readUtf8(length: number, at: number): string
  readLatin1(length: number, at: number): string
  /** A copy of `length` bytes, the caller's own. */
  readBytes(length: number, at: number): Uint8Array
  /** `length` bytes, valid only until the next write, resize or release: without a copy where they are in memory. */
  readView(length: number, at: number): Uint8Array
  writeBoolean(value: boolean, at: number): this
  writeInt8(value: number, at: number): this
  writeUint8(value: number, at: number): this
  writeInt16(value: number, at: number): this
  writeUint16(value: number, at: number): this
  writeInt24(value: number, at: number): this
  writeUint24(value: number, at: number): this
  writeInt32(value: number, at: number): this
  writeUint32(value: number, at: number): this
  writeInt64(value: bigint, at: number): this
  writeUint64(value: bigint, at: number): this
  writeSafeInteger(value: number, at: number): this
  writeFloat(value: number, at: number): this
  writeDouble(value: number, at: number): this
  writeVarint(value: number, at: number): this
  writeString(text: string, at: number): this
  writeUtf8(text: string, at: number): this
  writeLatin1(text: string, at: number): this
  writeBytes(bytes: Uint8Array, at: number): this
}
