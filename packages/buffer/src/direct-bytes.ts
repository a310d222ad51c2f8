import { DirectBuffer } from './direct-buffer.ts'
import { MemoryBytes } from './memory-bytes.ts'
import { checkCapacities } from './memory.ts'
import { allocateShared, sharedMemory } from './shared-store.ts'

/** Bytes outside the heap of V8 that can be given to worker threads: post {@link shared} and {@link DirectBytes.wrap} it there. */
export class DirectBytes extends MemoryBytes {
  /**
   * Zeros.
   * @param maxSize up to where they can be resized, in place; so much address space is set apart. @default size
   * @throws {RangeError} when they are not 0 <= size <= maxSize < 2^31.
   * @throws {TypeError} where there is no SharedArrayBuffer: on pages without cross-origin isolation.
   */
  static allocate(size: number, maxSize: number = size): DirectBytes {
    checkCapacities(size, maxSize)
    return DirectBytes.wrap(allocateShared(size, maxSize))
  }

  /** All bytes of memory that another thread posted. The size is each thread's own, and so is a resize. */
  static wrap(shared: SharedArrayBuffer): DirectBytes {
    const memory = sharedMemory(shared)
    return new DirectBytes(memory, new DirectBuffer(memory))
  }

  /** The memory, to be posted to other threads. */
  get shared(): SharedArrayBuffer {
    return (this.buffer as DirectBuffer).shared
  }
}
