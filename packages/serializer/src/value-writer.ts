import { HeapBuffer, isWellFormed } from '@copycat/buffer'
import type { BufferOutput } from '@copycat/buffer'
import type { BuiltinType } from './builtin-type.ts'
import { hiddenErrorFields } from './builtin-classes.ts'
import { ChunkWriter } from './chunk-writer.ts'
import { SerializationError } from './errors.ts'
import {
  allocationFactor, allocationFree, builtinIds, costs, holePayload, sharedMarkBytes, typeById, typeByName, typePadding, typeReference, typeShared,
  undefinedPayload,
} from './format.ts'
import type { SerializerOptions } from './options.ts'
import type { RegisteredType } from './registered-type.ts'
import type { Serializer } from './serializer.ts'
import type { TypeRegistry } from './type-registry.ts'
import { WrittenReferences } from './written-references.ts'

const int64Max = 2n ** 63n
const uint64Max = 2n ** 64n
const nodeBufferPrototype: object | undefined = globalThis.Buffer?.prototype as object | undefined
/** The offset of an object whose own serializer is still at work: there is nothing yet that a reader could refer to. */
const unfinished = -1

/**
 * Writes values as MessagePack. One pass: what is checked is what is written. Re-entrant, because a type's own serializer
 * may call back: inner results lie above the outer one's bytes.
 */
export class ValueWriter extends ChunkWriter {
  readonly #serializer: Serializer
  readonly #registry: TypeRegistry
  readonly #depthMax: number
  readonly #keepReferences: boolean
  #references: WrittenReferences | undefined
  /** The position in the chunk that offsets count from; not in it for values that a type's own serializer writes. */
  #base = 0
  #depth = 0
  #cost = 0
  /** Where the innermost of the types' own serializers writes to, and the offset of the first byte there. */
  #output: BufferOutput | undefined
  #outputOffset = 0
  readonly #idleOutputs: HeapBuffer[] = []

  constructor(serializer: Serializer, registry: TypeRegistry, { depthMax, sizeMax, keepReferences }: Required<SerializerOptions>) {
    super(sizeMax)
    this.#serializer = serializer
    this.#registry = registry
    this.#depthMax = depthMax
    this.#keepReferences = keepReferences
    this.#references = keepReferences ? new WrittenReferences() : undefined
  }

  /** The bytes of `value`: a view of a chunk that holds other results too, never written again. */
  encode(value: unknown): Uint8Array {
    if (this.#depth > 0) return this.#encodeApart(value)
    this.begin()
    const { start } = this
    this.#cost = 0
    try {
      const from = this.#writeWhole(value)
      this.#pad(from, this.#cost)
      return this.finish(from)
    } catch (error) {
      this.position = start
      this.#depth = 0
      throw error
    } finally {
      this.#references?.clear()
    }
  }

  /** The bytes of `value` where they are to be written to `output` next. */
  encodeFor(value: unknown, output: BufferOutput): Uint8Array {
    if (this.#depth === 0 || output !== this.#output) return this.encode(value)
    const start = this.position
    const base = this.#base
    this.#base = start - this.#outputOffset - output.position
    try {
      return this.#scratch(() => this.write(value))
    } catch (error) {
      // Whoever catches this may go on: what was met is not all written.
      this.#references?.clear()
      throw error
    } finally {
      this.#base = base
    }
  }

  write(value: unknown): void {
    switch (typeof value) {
      case 'string': return this.writeString(value)
      case 'number': return this.writeNumber(value)
      case 'boolean': return this.byte(value ? 0xc3 : 0xc2)
      case 'undefined': return this.#writeFixed(undefinedPayload)
      case 'bigint': return this.#writeBigint(value)
      case 'object': return value === null ? this.byte(0xc0) : this.#writeObject(value)
      default: throw new SerializationError(`cannot serialize a ${typeof value}`)
    }
  }

  writeString(text: string): void {
    if (this.writeShortAscii(text)) return
    const at = this.position
    // More bytes than characters: only then can there be a lone surrogate.
    if (this.writeAnyText(text) === text.length || isWellFormed(text)) return
    this.position = at
    this.#writeBuiltin(this.#builtin(builtinIds.illFormedString, 'a string with a lone surrogate'), text)
  }

  charge(cost: number): void {
    this.#cost += cost
  }

  /** These string-keyed fields, in this order. */
  writeFields(value: object, keys: readonly string[]): void {
    const count = keys.length
    this.#cost += costs.object + count * costs.slot
    this.room(5)
    if (count < 0x10) this.bytes[this.position++] = 0x80 | count
    else this.head(0xde, count, 0x1_0000)
    for (let i = 0; i < count; i++) {
      const key = keys[i]!
      this.writeString(key)
      this.write((value as Record<string, unknown>)[key])
    }
  }

  #writeObject(value: object): void {
    if (this.#references !== undefined && this.#writeReference(this.#references, value)) return
    const prototype = Object.getPrototypeOf(value) as object | null
    if (prototype === Object.prototype || prototype === null) {
      this.#enter()
      this.writeFields(value, Object.keys(value))
      this.#depth--
    } else if (prototype === Array.prototype && Array.isArray(value)) {
      this.#writeArray(value)
    } else if (prototype === Uint8Array.prototype || prototype === nodeBufferPrototype) {
      this.#cost += costs.binary
      this.writeBinary(value as Uint8Array)
    } else {
      this.#writeTyped(value, prototype)
    }
  }

  #writeTyped(value: object, prototype: object): void {
    const registered = this.#registry.withPrototype(prototype)
    if (registered !== undefined) return this.#writeRegistered(registered, value)
    const builtin = this.#registry.builtinWithPrototype(prototype)
    if (builtin !== undefined) return this.#writeBuiltin(builtin, value)
    const name = nameOf(prototype)
    throw new SerializationError(`class ${name} is not registered: call serializer.register(${name}) or `
      + `serializer.register(${name}, id) on every client and server before it is used`)
  }

  #writeBuiltin(type: BuiltinType, value: unknown): void {
    const lengthAt = this.#beginExtension()
    this.byte(typeById)
    this.varint(type.id)
    this.#cost += type.cost
    type.write(this, value as never)
    this.#endExtension(lengthAt)
  }

