/** Order of the bytes of a number: the default everywhere in Copycat is `'little'`. */
export type Endian = 'little' | 'big'

/**
 * A place to read from. Every `read…` takes its value at {@link position} and moves it behind the value; with `at` it
 * reads there and moves nothing. All throw `BufferUnderflowError` where the value would pass the limit.
 */
export interface BufferInput {
  /** Next byte to read. */
  position: number
  /** First byte that may not be read. */
  readonly limit: number
  /** Bytes from {@link position} to {@link limit}. */
  readonly remaining: number
  /** Moves {@link position} forward by `length` bytes. */
  skip(length: number): this
  /** One byte, 0 or 1. @throws {MalformedBytesError} on any other byte. */
  readBoolean(at?: number): boolean
  readInt8(at?: number): number
  readUint8(at?: number): number
  readInt16(at?: number): number
  readUint16(at?: number): number
  readInt24(at?: number): number
  readUint24(at?: number): number
  readInt32(at?: number): number
  readUint32(at?: number): number
  readInt64(at?: number): bigint
  readUint64(at?: number): bigint
  /** 8 bytes that hold 0 to 2^53 - 1. @throws {MalformedBytesError} above. */
  readSafeInteger(at?: number): number
  readFloat(at?: number): number
  readDouble(at?: number): number
  /** Unsigned LEB128 up to 2^53 - 1. @throws {MalformedBytesError} above, or when it is longer than it needs to be. */
  readVarint(at?: number): number
  /** A varint of the length in bytes, then the text. @throws {MalformedBytesError} when it is not UTF-8. */
  readString(at?: number): string
  /** `length` bytes of text, no length before it. @throws {MalformedBytesError} when they are not UTF-8. */
  readUtf8(length: number, at?: number): string
  /** `length` bytes, one character each. */
  readLatin1(length: number, at?: number): string
  /** A copy of `length` bytes, the caller's own. */
  readBytes(length: number, at?: number): Uint8Array
  /** `length` bytes, valid only while the buffer is neither written to nor released: without a copy where it is in memory. */
  readView(length: number, at?: number): Uint8Array
}
