import { heapMemory } from './heap-store.ts'
import { MemoryBuffer } from './memory-buffer.ts'
import { capacityMax, checkCapacities } from './memory.ts'

/** A buffer in memory of this thread. */
export class HeapBuffer extends MemoryBuffer {
  /**
   * A buffer of zeros.
   * @param initialCapacity bytes that exist at once. @default 4096
   * @param maxCapacity bytes that it may grow to by being written. @default 2^31 - 1
   * @throws {RangeError} when they are not 0 <= initialCapacity <= maxCapacity < 2^31.
   */
  static allocate(initialCapacity = 4096, maxCapacity: number = capacityMax): HeapBuffer {
    checkCapacities(initialCapacity, maxCapacity)
    return new HeapBuffer(heapMemory(new Uint8Array(initialCapacity), maxCapacity))
  }

  /** A buffer of fixed size over `bytes`, which it shares: what one writes the other sees. */
  static wrap(bytes: Uint8Array): HeapBuffer {
    return new HeapBuffer(heapMemory(bytes, bytes.length))
  }

  /** All {@link capacity} bytes, not a copy; other ones after each growth. Of a read-only buffer too: do not write to them. */
  get bytes(): Uint8Array {
    const { bytes } = this.memory
    const { base, capacity } = this
    return base === 0 && capacity === bytes.length ? bytes : bytes.subarray(base, base + capacity)
  }

  protected over(base: number, maxCapacity: number): this {
    return new HeapBuffer(this.memory, base, maxCapacity) as this
  }
}
