import { readSafeInteger, writeSafeInteger } from '@copycat/buffer'
import type { LogIndex, MemberId, Term } from '@copycat/utils'
import type { Block, BlockKind } from './block.ts'

/** CRC-32 of bytes, continued from a seed. */
export type Checksum = (bytes: Uint8Array, seed?: number) => number

/** Whose log a segment belongs to. */
export interface LogOwner {
  readonly clusterId: string
  readonly memberId: MemberId
  readonly incarnation: string
}

/** What the head of a segment says. */
export interface SegmentHeader {
  readonly generation: number
  readonly firstIndex: LogIndex
  /** Term of the entry before the first one. */
  readonly previousTerm: Term
}

/** Bytes of a segment's head; blocks start behind it. */
export const segmentHeaderBytes = 512

/** Bytes of a block's header. */
export const blockHeaderBytes = 64

/** Version of the files' format that this code writes; it refuses newer ones. */
export const formatVersion = 1

const segmentMagic = 0x47455343 // 'CSEG'
export const blockMagic = 0x4b4c4243 // 'CBLK'

const kinds: readonly (BlockKind | 'mark')[] = ['commands', 'noop', 'configuration', 'session', 'tick', 'holes', 'mark']

/** A block as it stands in a segment, without its body. */
export interface StoredBlock extends Omit<Block, 'kind' | 'body'> {
  readonly kind: BlockKind | 'mark'
  readonly bodyBytes: number
  /** Highest index known synced when it was written. */
  readonly syncedIndex: LogIndex
}

/** Seed of the checksums of a segment's blocks: it binds them to cluster, member and this life of the file. */
export function segmentSeed(owner: LogOwner, generation: number, checksum: Checksum): number {
  return checksum(textBytes(`${owner.clusterId}/${owner.memberId}/${owner.incarnation}/${generation}`))
}

export function encodeSegmentHeader(header: SegmentHeader, owner: LogOwner, checksum: Checksum): Uint8Array {
  const bytes = new Uint8Array(segmentHeaderBytes)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, segmentMagic, true)
  view.setUint32(4, formatVersion, true)
  writeSafeInteger(view, 8, header.generation)
  writeSafeInteger(view, 16, header.firstIndex)
  writeSafeInteger(view, 24, header.previousTerm)
  writeSafeInteger(view, 32, owner.memberId)
  bytes.set(textBytes(owner.clusterId), 40)
  bytes.set(textBytes(owner.incarnation), 72)
  view.setUint32(segmentHeaderBytes - 4, checksum(bytes.subarray(0, segmentHeaderBytes - 4)), true)
  return bytes
}

/** The head of a segment; undefined when it is not whole; the version when it is newer than this code. */
export function decodeSegmentHeader(bytes: Uint8Array, owner: LogOwner, checksum: Checksum): SegmentHeader | { readonly newer: number } | undefined {
  if (bytes.length < segmentHeaderBytes) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  if (view.getUint32(0, true) !== segmentMagic) return undefined
  if (view.getUint32(segmentHeaderBytes - 4, true) !== checksum(bytes.subarray(0, segmentHeaderBytes - 4))) return undefined
  const version = view.getUint32(4, true)
  if (version > formatVersion) return { newer: version }
  const header = { generation: readSafeInteger(view, 8), firstIndex: readSafeInteger(view, 16), previousTerm: readSafeInteger(view, 24) }
  const expected = encodeSegmentHeader(header, owner, checksum)
  return expected.every((byte, at) => byte === bytes[at]) ? header : undefined
}

/** Writes the header of a block at `at`; its body follows it. */
export function encodeBlockHeader(bytes: Uint8Array, view: DataView, at: number, block: StoredBlock, seed: number, checksum: Checksum): void {
  view.setUint32(at, blockMagic, true)
  view.setUint8(at + 4, kinds.indexOf(block.kind))
  view.setUint8(at + 5, 0)
  view.setUint16(at + 6, 0, true)
  writeSafeInteger(view, at + 8, block.firstIndex)
  writeSafeInteger(view, at + 16, block.count)
  writeSafeInteger(view, at + 24, block.term)
  writeSafeInteger(view, at + 32, block.time)
  writeSafeInteger(view, at + 40, block.syncedIndex)
  view.setUint32(at + 48, block.bodyBytes, true)
  view.setUint32(at + 52, block.bodyCrc, true)
  view.setUint32(at + 56, 0, true)
  view.setUint32(at + 60, checksum(bytes.subarray(at, at + 60), seed), true)
}

/** The header of a block at `at`, or undefined when none of this segment stands there whole. */
export function decodeBlockHeader(bytes: Uint8Array, at: number, seed: number, checksum: Checksum): StoredBlock | undefined {
  if (at + blockHeaderBytes > bytes.length || !isMagicAt(bytes, at)) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  if (view.getUint32(at + 60, true) !== checksum(bytes.subarray(at, at + 60), seed)) return undefined
  const kind = kinds[view.getUint8(at + 4)]
  if (kind === undefined) return undefined
  return {
    kind, firstIndex: readSafeInteger(view, at + 8), count: readSafeInteger(view, at + 16), term: readSafeInteger(view, at + 24),
    time: readSafeInteger(view, at + 32), syncedIndex: readSafeInteger(view, at + 40), bodyBytes: view.getUint32(at + 48, true),
    bodyCrc: view.getUint32(at + 52, true),
  }
}

/** Without a view: who searches for headers asks at every other place. */
function isMagicAt(bytes: Uint8Array, at: number): boolean {
  return (bytes[at]! | bytes[at + 1]! << 8 | bytes[at + 2]! << 16 | bytes[at + 3]! << 24) >>> 0 === blockMagic
}

/** Name of a segment's file. */
export function segmentFileName(firstIndex: LogIndex, generation: number): string {
  return `${String(firstIndex).padStart(20, '0')}-${generation}.seg`
}

/** First index and generation of a segment's file name, or undefined when it is none. */
export function parseSegmentFileName(name: string): { readonly firstIndex: LogIndex, readonly generation: number } | undefined {
  const match = /^(\d{20})-(\d+)\.seg$/.exec(name)
  return match === null ? undefined : { firstIndex: Number(match[1]), generation: Number(match[2]) }
}

function textBytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0))
}
