import type { LogIndex, Term } from '@copycat/utils'
import type { File } from './file-system.ts'

/**
 * One file of the log and where its blocks are: 16 bytes of memory a block. Blocks are added at the end and removed from the end.
 */
export class Segment {
  readonly path: string
  readonly file: File
  readonly firstIndex: LogIndex
  readonly generation: number
  readonly previousTerm: Term
  readonly seed: number
  /** Bytes that blocks may fill. */
  readonly capacity: number
  /** Where the next block goes. */
  end: number
  private firstIndexes = new Float64Array(64)
  private offsets = new Float64Array(64)
  private blocks = 0

  constructor(path: string, file: File, firstIndex: LogIndex, generation: number, previousTerm: Term, seed: number, capacity: number, end: number) {
    this.path = path
    this.file = file
    this.firstIndex = firstIndex
    this.generation = generation
    this.previousTerm = previousTerm
    this.seed = seed
    this.capacity = capacity
    this.end = end
  }

  get blockCount(): number {
    return this.blocks
  }

  add(firstIndex: LogIndex, offset: number): void {
    if (this.blocks === this.offsets.length) {
      this.firstIndexes = grown(this.firstIndexes)
      this.offsets = grown(this.offsets)
    }
    this.firstIndexes[this.blocks] = firstIndex
    this.offsets[this.blocks] = offset
    this.blocks += 1
  }

  /** Offset of the block that holds `index`, which is not below the segment's first one. */
  offsetOf(index: LogIndex): number {
    return this.offsets[this.blockAt(index)]!
  }

  /** Where the block of `index` and those behind it start, as many as end within `bytesMax`, at least one; none that starts behind `throughIndex`. */
  span(index: LogIndex, bytesMax: number, throughIndex: LogIndex): { readonly starts: readonly number[], readonly end: number } {
    let block = this.blockAt(index)
    const first = this.offsets[block]!
    const starts = [first]
    for (block += 1; block < this.blocks && this.firstIndexes[block]! <= throughIndex && this.startOf(block + 1) - first <= bytesMax; block++) starts.push(this.offsets[block]!)
    return { starts, end: this.startOf(block) }
  }

  private startOf(block: number): number {
    return block < this.blocks ? this.offsets[block]! : this.end
  }

  private blockAt(index: LogIndex): number {
    let low = 0
    let high = this.blocks - 1
    while (low < high) {
      const middle = (low + high + 1) >>> 1
      if (this.firstIndexes[middle]! <= index) low = middle
      else high = middle - 1
    }
    return low
  }
}

function grown(array: Float64Array): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(2 * array.length)
  larger.set(array)
  return larger
}
