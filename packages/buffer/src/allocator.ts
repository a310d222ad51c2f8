import type { Buffer } from './buffer.ts'
import { ChunkPool } from './chunk-pool.ts'
import type { PoolOptions } from './chunk-pool.ts'
import { DirectBuffer } from './direct-buffer.ts'
import { HeapBuffer } from './heap-buffer.ts'
import { capacityMax, checkCapacities } from './memory.ts'
import type { Memory } from './memory.ts'
import { pooledMemory } from './pooled-store.ts'
import { allocateShared } from './shared-store.ts'

/** Where code gets its buffers from, so that whoever calls it chooses the kind, and whether they are pooled. */
export interface BufferAllocator {
  /**
   * A buffer of zeros, which the caller releases.
   * @param initialCapacity bytes that exist at once. @default 4096
   * @param maxCapacity bytes that it may grow to. @default what the kind has as its default
   * @throws {RangeError} when they are not 0 <= initialCapacity <= maxCapacity < 2^31.
   */
  allocate(initialCapacity?: number, maxCapacity?: number): Buffer
}

/** `HeapBuffer.allocate` as an allocator. */
export class UnpooledHeapAllocator implements BufferAllocator {
  allocate(initialCapacity?: number, maxCapacity?: number): HeapBuffer {
    return HeapBuffer.allocate(initialCapacity, maxCapacity)
  }
}

/** `DirectBuffer.allocate` as an allocator. */
export class UnpooledDirectAllocator implements BufferAllocator {
  allocate(initialCapacity?: number, maxCapacity?: number): DirectBuffer {
    return DirectBuffer.allocate(initialCapacity, maxCapacity)
  }
}

/** Leases from one pool of memory. */
abstract class PooledAllocator {
  readonly #pool: ChunkPool
  readonly #onClose: () => void = () => { this.#leased-- }
  #leased = 0

  constructor(create: (size: number) => Uint8Array, options: PoolOptions) {
    this.#pool = new ChunkPool(create, options)
  }

  /** Buffers that were allocated and not yet given back: a number that only rises is a leak. */
  get leased(): number {
    return this.#leased
  }

  /** Bytes that lie idle in the pool. */
  get idleBytes(): number {
    return this.#pool.idleBytes
  }

  protected lease(initialCapacity: number, maxCapacity: number): Memory {
    checkCapacities(initialCapacity, maxCapacity)
    const memory = pooledMemory(this.#pool, initialCapacity, maxCapacity, this.#onClose)
    this.#leased++
    return memory
  }
}

/**
 * Heap buffers whose memory comes back when their `references` are 0, and is given to the next. What was handed out by
 * `readView` or `bytes` is another buffer's from then on: copy what you keep.
 */
export class PooledHeapAllocator extends PooledAllocator implements BufferAllocator {
  /** @throws {ConfigurationError} on a bad option. */
  constructor(options: PoolOptions = {}) {
    super((size) => new Uint8Array(size), options)
  }

  allocate(initialCapacity = 4096, maxCapacity: number = capacityMax): HeapBuffer {
    return new HeapBuffer(this.lease(initialCapacity, maxCapacity))
  }
}

/**
 * Direct buffers whose memory comes back when their `references` are 0, and is given to the next: also while another
 * thread still has it, so release when the others are done. A buffer that outgrows its chunk moves to another one,
 * which the other threads do not have.
 */
export class PooledDirectAllocator extends PooledAllocator implements BufferAllocator {
  /**
   * @throws {ConfigurationError} on a bad option.
   * @throws {TypeError} by `allocate`, where there is no SharedArrayBuffer.
   */
  constructor(options: PoolOptions = {}) {
    super((size) => new Uint8Array(allocateShared(size, size)), options)
  }

  allocate(initialCapacity = 4096, maxCapacity: number = capacityMax): DirectBuffer {
    return new DirectBuffer(this.lease(initialCapacity, maxCapacity))
  }
}
