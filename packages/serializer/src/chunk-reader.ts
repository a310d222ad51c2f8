import { latin1FromBytes, readVarint, utf8FromBytes } from '@copycat/buffer'
import { SerializationError } from './errors.ts'
import { cachedKeyBytesMax, KeyCache } from './key-cache.ts'

const twoTo32 = 0x1_0000_0000
/** So many floats are read byte by byte before a view of the input is made for them. */
const floatsWithoutView = 2
/** So many values of a kind in a row are read together. */
export const runMin = 4
/** Bytes that are made one text, at most, for short strings to be cut from. */
const runBytesMax = 4_096
/** Longer pieces of a text are no copies for V8, but keep all of it alive. */
export const copiedSliceMax = 12

/** Reads the parts of MessagePack. Every length is checked against the bytes that are there before anything is allocated for it. */
export class ChunkReader {
  protected bytes: Uint8Array
  protected position = 0
  protected end = 0
  readonly #keys = new KeyCache()
  readonly #eight = new Uint8Array(8)
  readonly #eightView = new DataView(this.#eight.buffer)
  #floats = 0
  #view: DataView | undefined

  constructor() {
    this.bytes = this.#eight
  }

  /** From now on these bytes are read; without an argument, none: the caller's bytes must not be kept alive by an idle reader. */
  protected use(bytes: Uint8Array = this.#eight): void {
    this.bytes = bytes
    this.#view = undefined
    this.#floats = 0
  }

  byte(): number {
    if (this.position >= this.end) throw cutShort()
    return this.bytes[this.position++]!
  }

  varint(): number {
    const value = readVarint(this.bytes, this.position, this.end)
    if (value === undefined) throw cutShort()
    // As many bytes as the shortest form has: no other is accepted.
    do this.position++
    while (this.bytes[this.position - 1]! >= 0x80)
    return value
  }

  float64(): number {
    this.need(8)
    const at = this.position
    if (this.#view === undefined) {
      if (++this.#floats <= floatsWithoutView) {
        this.#copyEight()
        return this.#eightView.getFloat64(0)
      }
      this.#view = new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.byteLength)
    }
    this.position = at + 8
    return this.#view.getFloat64(at)
  }

  /**
   * The float64 of the rest of an array whose first one stands here, as long as they follow one another: one view and no dispatch for all.
   * @returns the place in `array` of what comes next.
   */
  protected floats(array: unknown[], from: number): number {
    const { bytes, end } = this
    const view = this.#view ??= new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    let at = this.position
    let i = from
    for (; i < array.length && bytes[at] === 0xcb && at + 9 <= end; i++) {
      array[i] = view.getFloat64(at + 1)
      at += 9
    }
    this.position = at
    return i
  }

  /**
   * Short strings of ASCII that follow one another in an array: cut from one text, which costs half of making each from its bytes.
   * @returns the place in `array` of what comes next.
   */
  protected shortTexts(array: unknown[], from: number): number {
    const { bytes } = this
    const start = this.position
    const end = this.#endOfShortTexts(start, array.length - from)
    if (end === start) return from
    const text = latin1FromBytes(bytes, start, end)
    let at = start
    let i = from
    for (; at < end; i++) {
      const first = at + 1
      const next = first + bytes[at]! - 0xa0
      array[i] = text.slice(first - start, next - start)
      at = next
    }
    this.position = at
    return i
  }

