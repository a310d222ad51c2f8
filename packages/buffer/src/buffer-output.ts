/**
 * A place to write to. Every `write…` puts its value at {@link position} and moves it behind the value; with `at` it
 * writes there and moves nothing. All return `this`, throw `RangeError` on a value that the field cannot hold, and
 * `BufferOverflowError` where the value would pass the limit; nothing is written then.
 */
export interface BufferOutput {
  /** Next byte to write. */
  position: number
  /** First byte that may not be written. */
  readonly limit: number
  /** Moves {@link position} forward by `length` bytes, which keep what they hold. */
  skip(length: number): this
  /** One byte, 0 or 1. */
  writeBoolean(value: boolean, at?: number): this
  writeInt8(value: number, at?: number): this
  writeUint8(value: number, at?: number): this
  writeInt16(value: number, at?: number): this
  writeUint16(value: number, at?: number): this
  writeInt24(value: number, at?: number): this
  writeUint24(value: number, at?: number): this
  writeInt32(value: number, at?: number): this
  writeUint32(value: number, at?: number): this
  writeInt64(value: bigint, at?: number): this
  writeUint64(value: bigint, at?: number): this
  /** 0 to 2^53 - 1 in 8 bytes, never by way of a BigInt. */
  writeSafeInteger(value: number, at?: number): this
  /** Rounded to 32 bits. */
  writeFloat(value: number, at?: number): this
  writeDouble(value: number, at?: number): this
  /** Unsigned LEB128, 0 to 2^53 - 1, 1 to 8 bytes. */
  writeVarint(value: number, at?: number): this
  /** A varint of the length in bytes, then the text as UTF-8. @throws {RangeError} when it has a lone surrogate. */
  writeString(text: string, at?: number): this
  /** The text as UTF-8, no length before it. @throws {RangeError} when it has a lone surrogate. */
  writeUtf8(text: string, at?: number): this
  /** One byte per character. @throws {RangeError} when one is above U+00FF. */
  writeLatin1(text: string, at?: number): this
  /** Copies `bytes`. */
  writeBytes(bytes: Uint8Array, at?: number): this
}
