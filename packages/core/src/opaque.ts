import { type BufferOutput, latin1FromBytes, readVarint, varintLength, writeLatin1 } from '@copycat/buffer'

/**
 * A key or a value as the bytes that the client's serializer made of it. Servers keep them as strings of one character per byte: compact,
 * immutable, and equal exactly when the bytes are. Clients hand over the bytes themselves.
 */
export type Opaque = string | Uint8Array

/** The opaque as servers keep it. */
export function opaqueText(opaque: Opaque): string {
  return typeof opaque === 'string' ? opaque : latin1FromBytes(opaque)
}

/** The bytes of an opaque: those that events carry. */
export function opaqueBytes(opaque: Opaque): Uint8Array {
  if (typeof opaque !== 'string') return opaque
  const bytes = new Uint8Array(opaque.length)
  writeLatin1(bytes, 0, opaque)
  return bytes
}

/** The bytes up to the end of the operation: no length is needed. */
export function writeOpaque(out: BufferOutput, opaque: Opaque): void {
  if (typeof opaque === 'string') out.writeLatin1(opaque)
  else out.writeBytes(opaque)
}

/** A varint of the length, and the bytes. */
export function writeSizedOpaque(out: BufferOutput, opaque: Opaque): void {
  out.writeVarint(opaque.length)
  writeOpaque(out, opaque)
}

/** Reads the fields of one operation, one behind the other. */
export class OpaqueReader {
  private readonly bytes: Uint8Array
  private readonly end: number
  private at: number

  constructor(bytes: Uint8Array, start: number, end: number) {
    this.bytes = bytes
    this.at = start
    this.end = end
  }

  get isAtEnd(): boolean {
    return this.at === this.end
  }

  /** @throws {RangeError} when it is cut short. */
  varint(): number {
    const value = readVarint(this.bytes, this.at, this.end)
    if (value === undefined) throw new RangeError('a number is cut short')
    this.at += varintLength(value)
    return value
  }

  /** What {@link writeSizedOpaque} wrote. @throws {RangeError} when it is cut short. */
  sized(): string {
    const start = this.skip(this.varint())
    return latin1FromBytes(this.bytes, start, this.at)
  }

  /** {@link sized} as a view. */
  sizedView(): Uint8Array {
    return this.view(this.varint())
  }

  /** The rest, as `writeList` wrote it. @throws {RangeError} when it is cut short, or goes on. */
  list(): string[] {
    const count = this.varint()
    // A list of so many cannot stand in fewer bytes: nothing is allocated on a malformed count's word.
    if (count > this.end - this.at) throw new RangeError('a list is cut short')
    const list = Array.from({ length: count }, () => this.sized())
    this.finish()
    return list
  }

  /** The next `length` bytes as a view. @throws {RangeError} when they are cut short. */
  view(length: number): Uint8Array {
    const start = this.skip(length)
    return this.bytes.subarray(start, this.at)
  }

  /** What {@link writeOpaque} wrote last. */
  rest(): string {
    const start = this.at
    this.at = this.end
    return latin1FromBytes(this.bytes, start, this.end)
  }

  /** {@link rest} as a view. */
  restView(): Uint8Array {
    return this.view(this.end - this.at)
  }

  /** @throws {RangeError} when there is something left. */
  finish(): void {
    if (this.at !== this.end) throw new RangeError(`${this.end - this.at} bytes too many`)
  }

  /** Steps over `length` bytes and returns where they start. */
  private skip(length: number): number {
    const start = this.at
    if (length > this.end - start) throw new RangeError('a key or value is cut short')
    this.at = start + length
    return start
  }
}
