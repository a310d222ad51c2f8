import { HeapBuffer, isWellFormed, utf8Length, writeUtf8, writeVarint } from '@copycat/buffer'
import { writeBuiltin } from './builtin-writers.ts'
import { SerializationError } from './errors.ts'
import { allocationFactor, allocationFree, builtinIds, costs, typeById, typeByName, typePadding } from './format.ts'
import type { Serializer } from './serializer.ts'
import type { RegisteredType, TypeRegistry } from './type-registry.ts'

const chunkBytes = 16 * 1024
const int64Max = 2n ** 63n
const uint64Max = 2n ** 64n
const nodeBufferPrototype: object | undefined = globalThis.Buffer?.prototype as object | undefined

/**
 * Writes values as MessagePack into chunks that many results share. One pass: what is checked is what is written.
 * Re-entrant, because a type's own serializer may call back: inner results lie above the outer one's bytes.
 */
export class ValueWriter {
  readonly #serializer: Serializer
  readonly #registry: TypeRegistry
  readonly #depthMax: number
  #bytes = new Uint8Array(chunkBytes)
  #view = new DataView(this.#bytes.buffer)
  #position = 0
  #depth = 0
  #cost = 0
  /** Where the outermost value starts; bytes below belong to earlier results. */
  #start = 0

  constructor(serializer: Serializer, registry: TypeRegistry, depthMax: number) {
    this.#serializer = serializer
    this.#registry = registry
    this.#depthMax = depthMax
  }