  #writeRegistered(registered: RegisteredType, value: object): void {
    const offset = this.position - this.#base
    const lengthAt = this.#beginExtension()
    const { id, serializer, methods } = registered
    this.byte(id === undefined ? typeByName : typeById)
    if (id === undefined) this.writeString(registered.name)
    else this.varint(id)
    if (serializer !== undefined) {
      this.#references?.move(value, unfinished)
      this.#writeBody(output => serializer.write(value, output, this.#serializer))
      this.#references?.move(value, offset)
    } else if (methods !== undefined) {
      this.#writeBody(output => methods.writeObject.call(value, output, this.#serializer))
    } else {
      this.writeFields(value, keysOf(registered, value))
      if (registered.isError) this.#cost += costs.error
    }
    this.#endExtension(lengthAt)
  }

  #writeBody(write: (output: BufferOutput) => void): void {
    const outer = this.#output
    const outerOffset = this.#outputOffset
    const output = this.#idleOutputs.pop() ?? HeapBuffer.allocate(256)
    this.#output = output
    this.#outputOffset = this.position - this.#base
    this.#cost += costs.binary
    try {
      write(output)
      this.raw(output.bytes.subarray(0, output.position))
      // One that has grown, or was left in another state, is not kept.
      if (output.capacity <= 4096 && output.endian === 'little' && output.limit === output.maxCapacity) this.#idleOutputs.push(output.clear())
    } finally {
      this.#output = outer
      this.#outputOffset = outerOffset
    }
  }

  #writeArray(value: readonly unknown[]): void {
    this.#enter()
    const length = value.length
    this.#cost += costs.array + length * costs.slot
    this.room(5)
    if (length < 0x10) this.bytes[this.position++] = 0x90 | length
    else this.head(0xdc, length, 0x1_0000)
    for (let i = 0; i < length; i++) {
      const item = value[i]
      if (item === undefined && !Object.hasOwn(value, i)) this.#writeFixed(holePayload)
      else this.write(item)
    }
    this.#depth--
  }

  /** An extension of type 0 with one byte. */
  #writeFixed(payload: number): void {
    this.room(3)
    this.bytes[this.position++] = 0xd4
    this.bytes[this.position++] = 0
    this.bytes[this.position++] = payload
  }

  #writeBigint(value: bigint): void {
    if (value >= -int64Max && value < uint64Max) {
      this.room(9)
      this.bytes[this.position] = value < int64Max ? 0xd3 : 0xcf
      this.view.setBigUint64(this.position + 1, BigInt.asUintN(64, value))
      this.position += 9
      this.#cost += costs.leaf
      return
    }
    this.#writeBuiltin(this.#builtin(builtinIds.bigint, 'a bigint beyond 64 bits'), value)
  }

  #builtin(id: number, what: string): BuiltinType {
    const type = this.#registry.builtinWithId(id)
    if (type === undefined) throw new SerializationError(`cannot serialize ${what} without PrimitiveTypeResolver`)
    return type
  }

  /** Writes where `value` was written before; false when it was not, and notes that it is written here. */
  #writeReference(references: WrittenReferences, value: object): boolean {
    const offset = references.find(value, this.position - this.#base)
    if (offset === undefined) return false
    if (offset === unfinished) {
      throw new SerializationError(`a ${nameOf(Object.getPrototypeOf(value) as object)} contains itself: give the class writeObject and readObject instead of a TypeSerializer`)
    }
    this.room(6)
    const width = offset < 0x100 ? 1 : offset < 0x1_0000 ? 2 : 4
    const token = width === 4 ? 0xd6 : 0xd3 + width
    this.bytes[this.position] = token
    this.bytes[this.position + 1] = typeReference
    if (width === 1) this.bytes[this.position + 2] = offset
    else if (width === 2) this.view.setUint16(this.position + 2, offset)
    else this.view.setUint32(this.position + 2, offset)
    this.position += 2 + width
    return true
  }

  /** Starts a value of a type: its length is not known yet; {@link #endExtension} with the result fills it in. */
  #beginExtension(): number {
    this.#enter()
    this.room(6)
    this.bytes[this.position] = 0xc9
    this.position += 5
    return this.position - 4
  }

  #endExtension(lengthAt: number): void {
    this.view.setUint32(lengthAt, this.position - lengthAt - 5)
    this.#depth--
  }

  #enter(): void {
    if (++this.#depth > this.#depthMax) {
      throw new SerializationError(`the value is nested deeper than ${this.#depthMax} levels, or contains itself`)
    }
  }

  /** Writes a value with references of its own. @returns where it starts: behind the room for the mark, if there are none. */
  #writeWhole(value: unknown): number {
    if (this.#references === undefined) {
      const start = this.position
      this.write(value)
      return start
    }
    this.room(sharedMarkBytes)
    const start = this.position
    this.#base = this.position += sharedMarkBytes
    this.write(value)
    if (!this.#references.isShared) return this.#base
    this.bytes[start] = 0xd4
    this.bytes[start + 1] = typeShared
    this.bytes[start + 2] = 0
    this.#cost += this.#references.count * costs.referable
    return start
  }

  /** A value inside a type's own serializer that is not written to its output: nothing is known of where its bytes go. */
  #encodeApart(value: unknown): Uint8Array {
    const base = this.#base
    const references = this.#references
    const output = this.#output
    const cost = this.#cost
    if (this.#keepReferences) this.#references = new WrittenReferences()
    this.#output = undefined
    try {
      return this.#scratch(() => {
        const from = this.#writeWhole(value)
        this.#pad(from, this.#cost - cost)
        return from
      })
    } finally {
      this.#base = base
      this.#references = references
      this.#output = output
    }
  }

  /** What `write` writes, as a copy; it returns where that starts, if not where it was called. */
  #scratch(write: () => number | void): Uint8Array {
    const start = this.position
    const depth = this.#depth
    try {
      const from = write() ?? start
      return this.bytes.slice(from, this.position)
    } finally {
      this.position = start
      this.#depth = depth
    }
  }

  /** Adds bytes to the value that starts at `from`, until a reader of all of them may spend `cost`. */
  #pad(from: number, cost: number): void {
    if (cost <= allocationFree) return
    const missing = Math.ceil((cost - allocationFree) / allocationFactor) - (this.position - from)
    if (missing <= 0) return
    this.room(missing + 6)
    this.bytes[this.position] = 0xc9
    this.view.setUint32(this.position + 1, missing)
    this.bytes[this.position + 5] = typePadding
    this.bytes.fill(0, this.position + 6, this.position + 6 + missing)
    this.position += 6 + missing
  }
}

/** The fields of an instance that are written. */
function keysOf({ fields, isError }: RegisteredType, value: object): readonly string[] {
  const keys = fields === undefined ? Object.keys(value) : [...fields].filter(key => Object.hasOwn(value, key))
  if (!isError) return keys
  return [...hiddenErrorFields.filter(key => Object.hasOwn(value, key) && !keys.includes(key)), ...keys]
}

function nameOf(prototype: object): string {
  const { constructor } = prototype as { constructor?: unknown }
  return typeof constructor === 'function' && constructor.name !== '' ? constructor.name : '(anonymous)'
}
