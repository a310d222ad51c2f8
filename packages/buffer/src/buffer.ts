import type { BufferInput, Endian } from './buffer-input.ts'
import type { BufferOutput } from './buffer-output.ts'
import type { ReferenceCounted } from './reference-counted.ts'

/**
 * Bytes with a position, a limit and a mark, to write and to read again:
 * 0 <= mark <= position <= limit <= `maxCapacity`, and `capacity` bytes of it exist at present.
 *
 * Views (`slice`, `duplicate`, `asReadOnly`) share the bytes with what they were made of, also after it grew, and its
 * references: what is released or closed is so for all of them.
 */
export interface Buffer extends BufferInput, BufferOutput, ReferenceCounted {
  /** Next byte to read or write. @throws {RangeError} when set beyond the limit. */
  position: number
  /** First byte that may not be touched; `maxCapacity` until it is set. @throws {RangeError} when set beyond that, or below the position. */
  limit: number
  /** Bytes that exist at present. */
  readonly capacity: number
  /** Bytes that may exist at most: writes make the buffer grow up to here. */
  readonly maxCapacity: number
  /** Bytes from the position to the limit. */
  readonly remaining: number
  readonly isReadOnly: boolean
  /** Order of the bytes of numbers, `'little'` at first. Varints and single bytes have none. */
  readonly endian: Endian
  /** Sets {@link endian}. */
  order(endian: Endian): this
  /** Remembers the position for {@link reset}. */
  mark(): this
  /** Goes back to the mark, or to 0 when there is none. */
  reset(): this
  /** From writing to reading: the limit is set to the position, the position to 0; forgets the mark. */
  flip(): this
  /** Position 0, same limit; forgets the mark. */
  rewind(): this
  /** Position 0, limit `maxCapacity`; forgets the mark. The bytes stay. */
  clear(): this
  /** Moves the position forward. @throws {BufferOverflowError} when it would pass the limit. */
  skip(length: number): this
  /**
   * Moves the bytes from the position to the limit (those that exist) to the start; the position goes behind them, the
   * limit to `maxCapacity`: to go on writing where reading stopped midway. Forgets the mark.
   */
  compact(): this
  /** A view of fixed size of the bytes from the position to the limit, or of `length` of them. */
  slice(length?: number): Buffer
  /** A view with own position, limit and mark, as they are now. */
  duplicate(): Buffer
  /** {@link duplicate} that refuses writes, and whose views do. */
  asReadOnly(): Buffer
  /**
   * Returns when all that was written is where the buffer is kept: on the disk, for a file; at once for memory.
   * Blocks until then.
   */
  flush(): this
}
