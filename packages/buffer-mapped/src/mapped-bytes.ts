import { capacityMax, checkCapacities, MemoryBytes } from '@copycat/buffer/internal'
import type { Memory } from '@copycat/buffer/internal'
import { MappedBuffer } from './mapped-buffer.ts'
import { mappedMemory } from './mapped-store.ts'
import type { MappedStore } from './mapped-store.ts'

/** The bytes of a memory-mapped file, with the promises of {@link MappedBuffer}. */
export class MappedBytes extends MemoryBytes {
  readonly #memory: Memory
  readonly #store: MappedStore

  /** Over memory that exists: applications call {@link MappedBytes.allocate}. */
  constructor(memory: Memory, store: MappedStore) {
    super(memory, new MappedBuffer(memory, store))
    this.#memory = memory
    this.#store = store
  }

  /**
   * Opens the file, or makes it, and maps it. What it holds stays, and where it is longer than `size` so does its length:
   * `resize` makes it shorter, while nobody else maps it.
   * @param size bytes that the file has at least; where it is shorter zeros are added.
   * @throws {RangeError} when `size` is not from 0 to 2^31 - 1, or the file is longer than that.
   * @throws {BufferFileError} when the system refuses.
   * @throws {MappingUnavailableError} where files cannot be mapped.
   */
  static allocate(path: string, size: number): MappedBytes {
    checkCapacities(size, capacityMax)
    const { memory, store } = mappedMemory(path, size, capacityMax)
    return new MappedBytes(memory, store)
  }

  /** As {@link MappedBuffer.sync}. */
  async sync(): Promise<void> {
    this.#memory.requireOpen()
    await this.#store.flushLater(this.#memory)
  }
}
