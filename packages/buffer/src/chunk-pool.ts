import { checkInteger, definedOptions } from '@copycat/utils'
import { viewOver } from './memory.ts'

/** How much a pool keeps. */
export interface PoolOptions {
  /** Most bytes that lie idle in the pool; what comes back beyond them is dropped. @default 16 MiB */
  readonly idleBytesMax?: number
  /** Largest piece of memory that is kept, in bytes: larger ones are made and dropped as if there were no pool. @default 1 MiB */
  readonly chunkBytesMax?: number
}

const defaults: Required<PoolOptions> = Object.freeze({ idleBytesMax: 16 * 1024 * 1024, chunkBytesMax: 1024 * 1024 })
/** Smallest chunk, in bytes; each class is twice as large as the one before. */
const chunkBytesMin = 256

/** A piece of memory that one lease has at a time. */
export interface Chunk {
  readonly bytes: Uint8Array
  readonly view: DataView
}

/** Idle chunks by size. What it gives out holds what its last user left. */
export class ChunkPool {
  readonly #options: Required<PoolOptions>
  readonly #create: (size: number) => Uint8Array
  /** By class: 0 for the smallest. */
  readonly #idle: Chunk[][] = []
  #idleBytes = 0

  constructor(create: (size: number) => Uint8Array, options: PoolOptions) {
    this.#create = create
    this.#options = { ...defaults, ...definedOptions(options) }
    checkInteger('idleBytesMax', this.#options.idleBytesMax, 0)
    checkInteger('chunkBytesMax', this.#options.chunkBytesMax, 0)
  }

  /** Bytes that lie idle. */
  get idleBytes(): number {
    return this.#idleBytes
  }

  /** A chunk of at least `size` bytes, the rest of which is nobody else's. */
  take(size: number): Chunk {
    const classed = classOf(size)
    const chunk = this.#idle[classed]?.pop()
    if (chunk !== undefined) {
      this.#idleBytes -= chunk.bytes.length
      return chunk
    }
    const rounded = chunkBytesMin * 2 ** classed
    const bytes = this.#create(rounded <= this.#options.chunkBytesMax ? rounded : size)
    return { bytes, view: viewOver(bytes) }
  }

  /** Takes a chunk back, or drops it. */
  put(chunk: Chunk): void {
    const size = chunk.bytes.length
    if (size > this.#options.chunkBytesMax || this.#idleBytes + size > this.#options.idleBytesMax) return
    const classed = classOf(size)
    // A chunk beyond the largest class was made to measure.
    if (chunkBytesMin * 2 ** classed !== size) return
    const idle = this.#idle[classed] ??= []
    idle.push(chunk)
    this.#idleBytes += size
  }
}

function classOf(size: number): number {
  return size <= chunkBytesMin ? 0 : 32 - Math.clz32((size - 1) / chunkBytesMin)
}
