import { HeapBuffer, readVarint, utf8FromBytes } from '@copycat/buffer'
import { readBuiltin } from './builtin-readers.ts'
import { SerializationError } from './errors.ts'
import { allocationFactor, allocationFree, costs, reservedIdMax, reservedIdMin, typeById, typeByName, typePadding } from './format.ts'
import { cachedKeyBytesMax, KeyCache } from './key-cache.ts'
import type { Serializer } from './serializer.ts'
import type { RegisteredType, TypeRegistry } from './type-registry.ts'

const twoTo32 = 0x1_0000_0000

/**
 * Reads what `ValueWriter` wrote, and any MessagePack of plain values. Every length is checked against the bytes that
 * are there before anything is allocated for it, and all that is allocated against a budget: hostile bytes end in an error.
 * Re-entrant, because a type's own serializer may call back.
 */
export class ValueReader {
  readonly #serializer: Serializer
  readonly #registry: TypeRegistry
  readonly #depthMax: number
  readonly #keys = new KeyCache()
  readonly #eight = new Uint8Array(8)
  readonly #eightView = new DataView(this.#eight.buffer)
  #bytes: Uint8Array = this.#eight
  #position = 0
  #end = 0
  #depth = 0
  #budget = 0

  constructor(serializer: Serializer, registry: TypeRegistry, depthMax: number) {
    this.#serializer = serializer
    this.#registry = registry
    this.#depthMax = depthMax
  }