  /** The bytes of `value`: a view of a chunk that holds other results too, never written again. */
  encode(value: unknown): Uint8Array {
    if (this.#depth > 0) return this.#encodeInner(value)
    if (this.#position > this.#bytes.length - 1024) this.#newChunk()
    const start = this.#start = this.#position
    this.#cost = 0
    try {
      this.write(value)
      if (this.#cost > allocationFree) this.#pad(start)
    } catch (error) {
      this.#position = start
      this.#depth = 0
      throw error
    }
    const result = new Uint8Array(this.#bytes.buffer, start, this.#position - start)
    // A grown chunk is as large as its one value: the next value starts a new one instead of keeping it alive.
    if (this.#bytes.length > chunkBytes) this.#newChunk()
    return result
  }

  write(value: unknown): void {
    switch (typeof value) {
      case 'string': return this.writeString(value)
      case 'number': return this.writeNumber(value)
      case 'boolean': return this.byte(value ? 0xc3 : 0xc2)
      case 'undefined': return this.#writeUndefined()
      case 'bigint': return this.#writeBigint(value)
      case 'object': return value === null ? this.byte(0xc0) : this.#writeObject(value)
      default: throw new SerializationError(`cannot serialize a ${typeof value}`)
    }
  }

  byte(byte: number): void {
    this.#room(1)
    this.#bytes[this.#position++] = byte
  }

  writeNumber(value: number): void {
    this.#room(9)
    const bytes = this.#bytes
    if (value >>> 0 === value && (value !== 0 || !Object.is(value, -0))) {
      if (value < 0x80) {
        bytes[this.#position++] = value
      } else if (value < 0x100) {
        bytes[this.#position++] = 0xcc
        bytes[this.#position++] = value
      } else {
        this.#head(0xcd, value, 0x1_0000)
      }
    } else if (value >> 0 === value && value < 0) {
      this.#writeNegative(value)
    } else {
      bytes[this.#position] = 0xcb
      this.#view.setFloat64(this.#position + 1, value)
      this.#position += 9
    }
  }

  writeString(text: string): void {
    const length = text.length
    if (length < 32) {
      this.#room(length + 1)
      const bytes = this.#bytes
      const at = this.#position + 1
      let i = 0
      for (; i < length; i++) {
        const code = text.charCodeAt(i)
        if (code >= 0x80) break
        bytes[at + i] = code
      }
      if (i === length) {
        bytes[at - 1] = 0xa0 | length
        this.#position = at + length
        return
      }
    }
    this.#writeLongString(text)
  }

  varint(value: number): void {
    this.#room(8)
    this.#position += writeVarint(this.#bytes, this.#position, value)
  }

  float64(value: number): void {
    this.#room(8)
    this.#view.setFloat64(this.#position, value)
    this.#position += 8
  }

  uint16(value: number): void {
    this.#room(2)
    this.#view.setUint16(this.#position, value)
    this.#position += 2
  }

  raw(bytes: Uint8Array): void {
    this.#room(bytes.length)
    this.#bytes.set(bytes, this.#position)
    this.#position += bytes.length
  }

  charge(cost: number): void {
    this.#cost += cost
  }

  /** Starts a value of a type: its length is not known yet; {@link endExtension} with the result fills it in. */
  beginExtension(type: RegisteredType | number): number {
    this.#enter()
    this.#room(6)
    this.#bytes[this.#position] = 0xc9
    const lengthAt = this.#position + 1
    this.#position += 5
    const id = typeof type === 'number' ? type : type.id
    this.byte(id === undefined ? typeByName : typeById)
    if (id === undefined) this.writeString((type as RegisteredType).name)
    else this.varint(id)
    return lengthAt
  }

  endExtension(lengthAt: number): void {
    this.#view.setUint32(lengthAt, this.#position - lengthAt - 5)
    this.#depth--
  }

  /** The own enumerable string-keyed fields, in the order in which they were made. */
  writeFields(value: object): void {
    const keys = Object.keys(value)
    const count = keys.length
    this.#cost += costs.object + count * costs.slot
    this.#room(5)
    if (count < 0x10) this.#bytes[this.#position++] = 0x80 | count
    else this.#head(0xde, count, 0x1_0000)
    for (let i = 0; i < count; i++) {
      const key = keys[i]!
      this.writeString(key)
      this.write((value as Record<string, unknown>)[key])
    }
  }

  #writeObject(value: object): void {
    const prototype = Object.getPrototypeOf(value) as object | null
    if (prototype === Object.prototype || prototype === null) {
      this.#enter()
      this.writeFields(value)
      this.#depth--
    } else if (prototype === Array.prototype && Array.isArray(value)) {
      this.#writeArray(value)
    } else if (prototype === Uint8Array.prototype || prototype === nodeBufferPrototype) {
      this.#writeBinary(value as Uint8Array)
    } else {
      this.#writeTyped(value, prototype)
    }
  }

  #writeTyped(value: object, prototype: object): void {
    const registered = this.#registry.withPrototype(prototype)
    if (registered === undefined) {
      if (writeBuiltin(this, value, prototype)) return
      const name = nameOf(prototype)
      throw new SerializationError(`class ${name} is not registered: call serializer.register(${name}) or `
        + `serializer.register(${name}, id) on every client and server before it is used`)
    }
    const at = this.beginExtension(registered)
    if (registered.serializer === undefined) this.writeFields(value)
    else {
      const output = HeapBuffer.allocate(64)
      this.#cost += costs.binary
      registered.serializer.write(value, output, this.#serializer)
      this.raw(output.bytes.subarray(0, output.position))
    }
    this.endExtension(at)
  }

  #writeArray(value: readonly unknown[]): void {
    this.#enter()
    const length = value.length
    this.#cost += costs.array + length * costs.slot
    this.#room(5)
    if (length < 0x10) this.#bytes[this.#position++] = 0x90 | length
    else this.#head(0xdc, length, 0x1_0000)
    for (let i = 0; i < length; i++) this.write(value[i])
    this.#depth--
  }

  #writeBinary(value: Uint8Array): void {
    const length = value.length
    this.#cost += costs.binary
    this.#room(length + 5)
    if (length < 0x100) {
      this.#bytes[this.#position++] = 0xc4
      this.#bytes[this.#position++] = length
    } else {
      this.#head(0xc5, length, 0x1_0000)
    }
    this.#bytes.set(value, this.#position)
    this.#position += length
  }

  #writeUndefined(): void {
    this.#room(3)
    this.#bytes[this.#position++] = 0xd4
    this.#bytes[this.#position++] = 0
    this.#bytes[this.#position++] = 0
  }

  #writeNegative(value: number): void {
    const view = this.#view
    const at = this.#position
    if (value >= -0x20) {
      view.setInt8(at, value)
      this.#position += 1
    } else if (value >= -0x80) {
      view.setUint8(at, 0xd0)
      view.setInt8(at + 1, value)
      this.#position += 2
    } else if (value >= -0x8000) {
      view.setUint8(at, 0xd1)
      view.setInt16(at + 1, value)
      this.#position += 3
    } else {
      view.setUint8(at, 0xd2)
      view.setInt32(at + 1, value)
      this.#position += 5
    }
  }

  #writeBigint(value: bigint): void {
    if (value >= -int64Max && value < uint64Max) {
      this.#room(9)
      this.#bytes[this.#position] = value < int64Max ? 0xd3 : 0xcf
      this.#view.setBigUint64(this.#position + 1, BigInt.asUintN(64, value))
      this.#position += 9
      this.#cost += costs.leaf
      return
    }
    const digits = (value < 0n ? -value : value).toString(16)
    const at = this.beginExtension(builtinIds.bigint)
    this.byte(value < 0n ? 1 : 0)
    const padded = digits.length % 2 === 0 ? digits : `0${digits}`
    this.#room(padded.length / 2)
    for (let i = 0; i < padded.length; i += 2) this.#bytes[this.#position++] = parseInt(padded.slice(i, i + 2), 16)
    this.endExtension(at)
  }

  #writeLongString(text: string): void {
    const at = this.#position
    // Three bytes per character are always enough; where that is much, counting first saves growing for nothing.
    const most = text.length < 4096 ? text.length * 3 : utf8Length(text)
    this.#room(most + 5)
    // The head's size follows from the size in bytes; it is guessed and corrected, which is rare.
    const guess = headLength(text.length)
    const length = writeUtf8(this.#bytes, at + guess, text)
    // More bytes than characters: only then can there be a lone surrogate.
    if (length !== text.length && !isWellFormed(text)) {
      this.#writeIllFormed(text)
      return
    }
    const head = headLength(length)
    if (head !== guess) this.#bytes.copyWithin(at + head, at + guess, at + guess + length)
    if (length < 0x20) {
      this.#bytes[this.#position++] = 0xa0 | length
    } else if (length < 0x100) {
      this.#bytes[this.#position++] = 0xd9
      this.#bytes[this.#position++] = length
    } else {
      this.#head(0xda, length, 0x1_0000)
    }
    this.#position += length
  }

  /** Lone surrogates have no UTF-8 form: the UTF-16 units are written instead. */
  #writeIllFormed(text: string): void {
    const at = this.beginExtension(builtinIds.illFormedString)
    for (let i = 0; i < text.length; i++) this.uint16(text.charCodeAt(i))
    this.endExtension(at)
  }

  /** `token` and two bytes of `count`, or the next token and four bytes where it is `wide` or more. */
  #head(token: number, count: number, wide: number): void {
    if (count < wide) {
      this.#bytes[this.#position] = token
      this.#view.setUint16(this.#position + 1, count)
      this.#position += 3
    } else {
      if (count > 0xffff_ffff) throw new SerializationError(`${count} parts are more than a value can have`)
      this.#bytes[this.#position] = token + 1
      this.#view.setUint32(this.#position + 1, count)
      this.#position += 5
    }
  }

  #enter(): void {
    if (++this.#depth > this.#depthMax) {
      throw new SerializationError(`the value is nested deeper than ${this.#depthMax} levels, or contains itself`)
    }
  }

