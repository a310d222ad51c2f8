import { utf8Length, writeUtf8, writeVarint } from '@copycat/buffer'
import { SerializationError } from './errors.ts'

export const chunkBytes: number = 32 * 1024
/** Room that a chunk should have left for the next value. */
const roomAtLeast = 1024

/**
 * Writes the parts of MessagePack into chunks that many results share, each part in its shortest form. A chunk that is too
 * small for a value is replaced by a larger one with the value's bytes at the same place, so that offsets stay.
 */
export class ChunkWriter {
  protected bytes: Uint8Array = new Uint8Array(chunkBytes)
  protected view: DataView = new DataView(this.bytes.buffer)
  protected position = 0
  /** Where the outermost value starts; bytes below belong to earlier results. */
  protected start = 0
  readonly #sizeMax: number
  /** Bytes that the next value is expected to take: growing for it would cost a copy and a larger chunk. */
  #expected = roomAtLeast

  /** @param sizeMax bytes that one value may take. */
  constructor(sizeMax: number) {
    this.#sizeMax = sizeMax
  }

  byte(byte: number): void {
    this.room(1)
    this.bytes[this.position++] = byte
  }

  writeNumber(value: number): void {
    this.room(9)
    const bytes = this.bytes
    if (value >>> 0 === value && (value !== 0 || !Object.is(value, -0))) {
      if (value < 0x80) {
        bytes[this.position++] = value
      } else if (value < 0x100) {
        bytes[this.position++] = 0xcc
        bytes[this.position++] = value
      } else {
        this.head(0xcd, value, 0x1_0000)
      }
    } else if (value >> 0 === value && value < 0) {
      this.#writeNegative(value)
    } else {
      bytes[this.position] = 0xcb
      this.view.setFloat64(this.position + 1, value)
      this.position += 9
    }
  }

  varint(value: number): void {
    this.room(8)
    this.position += writeVarint(this.bytes, this.position, value)
  }

  float64(value: number): void {
    this.room(8)
    this.view.setFloat64(this.position, value)
    this.position += 8
  }

  uint16(value: number): void {
    this.room(2)
    this.view.setUint16(this.position, value)
    this.position += 2
  }

  raw(bytes: Uint8Array): void {
    this.room(bytes.length)
    this.bytes.set(bytes, this.position)
    this.position += bytes.length
  }

  /** Writes a text of 31 ASCII characters at most; false, and nothing, for any other. */
  protected writeShortAscii(text: string): boolean {
    const length = text.length
    if (length >= 32) return false
    this.room(length + 1)
    const bytes = this.bytes
    const at = this.position + 1
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i)
      if (code >= 0x80) return false
      bytes[at + i] = code
    }
    bytes[at - 1] = 0xa0 | length
    this.position = at + length
    return true
  }

  /** Writes any text, a lone surrogate as U+FFFD. @returns how many bytes its characters took. */
  protected writeAnyText(text: string): number {
    const at = this.position
    // Three bytes per character are always enough; where that is much, counting first saves growing for nothing.
    const most = text.length < 4096 ? text.length * 3 : utf8Length(text)
    this.room(most + 5)
    // The head's size follows from the size in bytes; it is guessed and corrected, which is rare.
    const guess = headLength(text.length)
    const length = writeUtf8(this.bytes, at + guess, text)
    const head = headLength(length)
    if (head !== guess) this.bytes.copyWithin(at + head, at + guess, at + guess + length)
    if (length < 0x20) {
      this.bytes[this.position++] = 0xa0 | length
    } else if (length < 0x100) {
      this.bytes[this.position++] = 0xd9
      this.bytes[this.position++] = length
    } else {
      this.head(0xda, length, 0x1_0000)
    }
    this.position += length
    return length
  }

  protected writeBinary(value: Uint8Array): void {
    const length = value.length
    this.room(length + 5)
    if (length < 0x100) {
      this.bytes[this.position++] = 0xc4
      this.bytes[this.position++] = length
    } else {
      this.head(0xc5, length, 0x1_0000)
    }
    this.bytes.set(value, this.position)
    this.position += length
  }

  /** `token` and two bytes of `count`, or the next token and four bytes where it is `wide` or more. The caller made sure of the room. */
  protected head(token: number, count: number, wide: number): void {
    if (count < wide) {
      this.bytes[this.position] = token
      this.view.setUint16(this.position + 1, count)
      this.position += 3
    } else {
      if (count > 0xffff_ffff) throw new SerializationError(`${count} parts are more than a value can have`)
      this.bytes[this.position] = token + 1
      this.view.setUint32(this.position + 1, count)
      this.position += 5
    }
  }

  protected room(length: number): void {
    if (this.position + length > this.bytes.length) this.#grow(length)
  }

  /** The bytes of the outermost value from `from`, which lies at its start. */
  protected finish(from: number): Uint8Array {
    const length = this.position - from
    if (length > this.#sizeMax) throw this.#tooLarge()
    const result = new Uint8Array(this.bytes.buffer as ArrayBuffer, from, length)
    this.#expected = Math.max(roomAtLeast, length, this.#expected >> 1)
    // A grown chunk is as large as its one value: the next value starts a new one instead of keeping it alive.
    if (this.bytes.length > chunkBytes) this.#newChunk()
    return result
  }

  /** Makes room for the next value, as far as its size can be foreseen. */
  protected begin(): void {
    if (this.position + Math.min(this.#expected, chunkBytes) > this.bytes.length) this.#newChunk()
    this.start = this.position
  }

  #newChunk(): void {
    this.bytes = new Uint8Array(chunkBytes)
    this.view = new DataView(this.bytes.buffer)
    this.position = 0
  }

  #writeNegative(value: number): void {
    const view = this.view
    const at = this.position
    if (value >= -0x20) {
      view.setInt8(at, value)
      this.position += 1
    } else if (value >= -0x80) {
      view.setUint8(at, 0xd0)
      view.setInt8(at + 1, value)
      this.position += 2
    } else if (value >= -0x8000) {
      view.setUint8(at, 0xd1)
      view.setInt16(at + 1, value)
      this.position += 3
    } else {
      view.setUint8(at, 0xd2)
      view.setInt32(at + 1, value)
      this.position += 5
    }
  }

  #grow(length: number): void {
    // Room for text is asked for generously, so that only what cannot fit is refused here; the rest at the end.
    if (this.position - this.start > this.#sizeMax || length > this.#sizeMax * 3 + 64) throw this.#tooLarge()
    const grown = new Uint8Array(Math.max(this.bytes.length * 2, this.position + length))
    grown.set(this.bytes.subarray(this.start, this.position), this.start)
    this.bytes = grown
    this.view = new DataView(grown.buffer)
  }

  #tooLarge(): SerializationError {
    return new SerializationError(`the value takes more than ${this.#sizeMax} bytes (option sizeMax)`)
  }
}

function headLength(length: number): number {
  if (length < 0x20) return 1
  if (length < 0x100) return 2
  return length < 0x1_0000 ? 3 : 5
}
