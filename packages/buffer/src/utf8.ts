import { MalformedBytesError } from './errors.ts'

/** What a Node.js Buffer can do to any Uint8Array, in native code; absent from browsers. */
interface NativeUtf8 {
  readonly utf8Slice: (this: Uint8Array, start: number, end: number) => string
  readonly utf8Write: (this: Uint8Array, text: string, at: number, length: number) => number
}

const native = globalThis.Buffer?.prototype as unknown as NativeUtf8 | undefined
/** Up to here a loop in JavaScript is cheaper than the crossing into native code. */
const shortBytes = 8
/** The same for writing, which would cross several times. */
const shortTextLength = 32
const encoder = new TextEncoder()
// Fatal: broken UTF-8 must never become a string, because two engines may repair it differently.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * The text whose UTF-8 form stands from `start` up to `end`.
 * @throws {RangeError} when the range does not lie in `bytes`.
 * @throws {MalformedBytesError} when the bytes are not UTF-8; nothing is ever replaced in silence.
 */
export function utf8FromBytes(bytes: Uint8Array, start = 0, end: number = bytes.length): string {
  if (!(start >= 0 && start <= end && end <= bytes.length)) throw new RangeError(`no range ${start} to ${end} in ${bytes.length} bytes`)
  return utf8InRange(bytes, start, end, start)
}

/** {@link utf8FromBytes} with bounds unchecked. @param place what an error calls the first byte. */
export function utf8InRange(bytes: Uint8Array, start: number, end: number, place: number): string {
  if (end - start <= shortBytes) {
    const text = asciiFromBytes(bytes, start, end)
    if (text !== undefined) return text
  }
  if (native !== undefined) {
    const text = native.utf8Slice.call(bytes, start, end)
    // Native code puts U+FFFD where bytes are broken; only where one stands can there be something to refuse.
    if (!text.includes('\ufffd')) return text
  }
  return strictUtf8(bytes, start, end, place)
}

/** {@link utf8FromBytes} for engines without Buffer; same result, bounds unchecked. */
export function strictUtf8(bytes: Uint8Array, start: number, end: number, place: number = start): string {
  try {
    return decoder.decode(unshared(bytes.subarray(start, end)))
  } catch (cause) {
    throw new MalformedBytesError(`bytes ${place} to ${place + end - start} are not UTF-8 (${String(cause)})`)
  }
}

/** Browsers decode and encode no memory that threads share: it could change meanwhile. */
function unshared(bytes: Uint8Array): Uint8Array {
  return bytes.buffer instanceof ArrayBuffer ? bytes : new Uint8Array(bytes)
}

/** The text of bytes below 0x80, or `undefined` where another one is. */
function asciiFromBytes(bytes: Uint8Array, start: number, end: number): string | undefined {
  let text = ''
  for (let i = start; i < end; i++) {
    const byte = bytes[i]!
    if (byte >= 0x80) return undefined
    text += String.fromCharCode(byte)
  }
  return text
}

/** How many bytes the UTF-8 form of `text` takes; a lone surrogate counts as the 3 bytes of its replacement U+FFFD. */
export function utf8Length(text: string): number {
  return native === undefined ? utf8LengthInLoop(text) : globalThis.Buffer.byteLength(text)
}

/** {@link utf8Length} for engines without Buffer; same result. */
export function utf8LengthInLoop(text: string): number {
  let length = text.length
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code < 0x80) continue
    length += code < 0x800 ? 1 : 2
    const isPair = code >= 0xd800 && code < 0xdc00 && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00
    // A pair is two characters and four bytes: the second character is counted already.
    if (isPair) i++
  }
  return length
}

/**
 * Writes the UTF-8 form of `text` at `at` and returns how many bytes it took. A lone surrogate, which UTF-8 cannot
 * express, is written as U+FFFD: where that matters, ask {@link isWellFormed} first.
 * @throws {RangeError} when it does not fit; then nothing was written.
 */
export function writeUtf8(bytes: Uint8Array, at: number, text: string): number {
  const room = bytes.length - at
  if (!(at >= 0) || text.length > room || (text.length * 3 > room && utf8Length(text) > room)) {
    throw new RangeError(`no room for the text at ${at} of ${bytes.length}`)
  }
  if (native === undefined) return writeUtf8WithEncoder(bytes, at, text)
  return text.length === 0 ? 0 : native.utf8Write.call(bytes, text, at, room)
}

/** {@link writeUtf8} for engines without Buffer; same result, bounds unchecked. */
export function writeUtf8WithEncoder(bytes: Uint8Array, at: number, text: string): number {
  if (bytes.buffer instanceof ArrayBuffer) return encoder.encodeInto(text, bytes.subarray(at)).written
  const encoded = encoder.encode(text)
  bytes.set(encoded, at)
  return encoded.length
}

/** Whether `text` is short and all its characters are below U+0080. */
export function isShortAscii(text: string): boolean {
  if (text.length > shortTextLength) return false
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) >= 0x80) return false
  }
  return true
}

/** Writes a text of characters below U+0080; bounds unchecked. */
export function writeAscii(bytes: Uint8Array, at: number, text: string): void {
  for (let i = 0; i < text.length; i++) bytes[at + i] = text.charCodeAt(i)
}

const builtinIsWellFormed = (String.prototype as { isWellFormed?: (this: string) => boolean }).isWellFormed

/** Whether `text` has no lone surrogate, so that UTF-8 can carry it unchanged. */
export function isWellFormed(text: string): boolean {
  if (builtinIsWellFormed !== undefined) return builtinIsWellFormed.call(text)
  return isWellFormedInLoop(text)
}

/** {@link isWellFormed} for engines older than the built-in; same result. */
export function isWellFormedInLoop(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const kind = text.charCodeAt(i) & 0xfc00
    if (kind === 0xdc00) return false
    if (kind !== 0xd800) continue
    if ((text.charCodeAt(++i) & 0xfc00) !== 0xdc00) return false
  }
  return true
}