  /** Where a run of at most `countMax` short strings of ASCII ends that starts here; here, when it is not worth a text of its own. */
  #endOfShortTexts(start: number, countMax: number): number {
    const { bytes } = this
    const last = Math.min(this.end, start + runBytesMax)
    let at = start
    let count = 0
    for (; count < countMax && at < last; count++) {
      const token = bytes[at]!
      const next = at + 1 + token - 0xa0
      if (token <= 0xa0 || token > 0xa0 + copiedSliceMax || next > last) break
      let all = 0
      for (let i = at + 1; i < next; i++) all |= bytes[i]!
      if (all >= 0x80) break
      at = next
    }
    return count < runMin ? start : at
  }

  /** Where the bytes of the value of a type end. */
  get remaining(): number {
    return this.end - this.position
  }

  /** All that is left of a value of a type, as a copy of its own. */
  rest(): Uint8Array<ArrayBuffer> {
    return this.copy(this.end - this.position)
  }

  protected text(length: number): string {
    const start = this.position
    const end = start + length
    if (end > this.end) throw cutShort()
    this.position = end
    return length < 16 ? this.#shortText(start, end) : utf8FromBytes(this.bytes, start, end)
  }

  /** The key that stands here, if it is a short one of ASCII characters. */
  protected shortKey(): string | undefined {
    const token = this.bytes[this.position]!
    if (token <= 0xa0 || token > 0xa0 + cachedKeyBytesMax) return undefined
    const start = this.position + 1
    const end = start + token - 0xa0
    if (end > this.end) throw cutShort()
    const key = this.#keys.get(this.bytes, start, end)
    if (key !== undefined) this.position = end
    return key
  }

  protected copy(length: number): Uint8Array<ArrayBuffer> {
    this.need(length)
    const start = this.position
    this.position += length
    const copy = new Uint8Array(length)
    if (length > 32) copy.set(this.bytes.subarray(start, start + length))
    else for (let i = 0; i < length; i++) copy[i] = this.bytes[start + i]!
    return copy
  }

  protected float32(): number {
    const bits = this.unsigned(4)
    this.#eightView.setUint32(0, bits)
    return this.#eightView.getFloat32(0)
  }

  protected int64(isSigned: boolean): bigint {
    this.need(8)
    this.#copyEight()
    return isSigned ? this.#eightView.getBigInt64(0) : this.#eightView.getBigUint64(0)
  }

  protected unsigned(length: 1 | 2 | 4): number {
    this.need(length)
    const bytes = this.bytes
    const at = this.position
    this.position = at + length
    if (length === 1) return bytes[at]!
    const high = bytes[at]! << 8 | bytes[at + 1]!
    if (length === 2) return high
    return (high * 0x1_0000 + (bytes[at + 2]! << 8 | bytes[at + 3]!)) % twoTo32
  }

  protected need(length: number): void {
    if (length > this.end - this.position) throw cutShort()
  }

  /** Up to here building the string costs less than the crossing into native code. */
  #shortText(start: number, end: number): string {
    const bytes = this.bytes
    let text = ''
    let all = 0
    let i = start
    if (i + 8 <= end) {
      const [a, b, c, d] = [bytes[i]!, bytes[i + 1]!, bytes[i + 2]!, bytes[i + 3]!]
      const [e, f, g, h] = [bytes[i + 4]!, bytes[i + 5]!, bytes[i + 6]!, bytes[i + 7]!]
      all = a | b | c | d | e | f | g | h
      text = String.fromCharCode(a, b, c, d, e, f, g, h)
      i += 8
    }
    if (i + 4 <= end) {
      const [a, b, c, d] = [bytes[i]!, bytes[i + 1]!, bytes[i + 2]!, bytes[i + 3]!]
      all |= a | b | c | d
      text += String.fromCharCode(a, b, c, d)
      i += 4
    }
    if (i + 2 <= end) {
      const [a, b] = [bytes[i]!, bytes[i + 1]!]
      all |= a | b
      text += String.fromCharCode(a, b)
      i += 2
    }
    if (i < end) {
      all |= bytes[i]!
      text += String.fromCharCode(bytes[i]!)
    }
    return all < 0x80 ? text : utf8FromBytes(bytes, start, end)
  }

  #copyEight(): void {
    // A view of the whole input would cost more than these eight bytes, for every value.
    for (let i = 0; i < 8; i++) this.#eight[i] = this.bytes[this.position++]!
  }
}

export function cutShort(): SerializationError {
  return new SerializationError('the bytes end before the value does')
}
