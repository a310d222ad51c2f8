import { doubledSize, Memory, viewOver } from './memory.ts'
import type { Store } from './memory.ts'

/** What the library that we compile against does not know yet of a SharedArrayBuffer, and every Node.js that we run on has. */
interface GrowableMemory extends SharedArrayBuffer {
  readonly growable?: boolean
  readonly maxByteLength: number
  grow(size: number): void
}

interface GrowableMemoryConstructor {
  new(size: number, options?: { readonly maxByteLength: number }): GrowableMemory
}

/** Bytes that threads share: they grow in place, and each thread finds out when it needs them. They never shrink: what is cut off becomes 0. */
class SharedStore implements Store {
  readonly lends = true
  readonly #shared: GrowableMemory

  constructor(shared: GrowableMemory) {
    this.#shared = shared
  }

  grownSize(size: number, needed: number): number {
    return doubledSize(size, needed)
  }

  resize(memory: Memory, size: number): void {
    if (size > this.#shared.byteLength) growTo(this.#shared, size)
    else memory.bytes.fill(0, size)
    this.#showAll(memory)
  }

  refresh(memory: Memory): void {
    if (this.#shared.byteLength > memory.size && memory.references > 0) this.#showAll(memory)
  }

  load(): void {}

  flush(): void {}

  close(): void {}

  #showAll(memory: Memory): void {
    // Of fixed length: engines are slow with arrays whose length follows the memory.
    const bytes = new Uint8Array(this.#shared, 0, this.#shared.byteLength)
    memory.showAll(bytes, viewOver(bytes), bytes.length)
  }
}

/** Bytes that threads can share; those who grow keep their place. */
export function allocateShared(size: number, sizeMax: number): SharedArrayBuffer {
  const Shared = globalThis.SharedArrayBuffer as unknown as GrowableMemoryConstructor | undefined
  if (Shared === undefined) throw new TypeError('there is no SharedArrayBuffer here: browsers have one on pages with cross-origin isolation')
  if (size === sizeMax) return new Shared(size)
  const shared = new Shared(size, { maxByteLength: sizeMax })
  if (shared.growable !== true) throw new TypeError('this engine cannot grow a SharedArrayBuffer: ask for a maxCapacity that is the initialCapacity')
  return shared
}

/** Memory over all of `shared`, and over what it grows by. */
export function sharedMemory(shared: SharedArrayBuffer): Memory {
  const growable = shared as GrowableMemory
  const sizeMax = growable.growable === true ? growable.maxByteLength : shared.byteLength
  return new Memory(new SharedStore(growable), sizeMax, new Uint8Array(shared, 0, shared.byteLength))
}

function growTo(shared: GrowableMemory, size: number): void {
  try {
    shared.grow(size)
  } catch (error) {
    // Another thread may have made it larger still.
    if (shared.byteLength < size) throw error
  }
}
