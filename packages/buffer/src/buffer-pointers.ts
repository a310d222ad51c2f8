import type { Endian } from './buffer-input.ts'
import { BufferOverflowError, BufferUnderflowError, ReadOnlyBufferError } from './errors.ts'
import type { Memory } from './memory.ts'
import type { ReferenceCounted } from './reference-counted.ts'

/** Position, limit and mark over a {@link Memory}, and the one place where the bounds of an access are checked. */
export abstract class BufferPointers implements ReferenceCounted {
  protected readonly memory: Memory
  /** Byte of the memory that is byte 0 here: slices begin further on. */
  protected readonly base: number
  protected littleEndian = true
  #position = 0
  #limit: number
  #mark = 0
  #readOnly = false
  readonly #maxCapacity: number

  /**
   * Over memory that exists: for allocators. Applications call `allocate` or `wrap`.
   * @param base byte of the memory that is byte 0 here.
   */
  constructor(memory: Memory, base = 0, maxCapacity: number = memory.sizeMax) {
    this.memory = memory
    this.base = base
    this.#maxCapacity = maxCapacity
    this.#limit = maxCapacity
  }

  get position(): number {
    return this.#position
  }

  set position(position: number) {
    if (!Number.isInteger(position) || position < 0 || position > this.#limit) {
      throw new RangeError(`position ${position} is not in 0 to ${this.#limit}`)
    }
    this.#position = position
    if (this.#mark > position) this.#mark = 0
  }

  get limit(): number {
    return this.#limit
  }

  set limit(limit: number) {
    if (!Number.isInteger(limit) || limit < this.#position || limit > this.#maxCapacity) {
      throw new RangeError(`limit ${limit} is not in ${this.#position} to ${this.#maxCapacity}`)
    }
    this.#limit = limit
  }

  get capacity(): number {
    this.memory.refresh()
    return Math.min(this.#maxCapacity, Math.max(0, this.memory.size - this.base))
  }

  get maxCapacity(): number {
    return this.#maxCapacity
  }

  get remaining(): number {
    return this.#limit - this.#position
  }

  get isReadOnly(): boolean {
    return this.#readOnly
  }

  get endian(): Endian {
    return this.littleEndian ? 'little' : 'big'
  }

  get references(): number {
    return this.memory.references
  }

  order(endian: Endian): this {
    this.littleEndian = endian === 'little'
    return this
  }

  mark(): this {
    this.#mark = this.#position
    return this
  }

  reset(): this {
    this.#position = this.#mark
    return this
  }

  flip(): this {
    this.#limit = this.#position
    return this.rewind()
  }

  rewind(): this {
    this.#position = 0
    this.#mark = 0
    return this
  }

  clear(): this {
    this.#limit = this.#maxCapacity
    return this.rewind()
  }

  skip(length: number): this {
    if (!Number.isInteger(length) || length < 0) throw new RangeError(`cannot skip ${length} bytes`)
    const end = this.#position + length
    if (end > this.#limit) throw new BufferOverflowError({ position: this.#position, limit: this.#limit, length })
    this.#position = end
    return this
  }

  slice(length?: number): this {
    this.memory.requireOpen()
    const available = Math.max(0, this.readLimit() - this.#position)
    const wanted = length ?? available
    if (!Number.isInteger(wanted) || wanted < 0 || wanted > available) {
      throw new BufferUnderflowError({ position: this.#position, limit: this.#position + available, length: wanted })
    }
    const slice = this.over(this.base + this.#position, wanted)
    slice.littleEndian = this.littleEndian
    slice.#readOnly = this.#readOnly
    return slice
  }

  duplicate(): this {
    this.memory.requireOpen()
    const twin = this.over(this.base, this.#maxCapacity)
    twin.#position = this.#position
    twin.#limit = this.#limit
    twin.#mark = this.#mark
    twin.littleEndian = this.littleEndian
    twin.#readOnly = this.#readOnly
    return twin
  }

  asReadOnly(): this {
    const twin = this.duplicate()
    twin.#readOnly = true
    return twin
  }

  flush(): this {
    this.memory.flush()
    return this
  }

  acquire(): this {
    this.memory.acquire()
    return this
  }

  release(): boolean {
    return this.memory.release()
  }

  close(): void {
    this.memory.close()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  /** Another one of the same kind over the same memory. */
  protected abstract over(base: number, maxCapacity: number): this

  /** First byte that cannot be read. */
  protected readLimit(): number {
    return Math.min(this.#limit, this.capacity)
  }

  /**
   * Checks a read of `length` bytes, moves the position behind them unless `at` is given, and says where in the window they are.
   * Whatever is out of the ordinary is left to {@link #readSlowly}, so that engines inline this.
   */
  protected reading(length: number, at: number | undefined): number {
    const from = at ?? this.#position
    const end = from + length
    const { memory, base } = this
    // The bit operations refuse fractions, NaN and what is beyond 2^31; the rest is as cheap as it can be.
    if ((from | 0) === from && (end | 0) === end && from >= 0 && end <= this.#limit && length >= 0
      && base + from >= memory.start && base + end <= memory.end) {
      if (at === undefined) this.#position = end
      return base + from - memory.start
    }
    return this.#readSlowly(length, at)
  }

  /** {@link reading} for writes: grows for them. */
  protected writing(length: number, at: number | undefined): number {
    const from = at ?? this.#position
    const end = from + length
    const { memory, base } = this
    if ((from | 0) === from && (end | 0) === end && from >= 0 && end <= this.#limit && length >= 0
      && base + from >= memory.start && base + end <= memory.writeEnd && !this.#readOnly) {
      if (at === undefined) this.#position = end
      return base + from - memory.start
    }
    return this.#writeSlowly(length, at)
  }

  /** How many bytes from `from` can be written without growing and without moving the window; 0 where none. */
  protected room(from: number): number {
    const { memory, base } = this
    if (this.#readOnly || base + from < memory.start) return 0
    return Math.min(this.#limit, memory.writeEnd - base) - from
  }

  /** Moves the position to `position`, which was checked, unless the access was absolute. */
  protected advance(position: number, at: number | undefined): void {
    if (at === undefined) this.#position = position
  }

  #readSlowly(length: number, at: number | undefined): number {
    this.memory.requireOpen()
    const from = at ?? this.#position
    const limit = this.readLimit()
    if (!isRange(from, length, limit)) throw new BufferUnderflowError({ position: from, limit, length })
    const first = this.base + from
    if (!this.#windowHas(first, length, this.memory.end)) this.memory.load(first, length, false)
    if (at === undefined) this.#position = from + length
    return first - this.memory.start
  }

  #writeSlowly(length: number, at: number | undefined): number {
    if (this.#readOnly) throw new ReadOnlyBufferError()
    this.memory.requireOpen()
    const from = at ?? this.#position
    if (!isRange(from, length, this.#limit)) throw new BufferOverflowError({ position: from, limit: this.#limit, length })
    const first = this.base + from
    if (first + length > this.memory.size) this.memory.grow(first + length)
    if (!this.#windowHas(first, length, this.memory.writeEnd)) this.memory.load(first, length, true)
    if (at === undefined) this.#position = from + length
    return first - this.memory.start
  }

  #windowHas(first: number, length: number, windowEnd: number): boolean {
    return first >= this.memory.start && first + length <= windowEnd
  }
}

function isRange(from: number, length: number, limit: number): boolean {
  return Number.isSafeInteger(from) && Number.isSafeInteger(length) && from >= 0 && length >= 0 && from + length <= limit
}
