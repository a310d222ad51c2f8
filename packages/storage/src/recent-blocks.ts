import type { LogIndex } from '@copycat/utils'
import { buggify } from '@copycat/utils/instruments'
import type { Block } from './block.ts'
import { cutBlock } from './cut-block.ts'
import type { Checksum } from './segment-format.ts'

/** The end of the log in memory: contiguous blocks, the oldest dropped when they are too many bytes and synced. */
export class RecentBlocks {
  private blocks: Block[] = []
  /** Blocks before this place were dropped; the array is shortened now and then. */
  private first = 0
  private bytes = 0
  private readonly bytesMax: number
  private readonly checksum: Checksum

  constructor(bytesMax: number, checksum: Checksum) {
    this.bytesMax = bytesMax
    this.checksum = checksum
  }

  /** Logged time of the last entry, if it is in memory. */
  get lastTime(): number | undefined {
    return this.blocks.length > this.first ? this.blocks.at(-1)!.time : undefined
  }

  add(block: Block): void {
    this.blocks.push(block)
    this.bytes += costOf(block)
  }

  /** Drops what is too much, nothing above `syncedIndex`. */
  evict(syncedIndex: LogIndex): void {
    while ((this.bytes > this.bytesMax || buggify('recent-blocks.evicted-early')) && this.first < this.blocks.length) {
      const block = this.blocks[this.first]!
      if (block.firstIndex + block.count - 1 > syncedIndex) break
      this.bytes -= costOf(block)
      this.first += 1
    }
    if (this.first < 256 || this.first * 2 < this.blocks.length) return
    this.blocks = this.blocks.slice(this.first)
    this.first = 0
  }

  /** Removes the entries from `fromIndex` on; a block is cut where it must be. */
  truncate(fromIndex: LogIndex): void {
    while (this.blocks.length > this.first) {
      const block = this.blocks.at(-1)!
      if (block.firstIndex + block.count <= fromIndex) return
      this.blocks.pop()
      this.bytes -= costOf(block)
      if (block.firstIndex < fromIndex) this.add(cutBlock(block, block.firstIndex, fromIndex - 1, this.checksum))
    }
  }

  /** As `Log.recent`, for a `fromIndex` that is not above the last one. */
  get(fromIndex: LogIndex, bytesMax: number, throughIndex: LogIndex): readonly Block[] | undefined {
    let at = this.placeOf(fromIndex)
    if (at === undefined) return undefined
    const result: Block[] = []
    let bytes = 0
    for (; at < this.blocks.length; at++) {
      const block = this.blocks[at]!
      if (block.firstIndex > throughIndex || (result.length > 0 && bytes + block.body.length > bytesMax)) break
      result.push(cutBlock(block, fromIndex, throughIndex, this.checksum))
      bytes += block.body.length
    }
    return result
  }

  private placeOf(index: LogIndex): number | undefined {
    let low = this.first
    let high = this.blocks.length - 1
    if (high < low || this.blocks[low]!.firstIndex > index) return undefined
    while (low < high) {
      const middle = (low + high + 1) >>> 1
      if (this.blocks[middle]!.firstIndex <= index) low = middle
      else high = middle - 1
    }
    return low
  }
}

/** A block's own objects cost memory beside its body. */
function costOf(block: Block): number {
  return block.body.length + 200
}
