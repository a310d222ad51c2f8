import { HeapBuffer } from '@copycat/buffer'
import type { BufferInput, ReferenceCounted } from '@copycat/buffer'
import { hiddenErrorFields } from './builtin-classes.ts'
import { ChunkReader, copiedSliceMax, cutShort, runMin } from './chunk-reader.ts'
import { SerializationError } from './errors.ts'
import {
  allocationFactor, allocationFree, costs, holePayload, reservedIdMax, reservedIdMin, sharedMarkBytes, typeById, typeByName, typePadding,
  typeReference, typeShared, undefinedPayload,
} from './format.ts'
import type { SerializerOptions } from './options.ts'
import type { RegisteredType } from './registered-type.ts'
import type { Serializer } from './serializer.ts'
import type { TypeRegistry } from './type-registry.ts'

/** What is put aside while a value inside a type's own serializer is read. */
interface OuterRead {
  readonly bytes: Uint8Array
  readonly position: number
  readonly end: number
  readonly depth: number
  readonly objects: Map<number, object> | undefined
  readonly base: number
  readonly input: BufferInput | undefined
  readonly inputOffset: number
}

/**
 * Reads what `ValueWriter` wrote, and any MessagePack of plain values. All that is allocated is charged against a budget:
 * hostile bytes end in an error. Re-entrant, because a type's own serializer may call back.
 */
export class ValueReader extends ChunkReader {
  readonly #serializer: Serializer
  readonly #registry: TypeRegistry
  readonly #depthMax: number
  readonly #sizeMax: number
  #depth = 0
  #budget = 0
  /** The objects read so far by their offsets, where the value says that it has references. */
  #objects: Map<number, object> | undefined
  /** The position that offsets count from. */
  #base = 0
  /** What the innermost of the types' own serializers reads from, and the offset of the first byte there. */
  #input: BufferInput | undefined
  #inputOffset = 0
  /** Taken from their pools for the value that is being read. */
  #acquired: ReferenceCounted[] = []

  constructor(serializer: Serializer, registry: TypeRegistry, { depthMax, sizeMax }: Required<SerializerOptions>) {
    super()
    this.#serializer = serializer
    this.#registry = registry
    this.#depthMax = depthMax
    this.#sizeMax = sizeMax
  }

  /** How many bytes the last {@link read} took. */
  consumed = 0