  #encodeInner(value: unknown): Uint8Array {
    const start = this.#position
    const depth = this.#depth
    try {
      this.write(value)
      return this.#bytes.slice(start, this.#position)
    } finally {
      this.#position = start
      this.#depth = depth
    }
  }

  #pad(start: number): void {
    const missing = Math.ceil((this.#cost - allocationFree) / allocationFactor) - (this.#position - start)
    if (missing <= 0) return
    this.#room(missing + 6)
    this.#bytes[this.#position] = 0xc9
    this.#view.setUint32(this.#position + 1, missing)
    this.#bytes[this.#position + 5] = typePadding
    this.#bytes.fill(0, this.#position + 6, this.#position + 6 + missing)
    this.#position += 6 + missing
  }

  #room(length: number): void {
    if (this.#position + length > this.#bytes.length) this.#grow(length)
  }

  /** Offsets stay as they are: outer values remember theirs. */
  #grow(length: number): void {
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#position + length))
    grown.set(this.#bytes.subarray(this.#start, this.#position), this.#start)
    this.#bytes = grown
    this.#view = new DataView(grown.buffer)
  }

  #newChunk(): void {
    this.#bytes = new Uint8Array(chunkBytes)
    this.#view = new DataView(this.#bytes.buffer)
    this.#position = 0
  }
}

function headLength(length: number): number {
  if (length < 0x20) return 1
  if (length < 0x100) return 2
  return length < 0x1_0000 ? 3 : 5
}

function nameOf(prototype: object): string {
  const { constructor } = prototype as { constructor?: unknown }
  return typeof constructor === 'function' && constructor.name !== '' ? constructor.name : '(anonymous)'
}
