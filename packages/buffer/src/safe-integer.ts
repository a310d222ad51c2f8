import { MalformedBytesError } from './errors.ts'

const twoTo32 = 0x1_0000_0000

/**
 * Non-negative safe integer at `at`: 8 bytes, little endian, as two unsigned 32-bit halves. Never a BigInt: for
 * log indexes in hot loops, where BigInt costs 4 to 10 times as much.
 * @throws {RangeError} when the view ends before `at + 8`.
 * @throws {MalformedBytesError} when the stored number is above 2^53 - 1.
 */
export function readSafeInteger(view: DataView, at: number): number {
  const high = view.getUint32(at + 4, true)
  if (high > 0x1f_ffff) throw new MalformedBytesError(`integer at ${at} is beyond 2^53 - 1`)
  return high * twoTo32 + view.getUint32(at, true)
}

/**
 * Writes what {@link readSafeInteger} reads.
 * @param value from 0 to 2^53 - 1.
 * @throws {RangeError} on any other value, or when the view ends before `at + 8`.
 */
export function writeSafeInteger(view: DataView, at: number, value: number): void {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${value} is not a non-negative safe integer`)
  // The high half first: where the view is too short nothing has been written yet.
  view.setUint32(at + 4, value / twoTo32, true)
  view.setUint32(at, value >>> 0, true)
}