  /**
   * The value that starts at `start`; the bytes may hold more values behind it when `isWhole` is false.
   * `consumed` then says where it ended.
   */
  read(bytes: Uint8Array, start: number, end: number, isWhole: boolean): unknown {
    if (this.#depth > 0) return this.#readInside(bytes, start, end, isWhole, undefined)
    this.#budget = (end - start) * allocationFactor + allocationFree
    this.use(bytes)
    try {
      return this.#readRange(start, end, isWhole, undefined)
    } catch (error) {
      this.#depth = 0
      for (const object of this.#acquired) if (object.references > 0) object.release()
      throw error
    } finally {
      this.#objects = undefined
      this.#acquired = this.#acquired.length > 0 ? [] : this.#acquired
      this.use()
    }
  }

  /** The next value of `input`, whose position moves behind it. */
  readFrom(input: BufferInput): unknown {
    const isInside = this.#depth > 0 && input === this.#input
    // An older version wrote less than this one reads.
    if (isInside && input.remaining === 0) return undefined
    const offset = isInside ? this.#inputOffset + input.position : undefined
    let bytes: Uint8Array
    try {
      bytes = input.readView(input.remaining, input.position)
    } catch (cause) {
      throw new SerializationError('the input has a limit beyond its bytes: flip it before reading', cause)
    }
    const value = this.#depth > 0 ? this.#readInside(bytes, 0, bytes.length, false, offset) : this.read(bytes, 0, bytes.length, false)
    input.skip(this.consumed)
    return value
  }

  value(): unknown {
    const at = this.position
    const token = this.byte()
    if (token < 0x80) return token
    if (token >= 0xe0) return token - 0x100
    if (token < 0x90) return this.#fieldsInto(this.remember(at, {}), token - 0x80)
    if (token < 0xa0) return this.#array(at, token - 0x90)
    if (token < 0xc0) return this.text(token - 0xa0)
    if (token === 0xcb) return this.float64()
    return this.#tokenValue(token, at)
  }

  /** A string, by its token. */
  string(): string {
    const value = this.value()
    if (typeof value !== 'string') throw new SerializationError('a string was expected')
    return value
  }

  /** A count of parts that take at least a byte each. */
  count(costOfEach: number): number {
    const count = this.varint()
    if (count > this.end - this.position) throw cutShort()
    this.charge(count * costOfEach)
    return count
  }

  charge(cost: number): void {
    this.#budget -= cost
    if (this.#budget < 0) throw new SerializationError(`the value would take more than ${allocationFactor} times its bytes of memory`)
  }

  /** Keeps an object for references to it; what refers to it may stand inside it. @param at position at which it starts. */
  remember<T extends object>(at: number, object: T): T {
    if (this.#objects !== undefined) {
      this.charge(costs.referable)
      this.#objects.set(at - this.#base, object)
    }
    return object
  }

  /** The fields that stand in the value of a type. */
  fieldsOf(target: Record<string, unknown> = {}): Record<string, unknown> {
    return this.#fieldsInto(target, this.#fieldCount())
  }

  #tokenValue(token: number, at: number): unknown {
    switch (token) {
      case 0xc0: return null
      case 0xc2: return false
      case 0xc3: return true
      case 0xc4: return this.#binary(at, this.unsigned(1))
      case 0xc5: return this.#binary(at, this.unsigned(2))
      case 0xc6: return this.#binary(at, this.unsigned(4))
      case 0xc7: return this.#extension(at, this.unsigned(1))
      case 0xc8: return this.#extension(at, this.unsigned(2))
      case 0xc9: return this.#extension(at, this.unsigned(4))
      case 0xca: return this.float32()
      case 0xcc: return this.unsigned(1)
      case 0xcd: return this.unsigned(2)
      case 0xce: return this.unsigned(4)
      case 0xcf: return this.#bigint(false)
      case 0xd0: return this.unsigned(1) << 24 >> 24
      case 0xd1: return this.unsigned(2) << 16 >> 16
      case 0xd2: return this.unsigned(4) | 0
      case 0xd3: return this.#bigint(true)
      case 0xd4: return this.#fixedExtension(at, 1)
      case 0xd5: return this.#fixedExtension(at, 2)
      case 0xd6: return this.#fixedExtension(at, 4)
      case 0xd9: return this.text(this.unsigned(1))
      case 0xda: return this.text(this.unsigned(2))
      case 0xdb: return this.text(this.unsigned(4))
      case 0xdc: return this.#array(at, this.unsigned(2))
      case 0xdd: return this.#array(at, this.unsigned(4))
      case 0xde: return this.#fieldsInto(this.remember(at, {}), this.unsigned(2))
      case 0xdf: return this.#fieldsInto(this.remember(at, {}), this.unsigned(4))
      default: throw new SerializationError(`byte 0x${token.toString(16)} starts no value`)
    }
  }

  #array(at: number, length: number): unknown[] {
    if (length > this.end - this.position) throw cutShort()
    this.charge(costs.array + length * costs.slot)
    this.#enter()
    const array = this.remember(at, new Array<unknown>(length))
    for (let i = 0; i < length; i++) {
      const token = this.bytes[this.position]!
      if (length >= runMin) {
        const next = token === 0xcb ? this.floats(array, i) : token > 0xa0 && token <= 0xa0 + copiedSliceMax ? this.shortTexts(array, i) : i
        if (next > i) {
          i = next - 1
          continue
        }
      }
      if (token < 0x80 && this.position < this.end) {
        this.position++
        array[i] = token
      } else if (token === 0xcd && this.position + 3 <= this.end) {
        array[i] = this.bytes[this.position + 1]! << 8 | this.bytes[this.position + 2]!
        this.position += 3
      } else if (token !== 0xd4 || !this.#isHole()) {
        array[i] = this.value()
      }
    }
    this.#depth--
    return array
  }

  /** Whether a hole stands here; it is passed then. */
  #isHole(): boolean {
    const at = this.position
    if (at + 3 > this.end || this.bytes[at + 1] !== 0 || this.bytes[at + 2] !== holePayload) return false
    this.position = at + 3
    return true
  }

