import { crc32 } from 'node:zlib'
import type { LogIndex } from '@copycat/utils'
import {
  blockHeaderBytes, decodeBlockHeader, decodeSegmentHeader, type LogOwner, parseSegmentFileName, segmentHeaderBytes, segmentSeed,
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

/** How the header of a block begins, and where it holds first index, number of entries, mark and length of the body. */
const blockMagic = 0x4b4c4243
const firstIndexOffset = 8
const countOffset = 16
const markOffset = 40
const bodyBytesOffset = 48

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
  if (offset < segmentHeaderBytes) return false
  const last = lastIndexBefore(segment, end)
  const seed = seedOf(segment)
  if (last === undefined || seed === undefined || !isMarked(segment, seed, last, offset, end)) return false
  let covered = segmentHeaderBytes
  while (covered < end) {
    const block = decodeBlockHeader(segment, covered, seed, crc32)
    if (block === undefined) return false
    const body = covered + blockHeaderBytes
    if (crc32(segment.subarray(body, body + block.bodyBytes)) !== block.bodyCrc) return false
    covered = body + block.bodyBytes
  }
  return true
}

/** The highest index of the blocks that start before `end`, as their headers say, whole or not; undefined where one does not follow the other. */
function lastIndexBefore(segment: Uint8Array, end: number): LogIndex | undefined {
  const view = new DataView(segment.buffer, segment.byteOffset, segment.length)
  let last = 0
  for (let at = segmentHeaderBytes; at < end;) {
    if (at + blockHeaderBytes > segment.length || view.getUint32(at, true) !== blockMagic) return undefined
    // Where a block without entries is not whole, recovery misses the one that would come next.
    last = Math.max(last, safeInteger(view, at + firstIndexOffset) + Math.max(1, safeInteger(view, at + countOffset)) - 1)
    at += blockHeaderBytes + view.getUint32(at + bodyBytesOffset, true)
  }
  return last
}

/** Whether a valid header outside of the range names this index, or a higher one, as synced. Most do not, which is seen without their checksums. */
function isMarked(segment: Uint8Array, seed: number, index: LogIndex, from: number, to: number): boolean {
  const view = new DataView(segment.buffer, segment.byteOffset, segment.length)
  const first = blockMagic & 0xff
  for (let at = segment.indexOf(first, segmentHeaderBytes); at !== -1 && at + blockHeaderBytes <= segment.length; at = segment.indexOf(first, at + 1)) {
    if (view.getUint32(at, true) !== blockMagic || safeInteger(view, at + markOffset) < index) continue
    if ((at + blockHeaderBytes <= from || at >= to) && decodeBlockHeader(segment, at, seed, crc32) !== undefined) return true
  }
  return false
}

function safeInteger(view: DataView, at: number): number {
  return view.getUint32(at, true) + view.getUint32(at + 4, true) * 0x1_0000_0000
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
