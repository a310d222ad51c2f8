import { Memory, viewOver } from '../memory.ts'
import type { Store } from '../memory.ts'
import type { OpenFile } from './open-file.ts'

/** Files grow and windows begin at multiples of this. */
const pageBytes = 4096
/** How much of the file is in memory at a time, unless one access needs more. */
const windowBytes = 4 * pageBytes

/**
 * A file, seen through a window that is read when an access needs it, and written back when it moves and by `flush`.
 * A window that could not be written back stays where it is, so that nothing is lost and it can be tried again.
 */
export class FileStore implements Store {
  readonly lends = false
  readonly #file: OpenFile
  #window = new Uint8Array(windowBytes)
  #view: DataView = viewOver(this.#window)

  constructor(file: OpenFile) {
    this.#file = file
  }

  grownSize(_size: number, needed: number): number {
    // The bytes stay where they are: there is no copy to save by growing further.
    return Math.ceil(needed / pageBytes) * pageBytes
  }

  resize(memory: Memory, size: number): void {
    if (size < memory.end) this.#leave(memory)
    this.#file.resize(size)
    const isAtEnd = memory.end === memory.size && memory.end > 0
    memory.size = size
    if (isAtEnd) this.#widen(memory)
  }

  load(memory: Memory, from: number, length: number, isWrite: boolean): void {
    const shown = memory.end - memory.start
    if (from >= memory.start && from + length <= memory.end && shown <= windowBytes) {
      // All that was missing is the right to write to it.
      memory.writeEnd = memory.end
      return
    }
    this.#leave(memory)
    const start = Math.floor(from / pageBytes) * pageBytes
    const wanted = Math.min(Math.max(windowBytes, from + length - start), memory.size - start)
    this.#fit(wanted)
    this.#file.read(this.#window.subarray(0, wanted), start)
    memory.show(this.#window, this.#view, start, wanted, isWrite)
  }

  flush(memory: Memory): void {
    this.#writeBack(memory)
    this.#file.sync()
  }

  /** {@link flush} of which only the first part blocks: what is written from now on is not part of it. */
  flushLater(memory: Memory): Promise<void> {
    this.#writeBack(memory)
    return this.#file.syncLater()
  }

  close(memory: Memory): void {
    try {
      this.#writeBack(memory)
    } finally {
      this.#file.close()
    }
  }

  #writeBack(memory: Memory): void {
    if (memory.writeEnd < 0) return
    this.#file.write(this.#window.subarray(0, memory.end - memory.start), memory.start)
    memory.writeEnd = -1
  }

  /** Writes the window back and shows nothing: what comes may fail with half a window. */
  #leave(memory: Memory): void {
    this.#writeBack(memory)
    memory.show(this.#window, this.#view, 0, 0, false)
  }

  /** The file grew behind the window: what is new is 0 and need not be read. */
  #widen(memory: Memory): void {
    const length = Math.min(this.#window.length, memory.size - memory.start)
    this.#window.fill(0, memory.end - memory.start, length)
    memory.show(this.#window, this.#view, memory.start, length, memory.writeEnd >= 0)
  }

  #fit(length: number): void {
    const needed = Math.max(windowBytes, length)
    // One large access does not keep its memory for ever.
    if (this.#window.length === needed) return
    this.#window = new Uint8Array(needed)
    this.#view = viewOver(this.#window)
  }
}

/**
 * A file as memory, made `sizeMin` bytes long where it is shorter.
 * @throws {RangeError} when it is longer than `sizeMax`; the file is closed then.
 */
export function fileMemory(file: OpenFile, sizeMin: number, sizeMax: number): { readonly memory: Memory, readonly store: FileStore } {
  try {
    const size = file.size()
    if (size > sizeMax) throw new RangeError(`${file.path} has ${size} bytes, more than ${sizeMax}`)
    if (size < sizeMin) file.resize(sizeMin)
    const store = new FileStore(file)
    const memory = new Memory(store, sizeMax)
    memory.size = Math.max(size, sizeMin)
    return { memory, store }
  } catch (error) {
    file.close()
    throw error
  }
}