  #fieldsInto(target: Record<string, unknown>, count: number): Record<string, unknown> {
    if (count * 2 > this.end - this.position) throw cutShort()
    this.charge(costs.object + count * costs.slot)
    this.#enter()
    for (let i = 0; i < count; i++) {
      const key = this.shortKey() ?? this.string()
      const value = this.value()
      // Assignment to this key would set the prototype.
      if (key === '__proto__') define(target, key, value)
      else target[key] = value
    }
    this.#depth--
    return target
  }

  #fieldCount(): number {
    const token = this.byte()
    if ((token & 0xf0) === 0x80) return token - 0x80
    if (token === 0xde) return this.unsigned(2)
    if (token === 0xdf) return this.unsigned(4)
    throw new SerializationError('fields were expected')
  }

  #binary(at: number, length: number): Uint8Array {
    this.charge(costs.binary)
    return this.remember(at, this.copy(length))
  }

  #bigint(isSigned: boolean): bigint {
    this.charge(costs.leaf)
    return this.int64(isSigned)
  }

  #fixedExtension(at: number, length: 1 | 2 | 4): unknown {
    const type = this.byte()
    if (type === typeReference) return this.#referred(this.unsigned(length))
    if (type === 0 && length === 1 && this.byte() === undefinedPayload) return undefined
    this.position = at + 1
    return this.#extension(at, length)
  }

  #referred(offset: number): object {
    const object = this.#objects?.get(offset)
    if (object === undefined) throw new SerializationError(`no object that could be referred to starts at ${offset}`)
    return object
  }

  /** A value of `length` bytes of an extension type; what it holds ends with it. */
  #extension(at: number, length: number): unknown {
    const type = this.byte()
    this.need(length)
    const outerEnd = this.end
    this.end = this.position + length
    this.#enter()
    const value = this.#extensionValue(type, at)
    if (this.position !== this.end) throw new SerializationError('the value of a type is followed by more bytes')
    this.#depth--
    this.end = outerEnd
    return value
  }

  #extensionValue(type: number, at: number): unknown {
    if (type === typeByName) {
      const name = this.string()
      const registered = this.#registry.withName(name)
      if (registered === undefined) throw new SerializationError(`the name ${JSON.stringify(name)} is not registered here`)
      return this.#instance(registered, at)
    }
    if (type !== typeById) throw new SerializationError(`extension type ${type} is not known here, or not in this place`)
    const id = this.varint()
    if (id >= reservedIdMin && id <= reservedIdMax) {
      const builtin = this.#registry.builtinWithId(id)
      if (builtin === undefined) throw new SerializationError(`the id ${id} is no built-in type that is known here`)
      this.charge(builtin.cost)
      return builtin.read(this, at)
    }
    const registered = this.#registry.withId(id)
    if (registered === undefined) throw new SerializationError(`the id ${id} is not registered here`)
    return this.#instance(registered, at)
  }

  #instance(registered: RegisteredType, at: number): unknown {
    const { serializer, methods } = registered
    if (serializer !== undefined) {
      const value = this.#body(input => serializer.read(input, this.#serializer))
      return typeof value === 'object' && value !== null ? this.remember(at, value) : value
    }
    const instance = registered.create()
    if (registered.isPooled) this.#acquired.push(instance as ReferenceCounted)
    this.remember(at, instance)
    if (methods === undefined) this.#instanceFields(registered, instance as Record<string, unknown>)
    else this.#body(input => methods.readObject.call(instance, input, this.#serializer))
    return instance
  }

  /** Sets the fields of an instance. What the class inherits is shadowed, never called: bytes must not reach a setter. */
  #instanceFields({ fields: known, isError, isPooled }: RegisteredType, instance: Record<string, unknown>): void {
    const count = this.#fieldCount()
    if (count * 2 > this.end - this.position) throw cutShort()
    this.charge((isError ? costs.error : 0) + costs.object + count * costs.slot)
    this.#enter()
    // What is left of an earlier life, or missing in the bytes of an older version.
    for (const key of isPooled ? Object.keys(instance) : []) if (known?.has(key) !== false) instance[key] = undefined
    for (const key of known ?? []) define(instance, key, undefined)
    for (let i = 0; i < count; i++) {
      const key = this.shortKey() ?? this.string()
      const value = this.value()
      if (known?.has(key) === false && !(isError && hiddenErrorFields.includes(key))) continue
      if (isError && hiddenErrorFields.includes(key)) Object.defineProperty(instance, key, { value, configurable: true, writable: true, enumerable: false })
      else if (key in instance) define(instance, key, value)
      else instance[key] = value
    }
    this.#depth--
  }

  /** Lets a type's own serializer read its bytes. What it leaves was added by a newer version. */
  #body<T>(read: (input: BufferInput) => T): T {
    this.charge(costs.binary)
    const outer = this.#input
    const outerOffset = this.#inputOffset
    const input = HeapBuffer.wrap(this.bytes.subarray(this.position, this.end))
    this.#input = input
    this.#inputOffset = this.position - this.#base
    const value = read(input)
    this.#input = outer
    this.#inputOffset = outerOffset
    this.position = this.end
    return value
  }

  /** A value inside a type's own serializer. @param offset where it starts; undefined when it is apart from the outer value. */
  #readInside(bytes: Uint8Array, start: number, end: number, isWhole: boolean, offset: number | undefined): unknown {
    const outer: OuterRead = {
      bytes: this.bytes, position: this.position, end: this.end, depth: this.#depth, objects: this.#objects, base: this.#base,
      input: this.#input, inputOffset: this.#inputOffset,
    }
    this.use(bytes)
    try {
      return this.#readRange(start, end, isWhole, offset)
    } catch (error) {
      this.#depth = outer.depth
      throw error
    } finally {
      this.use(outer.bytes)
      this.position = outer.position
      this.end = outer.end
      this.#objects = outer.objects
      this.#base = outer.base
      this.#input = outer.input
      this.#inputOffset = outer.inputOffset
    }
  }

  #readRange(start: number, end: number, isWhole: boolean, offset: number | undefined): unknown {
    if (isWhole && end - start > this.#sizeMax) throw new SerializationError(`${end - start} bytes are more than ${this.#sizeMax} (option sizeMax)`)
    this.position = start
    this.end = Math.min(end, start + this.#sizeMax)
    if (offset === undefined) this.#startReferences()
    else this.#base = start - offset
    try {
      const value = this.value()
      if (this.position < this.end) this.#endOf(isWhole, offset === undefined)
      this.consumed = this.position - start
      return value
    } catch (error) {
      if (error instanceof SerializationError) throw error
      throw new SerializationError(`not a serialized value: ${error instanceof Error ? error.message : String(error)}`, error)
    }
  }

  /** Passes the mark of a value with references. */
  #startReferences(): void {
    const { bytes, position } = this
    this.#objects = undefined
    if (bytes[position] !== 0xd4 || position + sharedMarkBytes > this.end || bytes[position + 1] !== typeShared || bytes[position + 2] !== 0) return
    this.#objects = new Map()
    this.#base = this.position += sharedMarkBytes
  }

  /** After a value stands its padding, or nothing: or the next value, where more may follow. */
  #endOf(isWhole: boolean, mayHavePadding: boolean): void {
    if (mayHavePadding && this.end - this.position >= 6
      && this.bytes[this.position] === 0xc9 && this.bytes[this.position + 5] === typePadding) {
      this.position++
      const length = this.unsigned(4)
      this.position++
      this.need(length)
      this.position += length
    }
    if (isWhole && this.position < this.end) {
      throw new SerializationError(`the value is followed by ${this.end - this.position} more bytes`)
    }
  }

  #enter(): void {
    if (++this.#depth > this.#depthMax) throw new SerializationError(`the value is nested deeper than ${this.#depthMax} levels`)
  }
}

function define(target: object, key: string, value: unknown): void {
  Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true })
}
