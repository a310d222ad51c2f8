import { HeapBuffer } from './heap-buffer.ts'
import { heapMemory } from './heap-store.ts'
import { MemoryBytes } from './memory-bytes.ts'
import { capacityMax, checkCapacities } from './memory.ts'

/** Bytes in memory of this thread. */
export class HeapBytes extends MemoryBytes {
  /** Zeros. @throws {RangeError} when `size` is not from 0 to 2^31 - 1. */
  static allocate(size: number): HeapBytes {
    checkCapacities(size, capacityMax)
    return HeapBytes.wrap(new Uint8Array(size))
  }

  /** These bytes, shared until a resize: what one writes the other sees. */
  static wrap(bytes: Uint8Array): HeapBytes {
    const memory = heapMemory(bytes, capacityMax)
    return new HeapBytes(memory, new HeapBuffer(memory))
  }
}
