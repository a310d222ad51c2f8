import { MemoryBytes } from '../memory-bytes.ts'
import { checkCapacities } from '../memory.ts'
import type { Memory } from '../memory.ts'
import { FileBuffer } from './file-buffer.ts'
import { fileMemory } from './file-store.ts'
import type { FileStore } from './file-store.ts'
import { openFile } from './open-file.ts'

/** The bytes of a file, with the promises of {@link FileBuffer}. */
export class FileBytes extends MemoryBytes {
  readonly #memory: Memory
  readonly #store: FileStore

  /** Over memory that exists: applications call {@link FileBytes.allocate}. */
  constructor(memory: Memory, store: FileStore) {
    super(memory, new FileBuffer(memory, store))
    this.#memory = memory
    this.#store = store
  }

  /**
   * Opens the file, or makes it. What it holds stays, and where it is longer than `size` so does its length: `resize` makes it shorter.
   * @param size bytes that the file has at least; where it is shorter zeros are added.
   * @throws {RangeError} when `size` is not from 0 to 2^53 - 1.
   * @throws {BufferFileError} when the system refuses.
   */
  static allocate(path: string, size: number): FileBytes {
    checkCapacities(size, Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)
    const { memory, store } = fileMemory(openFile(path), size, Number.MAX_SAFE_INTEGER)
    return new FileBytes(memory, store)
  }

  /** As {@link FileBuffer.sync}. */
  async sync(): Promise<void> {
    this.#memory.requireOpen()
    await this.#store.flushLater(this.#memory)
  }
}
