import { capacityMax, checkCapacities, MemoryBuffer } from '@copycat/buffer/internal'
import type { Memory } from '@copycat/buffer/internal'
import { mappedMemory } from './mapped-store.ts'
import type { MappedStore } from './mapped-store.ts'

/**
 * A buffer over a memory-mapped file: accesses are as fast as those to memory, and the system writes what changed when
 * it sees fit, at the latest by {@link flush} or {@link sync}; it does so also when the process is killed. Several buffers, of several processes, see each other's writes.
 */
export class MappedBuffer extends MemoryBuffer {
  readonly #store: MappedStore

  /** Over memory that exists: applications call {@link MappedBuffer.allocate}. */
  constructor(memory: Memory, store: MappedStore, base = 0, maxCapacity: number = memory.sizeMax) {
    super(memory, base, maxCapacity)
    this.#store = store
  }

  /**
   * Opens the file, or makes it, and maps it. What it holds stays.
   * @param initialCapacity bytes that the file has at least; where it is shorter zeros are added. All its blocks are
   * reserved, so that no write finds the disk full. @default 4096
   * @param maxCapacity bytes that it may grow to by being written: to twice its size, by a new mapping. @default 2^31 - 1
   * @throws {RangeError} when they are not 0 <= initialCapacity <= maxCapacity < 2^31, or the file is longer than `maxCapacity`.
   * @throws {BufferFileError} when the system refuses.
   * @throws {MappingUnavailableError} where files cannot be mapped.
   */
  static allocate(path: string, initialCapacity = 4096, maxCapacity: number = capacityMax): MappedBuffer {
    checkCapacities(initialCapacity, maxCapacity)
    const { memory, store } = mappedMemory(path, initialCapacity, maxCapacity)
    return new MappedBuffer(memory, store)
  }

  /**
   * {@link flush} off the event loop: resolves when what was written before the call is on the disk. The buffer may be
   * read and written meanwhile, but not grown or closed. @throws {BufferFileError} (rejects)
   */
  async sync(): Promise<void> {
    this.memory.requireOpen()
    await this.#store.flushLater(this.memory)
  }

  protected over(base: number, maxCapacity: number): this {
    return new MappedBuffer(this.memory, this.#store, base, maxCapacity) as this
  }
}
