import { heapMemory } from './heap-store.ts'
import { MemoryBuffer } from './memory-buffer.ts'
import { checkCapacities } from './memory.ts'
import { allocateShared, sharedMemory } from './shared-store.ts'

/** How far a direct buffer grows where nothing else is said: so much address space is set apart for each at once. */
const directCapacityMax = 64 * 1024 * 1024

/**
 * A buffer outside the heap of V8 whose bytes can be given to worker threads: post {@link shared} and
 * {@link DirectBuffer.wrap} it there. Each thread has its own position, limit and mark. Nothing orders what threads do:
 * say by a message, or by `Atomics`, when the others may look.
 */
export class DirectBuffer extends MemoryBuffer {
  /**
   * A buffer of zeros.
   * @param initialCapacity bytes that exist at once. @default 4096
   * @param maxCapacity bytes that it may grow to, in place, seen by all threads. @default 64 MiB, or `initialCapacity` where that is more
   * @throws {RangeError} when they are not 0 <= initialCapacity <= maxCapacity < 2^31.
   * @throws {TypeError} where there is no SharedArrayBuffer: on pages without cross-origin isolation.
   */
  static allocate(initialCapacity = 4096, maxCapacity: number = Math.max(initialCapacity, directCapacityMax)): DirectBuffer {
    checkCapacities(initialCapacity, maxCapacity)
    return new DirectBuffer(sharedMemory(allocateShared(initialCapacity, maxCapacity)))
  }

  /**
   * A buffer over memory that another thread posted, as large as that is and growing with it; or, of fixed size, over a part of it.
   * @throws {TypeError} when the bytes are not in a SharedArrayBuffer: those are for `HeapBuffer.wrap`.
   */
  static wrap(shared: SharedArrayBuffer | Uint8Array): DirectBuffer {
    if (!ArrayBuffer.isView(shared)) return new DirectBuffer(sharedMemory(shared))
    if (shared.buffer instanceof ArrayBuffer) throw new TypeError('the bytes are not in a SharedArrayBuffer')
    return new DirectBuffer(heapMemory(shared, shared.length))
  }

  /** The memory of the whole buffer, also where this is a slice of it: to be posted to other threads. */
  get shared(): SharedArrayBuffer {
    this.memory.requireOpen()
    return this.memory.bytes.buffer as SharedArrayBuffer
  }

  protected over(base: number, maxCapacity: number): this {
    return new DirectBuffer(this.memory, base, maxCapacity) as this
  }
}
