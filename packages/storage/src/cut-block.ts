import { assert, type LogIndex } from '@copycat/utils'
import type { Block } from './block.ts'
import { StorageError } from './errors.ts'

/**
 * The entries `fromIndex` to `throughIndex` of a block, as a block; the block itself when that is all of it. Before it is cut its checksum
 * is verified, then a new one is made. @throws {StorageError} when it is damaged.
 */
export function cutBlock(block: Block, fromIndex: LogIndex, throughIndex: LogIndex, checksum: (bytes: Uint8Array) => number): Block {
  const last = block.firstIndex + block.count - 1
  const from = Math.max(fromIndex, block.firstIndex)
  const through = Math.min(throughIndex, last)
  assert(from <= through, 'a block is cut to some of its entries')
  if (from === block.firstIndex && through === last) return block
  const count = through - from + 1
  if (block.kind === 'holes') return { ...block, firstIndex: from, count }
  if (checksum(block.body) !== block.bodyCrc) throw new StorageError('COPYCAT_STORAGE_CORRUPTION', `the block at ${block.firstIndex} is damaged in memory`)
  const view = new DataView(block.body.buffer, block.body.byteOffset, block.body.length)
  let at = 0
  for (let index = block.firstIndex; index < from; index++) at += 4 + view.getUint32(at, true)
  const start = at
  for (let index = from; index <= through; index++) at += 4 + view.getUint32(at, true)
  const body = block.body.subarray(start, at)
  return { ...block, firstIndex: from, count, body, bodyCrc: checksum(body) }
}
