import type { LogIndex, Term } from '@copycat/utils'
import { buggify, cover, mutant } from '@copycat/utils/instruments'
import type { Block } from './block.ts'
import { StorageCorruptionError, StorageForeignError } from './errors.ts'
import type { File, FileSystem } from './file-system.ts'
import { Segment } from './segment.ts'
import {
  blockHeaderBytes, blockMagic, type Checksum, decodeBlockHeader, decodeSegmentHeader, type LogOwner, parseSegmentFileName, segmentHeaderBytes,
  segmentSeed, type StoredBlock,
} from './segment-format.ts'

/** Bytes read at a time. */
const readBytes = 4 * 1024 * 1024

/** What was found on disk. */
export interface RecoveredLog {
  readonly segments: readonly Segment[]
  readonly torn: { readonly file: string, readonly offset: number, readonly bytes: number, readonly index: LogIndex } | undefined
  readonly blocks: number
  readonly entries: number
  readonly bytes: number
  readonly lastIndex: LogIndex
  readonly lastTime: number
}

/** Gets every block of the log, in order, to index and keep what it wants of it. */
export type BlockVisitor = (block: Block) => void

interface Progress {
  nextIndex: LogIndex
  lastTerm: Term
  lastTime: number
  /** Highest index that any valid header names as synced. */
  mark: LogIndex
  blocks: number
  bytes: number
}

/**
 * Opens the segments of a log and verifies every block. An unfinished write at the end is cut off; anything else that is wrong is
 * damage, and then nothing on disk is changed.
 * @throws (rejects) {StorageCorruptionError} {StorageForeignError}
 */
export async function recoverLog(
  fileSystem: FileSystem, directory: string, owner: LogOwner, checksum: Checksum, visit: BlockVisitor,
): Promise<RecoveredLog> {
  const opened: Segment[] = []
  try {
    return await recover(fileSystem, directory, owner, checksum, visit, opened)
  } catch (error) {
    for (const segment of opened) await segment.file.close()
    throw error
  }
}

async function recover(
  fileSystem: FileSystem, directory: string, owner: LogOwner, checksum: Checksum, visit: BlockVisitor, opened: Segment[],
): Promise<RecoveredLog> {
  const { segments, leftovers } = await openSegments(fileSystem, directory, owner, checksum, opened)
  const progress: Progress = { nextIndex: segments[0]?.firstIndex ?? 1, lastTerm: 0, lastTime: 0, mark: 0, blocks: 0, bytes: 0 }
  let torn: RecoveredLog['torn']
  for (const [at, segment] of segments.entries()) {
    const end = await scanSegment(segment, progress, checksum, visit)
    segment.end = end
    const next = segments[at + 1]
    if (next === undefined) torn = await judgeTail(segment, end, progress, checksum)
    // The log rolls only when everything before is synced: in an older segment nothing can be torn.
    else if (next.firstIndex !== progress.nextIndex || next.previousTerm !== progress.lastTerm) {
      cover('log-recovery.entries-missing')
      throw new StorageCorruptionError(segment.path, end, progress.nextIndex, `the log goes on at ${next.firstIndex}: what comes before is missing, or cannot be read`)
    }
  }
  for (const leftover of leftovers) await fileSystem.unlink(leftover)
  await makeDurable(fileSystem, directory, segments.at(-1), progress)
  const lastIndex = progress.nextIndex - 1
  const entries = segments.length === 0 ? 0 : lastIndex - segments[0]!.firstIndex + 1
  return { segments, torn, blocks: progress.blocks, entries, bytes: progress.bytes, lastIndex, lastTime: progress.lastTime }
}

/** The newest generation of each segment, ascending; older ones and unfinished files are left over from an interrupted change. */
async function openSegments(
  fileSystem: FileSystem, directory: string, owner: LogOwner, checksum: Checksum, opened: Segment[],
): Promise<{ segments: Segment[], leftovers: string[] }> {
  const names = [...await fileSystem.list(directory)].sort()
  const leftovers = names.filter((name) => name.endsWith('.tmp')).map((name) => `${directory}/${name}`)
  const newest = new Map<LogIndex, { readonly path: string, readonly generation: number }>()
  for (const name of names) {
    const parsed = parseSegmentFileName(name)
    if (parsed === undefined) continue
    const known = newest.get(parsed.firstIndex)
    const path = `${directory}/${name}`
    if (known !== undefined) cover('log-recovery.older-generation')
    if (known !== undefined && (mutant('S12') || known.generation > parsed.generation)) {
      leftovers.push(path)
      continue
    }
    if (known !== undefined) leftovers.push(known.path)
    newest.set(parsed.firstIndex, { path, generation: parsed.generation })
  }
  const segments: Segment[] = []
  for (const [firstIndex, { path, generation }] of [...newest].sort(([a], [b]) => a - b)) {
    const file = await fileSystem.open(path)
    const head = await file.read(0, segmentHeaderBytes)
    const header = decodeSegmentHeader(head, owner, checksum)
    const size = await file.size()
    const previousTerm = header !== undefined && 'firstIndex' in header ? header.previousTerm : 0
    const segment = new Segment(path, file, firstIndex, generation, previousTerm, segmentSeed(owner, generation, checksum), size, segmentHeaderBytes)
    opened.push(segment)
    if (header !== undefined && 'newer' in header) throw new StorageForeignError(`${path} was written by a newer version (format ${header.newer})`)
    if (header === undefined || header.firstIndex !== firstIndex || header.generation !== generation) {
      throw new StorageCorruptionError(path, 0, firstIndex, 'the head of the segment is not one of this member')
    }
    segments.push(segment)
  }
  return { segments, leftovers }
}

