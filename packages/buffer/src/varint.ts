import { MalformedBytesError } from './errors.ts'

/** Most bytes that a varint of this package takes: 2^53 - 1 in groups of 7 bits. */
export const varintBytesMax = 8

/** How many bytes the unsigned LEB128 form of `value` takes: 1 below 128, then one more per 7 bits. */
export function varintLength(value: number): number {
  if (value < 0x80) return 1
  if (value < 0x4000) return 2
  if (value < 0x20_0000) return 3
  if (value < 0x1000_0000) return 4
  return 4 + varintLength(Math.floor(value / 0x1000_0000))
}

/**
 * Writes `value` as unsigned LEB128 and returns how many bytes it took; the caller made sure of the room.
 * @param value from 0 to 2^53 - 1.
 * @throws {RangeError} on any other value.
 */
export function writeVarint(bytes: Uint8Array, at: number, value: number): number {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${value} is not a non-negative safe integer`)
  let rest = value
  let end = at
  // Division, where bit operations would wrap.
  while (rest >= 0x8000_0000) {
    bytes[end++] = rest % 0x80 | 0x80
    rest = Math.floor(rest / 0x80)
  }
  while (rest >= 0x80) {
    bytes[end++] = rest & 0x7f | 0x80
    rest >>>= 7
  }
  bytes[end++] = rest
  return end - at
}

/**
 * The unsigned LEB128 number at `at`, which takes {@link varintLength} bytes: only the shortest form is read, so that
 * a number has one form. `undefined` when the bytes end before it does.
 * @param end first byte that does not belong to the input.
 * @param place what an error calls the place, where `bytes` are a part of something. @default at
 * @throws {MalformedBytesError} above 2^53 - 1, or when a shorter form exists.
 */
export function readVarint(bytes: Uint8Array, at: number, end: number, place: number = at): number | undefined {
  let value = 0
  let scale = 1
  for (let i = at; i < end; i++) {
    const byte = bytes[i]!
    value += (byte & 0x7f) * scale
    if (value > Number.MAX_SAFE_INTEGER || i - at >= varintBytesMax) throw new MalformedBytesError(`varint at ${place} is beyond 2^53 - 1`)
    if (byte < 0x80) {
      if (byte === 0 && i > at) throw new MalformedBytesError(`varint at ${place} is longer than it needs to be`)
      return value
    }
    scale *= 0x80
  }
  return undefined
}
