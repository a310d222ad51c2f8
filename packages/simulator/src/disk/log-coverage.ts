import { crc32 } from 'node:zlib'
import type { LogIndex } from '@copycat/utils'
import {
  blockHeaderBytes, decodeBlockHeader, decodeSegmentHeader, type LogOwner, parseSegmentFileName, segmentHeaderBytes, segmentSeed, type StoredBlock,
} from '@copycat/storage/internal'
import { folderOf } from './name-table.ts'

/** The durable files of a disk. */
export interface DurableFiles {
  durablePaths(): readonly string[]
  durableFile(path: string): Uint8Array | undefined
}

/** Where the head of a segment holds the cluster, and behind it the incarnation, in ASCII. */
const clusterOffset = 40
const incarnationOffset = 72
const memberOffset = 32

/** Paths of the segments of a log that a recovery would read, by first index: the newest generation of each. */
export function segmentPaths(files: DurableFiles, folder: string): readonly string[] {
  const newest = new Map<LogIndex, { readonly path: string, readonly generation: number }>()
  for (const path of files.durablePaths()) {
    if (folderOf(path) !== folder) continue
    const parsed = parseSegmentFileName(path.slice(folder.length + 1))
    if (parsed === undefined) continue
    const known = newest.get(parsed.firstIndex)
    if (known === undefined || known.generation < parsed.generation) newest.set(parsed.firstIndex, { path, generation: parsed.generation })
  }
  return [...newest].sort(([a], [b]) => a - b).map(([, { path }]) => path)
}

/**
 * Whether a recovery is certain to notice that these bytes of a segment have changed. Its head: always. Blocks: those that a mark covers which
 * stands in the same segment outside of the range, because a truncation may take all later segments away. Any other block could be taken for
 * an unfinished write.
 */
export function isNoticed(segment: Uint8Array, offset: number, length: number): boolean {
  const end = offset + length
  if (end <= segmentHeaderBytes) return true
  const seed = seedOf(segment)
  if (offset < segmentHeaderBytes || seed === undefined) return false
  const mark = highestMark(segment, seed, offset, end)
  let covered = segmentHeaderBytes
  while (covered < end) {
    const block = decodeBlockHeader(segment, covered, seed, crc32)
    // Where a block without entries is not whole, recovery misses the one that would come next.
    if (block === undefined || block.firstIndex + Math.max(1, block.count) - 1 > mark) return false
    const body = covered + blockHeaderBytes
    if (crc32(segment.subarray(body, body + block.bodyBytes)) !== block.bodyCrc) return false
    covered = body + block.bodyBytes
  }
  return true
}

/** The highest index that a valid header outside of the range names as synced. */
function highestMark(segment: Uint8Array, seed: number, from: number, to: number): LogIndex {
  let mark = 0
  for (const { at, block } of headersIn(segment, seed)) if (at + blockHeaderBytes <= from || at >= to) mark = Math.max(mark, block.syncedIndex)
  return mark
}

function* headersIn(segment: Uint8Array, seed: number): Iterable<{ readonly at: number, readonly block: StoredBlock }> {
  const first = 'C'.charCodeAt(0)
  for (let at = segment.indexOf(first, segmentHeaderBytes); at !== -1; at = segment.indexOf(first, at + 1)) {
    const block = decodeBlockHeader(segment, at, seed, crc32)
    if (block !== undefined) yield { at, block }
  }
}

/** The seed of a segment's checksums, from its own head; undefined when that is not whole. */
function seedOf(segment: Uint8Array): number | undefined {
  if (segment.length < segmentHeaderBytes) return undefined
  const owner: LogOwner = {
    clusterId: asciiAt(segment, clusterOffset, incarnationOffset), memberId: new DataView(segment.buffer, segment.byteOffset).getUint32(memberOffset, true),
    incarnation: asciiAt(segment, incarnationOffset, segmentHeaderBytes - 4),
  }
  const header = decodeSegmentHeader(segment.subarray(0, segmentHeaderBytes), owner, crc32)
  return header === undefined || 'newer' in header ? undefined : segmentSeed(owner, header.generation, crc32)
}

function asciiAt(bytes: Uint8Array, from: number, to: number): string {
  const end = bytes.indexOf(0, from)
  return String.fromCharCode(...bytes.subarray(from, end === -1 ? to : Math.min(end, to)))
}
