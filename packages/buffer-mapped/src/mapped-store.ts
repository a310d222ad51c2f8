import { BufferFileError } from '@copycat/buffer/file'
import { doubledSize, Memory, viewOver } from '@copycat/buffer/internal'
import type { Store } from '@copycat/buffer/internal'
import { MappedFile } from './mapped-file.ts'
import { loadNativeMemory } from './native-memory.ts'
import type { NativeMemory } from './native-memory.ts'

/** A file in the window as a whole. Views are never lent: they would outlive the mapping. */
export class MappedStore implements Store {
  readonly lends = false
  readonly #file: MappedFile

  constructor(file: MappedFile) {
    this.#file = file
  }

  grownSize(size: number, needed: number): number {
    return doubledSize(size, needed)
  }

  resize(memory: Memory, size: number): void {
    this.#requireWhole(memory)
    if (size >= memory.size) return this.#show(memory, size)
    this.#file.alone(() => {
      this.#show(memory, size)
      this.#file.shorten(size)
    })
  }

  load(): void {}

  flush(memory: Memory): void {
    this.#requireWhole(memory)
    this.#file.sync()
  }

  /** {@link flush} off the event loop. */
  async flushLater(memory: Memory): Promise<void> {
    this.#requireWhole(memory)
    await this.#file.syncLater()
  }

  close(): void {
    this.#file.close()
  }

  #show(memory: Memory, size: number): void {
    const bytes = this.#file.map(size)
    memory.showAll(bytes, viewOver(bytes), size)
  }

  /** A file that someone made shorter ends the process at the next access behind its end: where it is noticed, there is none. */
  #requireWhole(memory: Memory): void {
    const found = this.#file.size()
    if (found >= memory.size) return
    memory.close()
    throw new BufferFileError(this.#file.path, `has ${found} bytes: it was shortened while it was mapped, and is closed now`)
  }
}

/** Loads the native helper once: it does not change. */
function once(load: () => NativeMemory): () => NativeMemory {
  let loaded: NativeMemory | undefined
  return () => loaded ??= load()
}

const nativeMemory = once(loadNativeMemory)

/**
 * A file as memory, made `sizeMin` bytes long where it is shorter.
 * @param native what maps: another one where its failures are tested.
 * @throws {RangeError} when it is longer than `sizeMax`; it is closed then.
 */
export function mappedMemory(
  path: string, sizeMin: number, sizeMax: number, native: () => NativeMemory = nativeMemory,
): { readonly memory: Memory, readonly store: MappedStore } {
  const file = MappedFile.open(path, native())
  try {
    const size = file.size()
    if (size > sizeMax) throw new RangeError(`${path} has ${size} bytes, more than ${sizeMax}`)
    const store = new MappedStore(file)
    const memory = new Memory(store, sizeMax)
    store.resize(memory, Math.max(size, sizeMin))
    return { memory, store }
  } catch (error) {
    file.close()
    throw error
  }
}
