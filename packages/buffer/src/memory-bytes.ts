import type { Endian } from './buffer-input.ts'
import type { Bytes } from './bytes.ts'
import type { MemoryBuffer } from './memory-buffer.ts'
import { checkCapacities } from './memory.ts'
import type { Memory } from './memory.ts'

/** {@link Bytes} of every kind: a buffer whose limit is the size. */
export abstract class MemoryBytes implements Bytes {
  /** Stands at its limit for good: a call without a place finds nothing there. */
  protected readonly buffer: MemoryBuffer
  readonly #memory: Memory

  /** Over memory that exists: applications call `allocate`. @param buffer over all of `memory`, and nobody else's. */
  constructor(memory: Memory, buffer: MemoryBuffer) {
    this.#memory = memory
    this.buffer = buffer
    this.#standAt(memory.size)
  }

  get size(): number {
    return this.buffer.limit
  }

  get endian(): Endian {
    return this.buffer.endian
  }

  get references(): number {
    return this.#memory.references
  }

  order(endian: Endian): this {
    this.buffer.order(endian)
    return this
  }

  resize(size: number): this {
    checkCapacities(size, this.#memory.sizeMax, this.#memory.sizeMax)
    this.#memory.resize(size)
    this.#standAt(size)
    return this
  }

  flush(): this {
    this.#memory.flush()
    return this
  }

  acquire(): this {
    this.#memory.acquire()
    return this
  }

  release(): boolean {
    return this.#memory.release()
  }

  close(): void {
    this.#memory.close()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  readBoolean(at: number): boolean {
    return this.buffer.readBoolean(at)
  }

  readInt8(at: number): number {
    return this.buffer.readInt8(at)
  }

  readUint8(at: number): number {
    return this.buffer.readUint8(at)
  }

  readInt16(at: number): number {
    return this.buffer.readInt16(at)
  }

  readUint16(at: number): number {
    return this.buffer.readUint16(at)
  }

  readInt24(at: number): number {
    return this.buffer.readInt24(at)
  }

  readUint24(at: number): number {
    return this.buffer.readUint24(at)
  }

  readInt32(at: number): number {
    return this.buffer.readInt32(at)
  }

  readUint32(at: number): number {
    return this.buffer.readUint32(at)
  }

  readInt64(at: number): bigint {
    return this.buffer.readInt64(at)
  }

  readUint64(at: number): bigint {
    return this.buffer.readUint64(at)
  }

  readSafeInteger(at: number): number {
    return this.buffer.readSafeInteger(at)
  }

  readFloat(at: number): number {
    return this.buffer.readFloat(at)
  }

  readDouble(at: number): number {
    return this.buffer.readDouble(at)
  }

  readVarint(at: number): number {
    return this.buffer.readVarint(at)
  }

  readString(at: number): string {
    return this.buffer.readString(at)
  }

  readUtf8(length: number, at: number): string {
    return this.buffer.readUtf8(length, at)
  }

  readLatin1(length: number, at: number): string {
    return this.buffer.readLatin1(length, at)
  }

  readBytes(length: number, at: number): Uint8Array {
    return this.buffer.readBytes(length, at)
  }

  readView(length: number, at: number): Uint8Array {
    return this.buffer.readView(length, at)
  }

  writeBoolean(value: boolean, at: number): this {
    this.buffer.writeBoolean(value, at)
    return this
  }

  writeInt8(value: number, at: number): this {
    this.buffer.writeInt8(value, at)
    return this
  }

  writeUint8(value: number, at: number): this {
    this.buffer.writeUint8(value, at)
    return this
  }

  writeInt16(value: number, at: number): this {
    this.buffer.writeInt16(value, at)
    return this
  }

  writeUint16(value: number, at: number): this {
    this.buffer.writeUint16(value, at)
    return this
  }

  writeInt24(value: number, at: number): this {
    this.buffer.writeInt24(value, at)
    return this
  }

  writeUint24(value: number, at: number): this {
    this.buffer.writeUint24(value, at)
    return this
  }

  writeInt32(value: number, at: number): this {
    this.buffer.writeInt32(value, at)
    return this
  }

  writeUint32(value: number, at: number): this {
    this.buffer.writeUint32(value, at)
    return this
  }

  writeInt64(value: bigint, at: number): this {
    this.buffer.writeInt64(value, at)
    return this
  }

  writeUint64(value: bigint, at: number): this {
    this.buffer.writeUint64(value, at)
    return this
  }

  writeSafeInteger(value: number, at: number): this {
    this.buffer.writeSafeInteger(value, at)
    return this
  }

  writeFloat(value: number, at: number): this {
    this.buffer.writeFloat(value, at)
    return this
  }

  writeDouble(value: number, at: number): this {
    this.buffer.writeDouble(value, at)
    return this
  }

  writeVarint(value: number, at: number): this {
    this.buffer.writeVarint(value, at)
    return this
  }

  writeString(text: string, at: number): this {
    this.buffer.writeString(text, at)
    return this
  }

  writeUtf8(text: string, at: number): this {
    this.buffer.writeUtf8(text, at)
    return this
  }

  writeLatin1(text: string, at: number): this {
    this.buffer.writeLatin1(text, at)
    return this
  }

  writeBytes(bytes: Uint8Array, at: number): this {
    this.buffer.writeBytes(bytes, at)
    return this
  }

  #standAt(size: number): void {
    this.buffer.clear()
    this.buffer.limit = size
    this.buffer.position = size
  }
}
