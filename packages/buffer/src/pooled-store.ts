import type { Chunk, ChunkPool } from './chunk-pool.ts'
import { doubledSize, Memory } from './memory.ts'
import type { Store } from './memory.ts'

const zeros = new Uint8Array(4096)

/** Fills with zeros. */
function zero(bytes: Uint8Array, from: number, to: number): void {
  // Engines fill memory that threads share byte by byte, but copy into it by words: six times as fast.
  if (bytes.buffer instanceof ArrayBuffer) bytes.fill(0, from, to)
  else for (let at = from; at < to; at += zeros.length) bytes.set(zeros.subarray(0, Math.min(zeros.length, to - at)), at)
}

/** A chunk while it is leased: it goes back to its pool when the memory is given back. */
class Lease implements Store {
  readonly lends = true
  readonly #pool: ChunkPool
  readonly #onClose: () => void
  #chunk: Chunk

  constructor(pool: ChunkPool, chunk: Chunk, onClose: () => void) {
    this.#pool = pool
    this.#chunk = chunk
    this.#onClose = onClose
  }

  grownSize(size: number, needed: number): number {
    return doubledSize(size, needed)
  }

  resize(memory: Memory, size: number): void {
    const old = this.#chunk
    const kept = Math.min(size, memory.size)
    if (size > old.bytes.length) {
      this.#chunk = this.#pool.take(size)
      this.#chunk.bytes.set(old.bytes.subarray(0, kept))
      this.#pool.put(old)
    }
    // What the last user of the chunk left is none of this one's business.
    zero(this.#chunk.bytes, kept, size)
    memory.showAll(this.#chunk.bytes, this.#chunk.view, size)
  }

  load(): void {}

  flush(): void {}

  close(): void {
    this.#pool.put(this.#chunk)
    this.#onClose()
  }
}

/** Memory of `size` zeros in a chunk of `pool`. */
export function pooledMemory(pool: ChunkPool, size: number, sizeMax: number, onClose: () => void): Memory {
  const chunk = pool.take(size)
  zero(chunk.bytes, 0, size)
  return new Memory(new Lease(pool, chunk, onClose), sizeMax, chunk.bytes, chunk.view, size)
}