/** Verifies blocks from the start of the segment. @returns where the first one stands that is not whole, or the end. */
async function scanSegment(segment: Segment, progress: Progress, checksum: Checksum, visit: BlockVisitor): Promise<number> {
  const reader = new SegmentReader(segment.file)
  let offset = segmentHeaderBytes
  for (;;) {
    const head = reader.view(offset, blockHeaderBytes) ?? await reader.read(offset, blockHeaderBytes)
    const stored = head === undefined ? undefined : decodeBlockHeader(head, 0, segment.seed, checksum)
    if (stored === undefined || offset + blockHeaderBytes + stored.bodyBytes > segment.capacity) return offset
    if (stored.firstIndex !== progress.nextIndex || stored.term < progress.lastTerm || stored.time < progress.lastTime) return offset
    const body = reader.view(offset + blockHeaderBytes, stored.bodyBytes) ?? await reader.read(offset + blockHeaderBytes, stored.bodyBytes)
    if (body === undefined || (checksum(body) !== stored.bodyCrc && !mutant('D1'))) {
      cover('log-recovery.body-is-not-whole')
      return offset
    }
    progress.mark = Math.max(progress.mark, stored.syncedIndex)
    if (stored.kind !== 'mark') {
      segment.add(stored.firstIndex, offset)
      progress.nextIndex += stored.count
      progress.lastTerm = stored.term
      progress.lastTime = stored.time
      progress.blocks += 1
      visit(blockOf(stored, body.slice()))
    }
    offset += blockHeaderBytes + stored.bodyBytes
    progress.bytes += blockHeaderBytes + stored.bodyBytes
  }
}

/** Torn or rotten (PROTOCOL 1): at or below the highest mark in any valid block, also behind the bad one, it is damage. */
async function judgeTail(segment: Segment, end: number, progress: Progress, checksum: Checksum): Promise<RecoveredLog['torn']> {
  let lastUsed = 0
  for (let offset = end; offset < segment.capacity; offset += readBytes) {
    // Pieces overlap by a header, so that none is missed at a border.
    const piece = await segment.file.read(offset, readBytes + blockHeaderBytes)
    for (let at = piece.length - 1; at >= 0; at--) {
      if (piece[at] === 0) continue
      lastUsed = offset + at + 1
      break
    }
    for (const stored of headersIn(piece, segment.seed, checksum)) progress.mark = Math.max(progress.mark, stored.syncedIndex)
  }
  if (progress.mark >= progress.nextIndex && !mutant('D2')) {
    cover('log-recovery.damage')
    throw new StorageCorruptionError(segment.path, end, progress.nextIndex, `entries up to ${progress.mark} were synced and may have been acknowledged`)
  }
  if (lastUsed <= end) return undefined
  if (mutant('D8')) {
    segment.end = lastUsed
    return undefined
  }
  cover('log-recovery.torn-tail-cut')
  for (let offset = end; offset < lastUsed; offset += readBytes) segment.file.write(new Uint8Array(Math.min(readBytes, lastUsed - offset)), offset)
  await segment.file.sync()
  return { file: segment.path, offset: end, bytes: lastUsed - end, index: progress.nextIndex }
}

/**
 * What was read may be in the system's cache alone: the process before may have ended between a write, or a rename, and its sync; or a sync
 * may have failed, after which the cache counts as clean what never reached the disk. So everything above the highest mark is
 * written again, and synced with its name, before anything is promised on it.
 */
async function makeDurable(fileSystem: FileSystem, directory: string, segment: Segment | undefined, progress: Progress): Promise<void> {
  if (segment === undefined) return
  for (let offset = unmarkedFrom(segment, progress); offset < segment.end; offset += readBytes) {
    segment.file.write(await segment.file.read(offset, Math.min(readBytes, segment.end - offset)), offset)
  }
  await segment.file.sync()
  await fileSystem.syncDirectory(directory)
}

/** Where the last block stands that a mark covers: what comes behind it may not be durable, the blocks that say what is among it. */
function unmarkedFrom(segment: Segment, { mark, nextIndex }: Progress): number {
  const index = Math.min(mark, nextIndex - 1)
  return index < segment.firstIndex ? segmentHeaderBytes : segment.offsetOf(index)
}

function* headersIn(bytes: Uint8Array, seed: number, checksum: Checksum): Iterable<StoredBlock> {
  const firstByte = blockMagic & 0xff
  for (let at = bytes.indexOf(firstByte); at !== -1; at = bytes.indexOf(firstByte, at + 1)) {
    const stored = decodeBlockHeader(bytes, at, seed, checksum)
    if (stored !== undefined) yield stored
  }
}

/** The block of a header and its body. */
export function blockOf(stored: StoredBlock, body: Uint8Array): Block {
  const { kind, firstIndex, count, term, time, bodyCrc } = stored
  return { kind: kind as Block['kind'], firstIndex, count, term, time, body, bodyCrc }
}

/** Reads a file forwards in large pieces. */
class SegmentReader {
  private readonly file: File
  private piece: Uint8Array = new Uint8Array(0)
  private start = 0

  constructor(file: File) {
    this.file = file
  }

  /** A view of these bytes, if they were read already: most are, and then nothing is waited for. */
  view(offset: number, length: number): Uint8Array | undefined {
    const at = offset - this.start
    return at < 0 || at + length > this.piece.length ? undefined : this.piece.subarray(at, at + length)
  }

  /** A view of these bytes, or undefined when the file ends before. */
  async read(offset: number, length: number): Promise<Uint8Array | undefined> {
    this.piece = await this.file.read(offset, Math.max(buggify('log-recovery.short-read') ? 100 : readBytes, length))
    this.start = offset
    return this.view(offset, length)
  }
}
