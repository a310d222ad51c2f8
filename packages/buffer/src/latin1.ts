/** What a Node.js Buffer can do to any Uint8Array, in native code; absent from browsers. */
interface NativeLatin1 {
  readonly latin1Slice: (this: Uint8Array, start: number, end: number) => string
  readonly latin1Write: (this: Uint8Array, text: string, at: number, length: number) => number
}

const native = globalThis.Buffer?.prototype as unknown as NativeLatin1 | undefined
// Longer argument lists overflow the stack of some engines.
const chunkLength = 4096

/**
 * The bytes from `start` up to `end` as a string of one character (U+0000 to U+00FF) per byte. This is how opaque
 * keys and values are kept: compact, immutable, usable as a Map key, and independent of the memory that they came from.
 * @throws {RangeError} when the range does not lie in `bytes`.
 */
export function latin1FromBytes(bytes: Uint8Array, start = 0, end: number = bytes.length): string {
  if (!(start >= 0 && start <= end && end <= bytes.length)) throw new RangeError(`no range ${start} to ${end} in ${bytes.length} bytes`)
  return native === undefined ? latin1InChunks(bytes, start, end) : native.latin1Slice.call(bytes, start, end)
}

/** {@link latin1FromBytes} for engines without Buffer; same result, bounds unchecked. */
export function latin1InChunks(bytes: Uint8Array, start: number, end: number): string {
  let text = ''
  for (let at = start; at < end; at += chunkLength) {
    text += String.fromCharCode(...bytes.subarray(at, Math.min(at + chunkLength, end)))
  }
  return text
}

/**
 * Writes one byte per character of `text`, the inverse of {@link latin1FromBytes}, and returns how many.
 * Of a character above U+00FF the low byte is written: the caller passes only strings that came from bytes.
 * @throws {RangeError} when `text` does not fit.
 */
export function writeLatin1(bytes: Uint8Array, at: number, text: string): number {
  const length = text.length
  if (!(at >= 0 && at + length <= bytes.length)) throw new RangeError(`no room for ${length} bytes at ${at} of ${bytes.length}`)
  // Up to here the loop is cheaper than the crossing into native code.
  if (native === undefined || length < 16) writeLatin1InLoop(bytes, at, text)
  else native.latin1Write.call(bytes, text, at, length)
  return length
}

/** {@link writeLatin1} for engines without Buffer; same result, bounds unchecked. */
export function writeLatin1InLoop(bytes: Uint8Array, at: number, text: string): void {
  for (let i = 0; i < text.length; i++) bytes[at + i] = text.charCodeAt(i)
}