  /**
   * The value that starts at `start`; the bytes may hold more values behind it when `isWhole` is false.
   * `consumed` then says where it ended.
   */
  read(bytes: Uint8Array, start: number, end: number, isWhole: boolean): unknown {
    const outer = this.#depth
    const outerBytes = this.#bytes
    const outerPosition = this.#position
    const outerEnd = this.#end
    this.#bytes = bytes
    this.#position = start
    this.#end = end
    if (outer === 0) this.#budget = (end - start) * allocationFactor + allocationFree
    try {
      const value = this.value()
      if (this.#position < end) this.#endOf(isWhole)
      this.consumed = this.#position - start
      return value
    } catch (error) {
      this.#depth = outer
      if (error instanceof SerializationError) throw error
      throw new SerializationError(`not a serialized value: ${error instanceof Error ? error.message : String(error)}`, error)
    } finally {
      // The caller's bytes must not be kept alive by a reader that is idle.
      this.#bytes = outer === 0 ? this.#eight : outerBytes
      this.#position = outerPosition
      this.#end = outerEnd
    }
  }

  /** How many bytes the last {@link read} took. */
  consumed = 0

  value(): unknown {
    const token = this.byte()
    if (token < 0x80) return token
    if (token >= 0xe0) return token - 0x100
    if (token < 0x90) return this.fields(token - 0x80)
    if (token < 0xa0) return this.#array(token - 0x90)
    if (token < 0xc0) return this.#text(token - 0xa0)
    return this.#tokenValue(token)
  }

  byte(): number {
    if (this.#position >= this.#end) throw cutShort()
    return this.#bytes[this.#position++]!
  }

  /** A string, by its token. */
  string(): string {
    const value = this.value()
    if (typeof value !== 'string') throw new SerializationError('a string was expected')
    return value
  }

  varint(): number {
    const value = readVarint(this.#bytes, this.#position, this.#end)
    if (value === undefined) throw cutShort()
    // As many bytes as the shortest form has: no other is accepted.
    do this.#position++
    while (this.#bytes[this.#position - 1]! >= 0x80)
    return value
  }

  /** A count of parts that take at least a byte each. */
  count(costOfEach: number): number {
    const count = this.varint()
    if (count > this.#end - this.#position) throw cutShort()
    this.charge(count * costOfEach)
    return count
  }

  float64(): number {
    this.#need(8)
    this.#copyEight()
    return this.#eightView.getFloat64(0)
  }

  /** Where the bytes of the value of a type end. */
  get remaining(): number {
    return this.#end - this.#position
  }

  /** All that is left of a value of a type, as a copy of its own. */
  rest(): Uint8Array<ArrayBuffer> {
    return this.#copy(this.#end - this.#position)
  }

  charge(cost: number): void {
    this.#budget -= cost
    if (this.#budget < 0) throw new SerializationError(`the value would take more than ${allocationFactor} times its bytes of memory`)
  }

  /** An object of `count` fields. */
  fields(count: number): Record<string, unknown> {
    if (count * 2 > this.#end - this.#position) throw cutShort()
    this.charge(costs.object + count * costs.slot)
    this.#enter()
    const target: Record<string, unknown> = {}
    for (let i = 0; i < count; i++) {
      const key = this.#key()
      const value = this.value()
      // Assignment to this key would set the prototype.
      if (key === '__proto__') Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true })
      else target[key] = value
    }
    this.#depth--
    return target
  }

  /** {@link fields} with their token, as they stand in the value of a type. */
  fieldsOf(): Record<string, unknown> {
    const token = this.byte()
    if ((token & 0xf0) === 0x80) return this.fields(token - 0x80)
    if (token === 0xde) return this.fields(this.#unsigned(2))
    if (token === 0xdf) return this.fields(this.#unsigned(4))
    throw new SerializationError('fields were expected')
  }

  #tokenValue(token: number): unknown {
    switch (token) {
      case 0xc0: return null
      case 0xc2: return false
      case 0xc3: return true
      case 0xc4: return this.#binary(this.#unsigned(1))
      case 0xc5: return this.#binary(this.#unsigned(2))
      case 0xc6: return this.#binary(this.#unsigned(4))
      case 0xc7: return this.#extension(this.#unsigned(1))
      case 0xc8: return this.#extension(this.#unsigned(2))
      case 0xc9: return this.#extension(this.#unsigned(4))
      case 0xca: return this.#float32()
      case 0xcb: return this.float64()
      case 0xcc: return this.#unsigned(1)
      case 0xcd: return this.#unsigned(2)
      case 0xce: return this.#unsigned(4)
      case 0xcf: return this.#int64(false)
      case 0xd0: return this.#unsigned(1) << 24 >> 24
      case 0xd1: return this.#unsigned(2) << 16 >> 16
      case 0xd2: return this.#unsigned(4) | 0
      case 0xd3: return this.#int64(true)
      case 0xd4: return this.#extension(1)
      case 0xd9: return this.#text(this.#unsigned(1))
      case 0xda: return this.#text(this.#unsigned(2))
      case 0xdb: return this.#text(this.#unsigned(4))
      case 0xdc: return this.#array(this.#unsigned(2))
      case 0xdd: return this.#array(this.#unsigned(4))
      case 0xde: return this.fields(this.#unsigned(2))
      case 0xdf: return this.fields(this.#unsigned(4))
      default: throw new SerializationError(`byte 0x${token.toString(16)} starts no value`)
    }
  }

  #array(length: number): unknown[] {
    if (length > this.#end - this.#position) throw cutShort()
    this.charge(costs.array + length * costs.slot)
    this.#enter()
    const array = new Array<unknown>(length)
    for (let i = 0; i < length; i++) array[i] = this.value()
    this.#depth--
    return array
  }

  #text(length: number): string {
    const start = this.#position
    const end = start + length
    if (end > this.#end) throw cutShort()
    this.#position = end
    return length < 16 ? this.#shortText(start, end) : utf8FromBytes(this.#bytes, start, end)
  }

  /** Up to here building the string costs less than the crossing into native code. */
  #shortText(start: number, end: number): string {
    const bytes = this.#bytes
    let text = ''
    let i = start
    for (; i + 4 <= end; i += 4) {
      const a = bytes[i]!
      const b = bytes[i + 1]!
      const c = bytes[i + 2]!
      const d = bytes[i + 3]!
      if ((a | b | c | d) >= 0x80) return utf8FromBytes(bytes, start, end)
      text += String.fromCharCode(a, b, c, d)
    }
    for (; i < end; i++) {
      const byte = bytes[i]!
      if (byte >= 0x80) return utf8FromBytes(bytes, start, end)
      text += String.fromCharCode(byte)
    }
    return text
  }

  #key(): string {
    const token = this.#bytes[this.#position]!
    if (token > 0xa0 && token <= 0xa0 + cachedKeyBytesMax) {
      const start = this.#position + 1
      const end = start + token - 0xa0
      if (end > this.#end) throw cutShort()
      const key = this.#keys.get(this.#bytes, start, end)
      if (key !== undefined) {
        this.#position = end
        return key
      }
    }
    return this.string()
  }

  #binary(length: number): Uint8Array {
    this.charge(costs.binary)
    return this.#copy(length)
  }

  #copy(length: number): Uint8Array<ArrayBuffer> {
    this.#need(length)
    const copy = new Uint8Array(length)
    copy.set(this.#bytes.subarray(this.#position, this.#position += length))
    return copy
  }

  #float32(): number {
    const bits = this.#unsigned(4)
    this.#eightView.setUint32(0, bits)
    return this.#eightView.getFloat32(0)
  }

  #int64(isSigned: boolean): bigint {
    this.charge(costs.leaf)
    this.#need(8)
    this.#copyEight()
    return isSigned ? this.#eightView.getBigInt64(0) : this.#eightView.getBigUint64(0)
  }

  #copyEight(): void {
    // A view of the whole input would cost more than these eight bytes, for every value.
    for (let i = 0; i < 8; i++) this.#eight[i] = this.#bytes[this.#position++]!
  }

  #unsigned(length: 1 | 2 | 4): number {
    this.#need(length)
    const bytes = this.#bytes
    if (length === 1) return bytes[this.#position++]!
    const high = bytes[this.#position++]! << 8 | bytes[this.#position++]!
    if (length === 2) return high
    return (high * 0x1_0000 + (bytes[this.#position++]! << 8 | bytes[this.#position++]!)) % twoTo32
  }

  /** A value of `length` bytes of an extension type; what it holds ends with it. */
  #extension(length: number): unknown {
    const type = this.byte()
    this.#need(length)
    const outerEnd = this.#end
    this.#end = this.#position + length
    this.#enter()
    const value = this.#extensionValue(type)
    if (this.#position !== this.#end) throw new SerializationError('the value of a type is followed by more bytes')
    this.#depth--
    this.#end = outerEnd
    return value
  }

  #extensionValue(type: number): unknown {
    if (type === 0) {
      if (this.#end - this.#position !== 1 || this.byte() !== 0) throw new SerializationError('malformed undefined')
      return undefined
    }
    if (type === typeByName) {
      const name = this.string()
      const registered = this.#registry.withName(name)
      if (registered === undefined) throw new SerializationError(`the name ${JSON.stringify(name)} is not registered here`)
      return this.#instance(registered)
    }
    if (type !== typeById) throw new SerializationError(`extension type ${type} is not known`)
    const id = this.varint()
    if (id >= reservedIdMin && id <= reservedIdMax) return readBuiltin(this, id)
    const registered = this.#registry.withId(id)
    if (registered === undefined) throw new SerializationError(`the id ${id} is not registered here`)
    return this.#instance(registered)
  }

  #instance(registered: RegisteredType): unknown {
    if (registered.serializer === undefined) {
      const instance = Object.create(registered.prototype) as Record<string, unknown>
      const fields = this.fieldsOf()
      for (const key of Object.keys(fields)) {
        const value = fields[key]
        // What the class inherits is shadowed, never called: bytes must not reach a setter.
        if (key in instance) Object.defineProperty(instance, key, { value, enumerable: true, configurable: true, writable: true })
        else instance[key] = value
      }
      return instance
    }
    this.charge(costs.binary)
    const input = HeapBuffer.wrap(this.#bytes.subarray(this.#position, this.#end))
    const value = registered.serializer.read(input, this.#serializer)
    this.#position += input.position
    return value
  }

  /** After a value stands its padding, or nothing: or the next value, where more may follow. */
  #endOf(isWhole: boolean): void {
    if (this.#depth === 0 && this.#end - this.#position >= 6
      && this.#bytes[this.#position] === 0xc9 && this.#bytes[this.#position + 5] === typePadding) {
      this.#position++
      const length = this.#unsigned(4)
      this.#position++
      this.#need(length)
      this.#position += length
    }
    if (isWhole && this.#position < this.#end) {
      throw new SerializationError(`the value is followed by ${this.#end - this.#position} more bytes`)
    }
  }

  #need(length: number): void {
    if (length > this.#end - this.#position) throw cutShort()
  }

  #enter(): void {
    if (++this.#depth > this.#depthMax) throw new SerializationError(`the value is nested deeper than ${this.#depthMax} levels`)
  }
}

function cutShort(): SerializationError {
  return new SerializationError('the bytes end before the value does')
}
