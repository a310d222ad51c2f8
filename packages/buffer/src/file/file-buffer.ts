import { MemoryBuffer } from '../memory-buffer.ts'
import { checkCapacities } from '../memory.ts'
import type { Memory } from '../memory.ts'
import { fileMemory } from './file-store.ts'
import type { FileStore } from './file-store.ts'
import { openFile } from './open-file.ts'

/**
 * A buffer in a file, a few pages of which are in memory at a time: accesses that follow one another cost no call of the
 * system. What was written reaches the file when the window moves, and the disk by {@link flush} or {@link sync}.
 * The file is this buffer's alone until it is closed; its views share it, others do not see each other's writes.
 */
export class FileBuffer extends MemoryBuffer {
  readonly #store: FileStore

  /** Over memory that exists: applications call {@link FileBuffer.allocate}. */
  constructor(memory: Memory, store: FileStore, base = 0, maxCapacity: number = memory.sizeMax) {
    super(memory, base, maxCapacity)
    this.#store = store
  }

  /**
   * Opens the file, or makes it. What it holds stays: read it with {@link limit} set to its length, or write over it.
   * @param initialCapacity bytes that the file has at least; where it is shorter zeros are added. @default 4096
   * @param maxCapacity bytes that it may grow to by being written, in steps of 4096. @default 2^53 - 1
   * @throws {RangeError} when they are not 0 <= initialCapacity <= maxCapacity, or the file is longer than `maxCapacity`.
   * @throws {BufferFileError} when the system refuses.
   */
  static allocate(path: string, initialCapacity = 4096, maxCapacity: number = Number.MAX_SAFE_INTEGER): FileBuffer {
    checkCapacities(initialCapacity, maxCapacity, Number.MAX_SAFE_INTEGER)
    const { memory, store } = fileMemory(openFile(path), initialCapacity, maxCapacity)
    return new FileBuffer(memory, store)
  }

  /**
   * {@link flush} that does not wait for the disk on the event loop: resolves when what was written before the call is on
   * the disk. The buffer may be used meanwhile, but not closed. @throws {BufferFileError} (rejects)
   */
  async sync(): Promise<void> {
    this.memory.requireOpen()
    await this.#store.flushLater(this.memory)
  }

  protected over(base: number, maxCapacity: number): this {
    return new FileBuffer(this.memory, this.#store, base, maxCapacity) as this
  }
}
