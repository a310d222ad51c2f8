import type { Parts } from '../transport.ts'
import { batchBytesMax, batchHeaderBytes, frameHeaderBytes } from './frame.ts'
import type { Checksum, FrameKind } from './frame.ts'
import { frameChecksum } from './frame-checksum.ts'

/** Parts up to this size are copied behind their header: cheaper than one more piece in a gathered write. */
const copiedPartBytesMax = 4096
const slabBytesMin = 2048
const slabBytesMax = 262_144
/** What stands in a full slab is taken along into the next one up to this size: one piece more in a write costs more. */
const movedBytesMax = 65_536
const noBatch = -1
const noParts: Parts = []

/**
 * Frames that were handed over and not yet given to the byte stream, as pieces in the order of the wire.
 * Headers and small parts are laid side by side in a slab, so that a turn's small frames are one batch and one piece; a
 * frame with a large part is a batch of its own, and the part goes through as it is.
 */
export class OutgoingFrames {
  private readonly checksum: Checksum
  private pieces: Uint8Array[] = []
  /** Whether the piece at the same place begins a batch: only there may another batch be put in between. */
  private startsBatch: boolean[] = []
  private slab: Uint8Array = new Uint8Array()
  private view: DataView = new DataView(this.slab.buffer)
  private slabSize = slabBytesMin
  /** Part of the slab that is queued but not yet a piece: from `runStart` to `slabEnd`; and whether it begins a batch. */
  private runStart = 0
  private slabEnd = 0
  private runStartsBatch = true
  /** Where the batch begins in the slab that may still take frames in: its header is written last. */
  private batchStart = noBatch
  /** All bytes ever queued, and those of them that {@link take} gave out. */
  addedBytes = 0
  takenBytes = 0

  constructor(checksum: Checksum) {
    this.checksum = checksum
  }

  get bytes(): number {
    return this.addedBytes - this.takenBytes
  }

  /** Queues a frame behind the others. The parts must not change until it is sent: the checksum of a large one is made now. */
  add(kind: FrameKind, type: number, correlation: number, parts: Parts, bodyBytes: number): void {
    if (bodyBytes > copiedPartBytesMax && parts.some(isLarge)) return this.addApart(kind, type, correlation, parts, bodyBytes)
    let at = this.beginFrame(kind, type, correlation, bodyBytes, bodyBytes)
    if (parts.length === 1) {
      // By far the most frequent, and not worth a loop.
      this.slab.set(parts[0]!, at)
      at += bodyBytes
    } else {
      for (const part of parts) {
        this.slab.set(part, at)
        at += part.length
      }
    }
    this.slabEnd = at
  }

  /** Queues a frame without a body ahead of all batches that have not begun to leave. */
  addUrgent(kind: FrameKind): void {
    this.closeRun(true)
    const place = this.startsBatch.indexOf(true)
    this.add(kind, 0, 0, noParts, 0)
    this.closeRun(true)
    if (place === -1) return
    this.pieces.splice(place, 0, this.pieces.pop()!)
    this.startsBatch.splice(place, 0, this.startsBatch.pop()!)
  }

  /** Takes pieces of at most `bytesMax` bytes together out of the queue, in order; a large piece is cut, not copied. */
  take(bytesMax: number): Uint8Array[] {
    this.closeRun(true)
    if (this.bytes <= bytesMax) {
      const all = this.pieces
      this.pieces = []
      this.startsBatch = []
      this.takenBytes = this.addedBytes
      return all
    }
    let room = bytesMax
    let count = 0
    while (count < this.pieces.length && this.pieces[count]!.length <= room) room -= this.pieces[count++]!.length
    const taken = this.pieces.splice(0, count)
    this.startsBatch.splice(0, count)
    const next = this.pieces[0]
    if (next !== undefined && room > 0) {
      taken.push(next.subarray(0, room))
      this.pieces[0] = next.subarray(room)
      // A piece that is cut may be cut within a batch: nothing is put before its rest.
      this.startsBatch[0] = false
      room = 0
    }
    this.takenBytes += bytesMax - room
    return taken
  }

  /** Gives memory back while nothing is queued: for connections that have become quiet. */
  release(): void {
    if (this.bytes > 0) return
    this.replaceSlab(new Uint8Array())
    this.slabSize = slabBytesMin
    this.runStart = 0
    this.slabEnd = 0
  }

  /** Drops what is queued. */
  clear(): void {
    this.pieces = []
    this.startsBatch = []
    this.runStart = this.slabEnd
    this.batchStart = noBatch
  }

  /** Queues a frame with large parts: a batch of its own, in pieces. */
  private addApart(kind: FrameKind, type: number, correlation: number, parts: Parts, bodyBytes: number): void {
    this.closeBatch()
    let copiedBytes = 0
    for (const part of parts) if (!isLarge(part)) copiedBytes += part.length
    let at = this.beginFrame(kind, type, correlation, bodyBytes, copiedBytes)
    const { slab, view, batchStart } = this
    view.setUint32(batchStart + 4, frameHeaderBytes + bodyBytes, true)
    let summed = batchStart + 4
    let crc = 0
    for (const part of parts) {
      if (!isLarge(part)) {
        slab.set(part, at)
        at += part.length
        continue
      }
      if (summed < at) crc = frameChecksum(this.checksum, slab, summed, at, crc)
      crc = this.checksum(part, crc)
      summed = at
      this.slabEnd = at
      this.cutRun(false)
      this.pieces.push(part)
      this.startsBatch.push(false)
    }
    if (summed < at) crc = frameChecksum(this.checksum, slab, summed, at, crc)
    view.setUint32(batchStart, crc, true)
    this.slabEnd = at
    this.batchStart = noBatch
    // The tail of a frame in pieces is a piece of its own, so that the next batch begins one.
    this.cutRun(true)
  }

  /**
   * Writes the header of a frame into the batch that is open, or a new one.
   * @param copiedBytes of the body will stand in the slab. @returns where.
   */
  private beginFrame(kind: FrameKind, type: number, correlation: number, bodyBytes: number, copiedBytes: number): number {
    if (this.batchStart !== noBatch && this.slabEnd - this.batchStart + frameHeaderBytes + bodyBytes > batchHeaderBytes + batchBytesMax) this.closeBatch()
    if (this.slab.length - this.slabEnd < batchHeaderBytes + frameHeaderBytes + copiedBytes) this.renewSlab(batchHeaderBytes + frameHeaderBytes + copiedBytes)
    if (this.batchStart === noBatch) {
      this.batchStart = this.slabEnd
      this.slabEnd += batchHeaderBytes
      this.addedBytes += batchHeaderBytes
    }
    const { view, slabEnd } = this
    view.setUint32(slabEnd, bodyBytes, true)
    // The kind, and 0 in the reserved byte.
    view.setUint16(slabEnd + 4, kind, true)
    view.setUint16(slabEnd + 6, type, true)
    view.setUint32(slabEnd + 8, correlation, true)
    this.addedBytes += frameHeaderBytes + bodyBytes
    return slabEnd + frameHeaderBytes
  }

  /** Completes the batch that is open, if any: no frame is added to it any more. */
  private closeBatch(): void {
    const { slab, view, batchStart, slabEnd } = this
    if (batchStart === noBatch) return
    view.setUint32(batchStart + 4, slabEnd - batchStart - batchHeaderBytes, true)
    view.setUint32(batchStart, frameChecksum(this.checksum, slab, batchStart + 4, slabEnd, 0), true)
    this.batchStart = noBatch
  }

  /** Completes the batch and makes a piece of what stands in the slab. */
  private closeRun(nextStartsBatch: boolean): void {
    this.closeBatch()
    this.cutRun(nextStartsBatch)
  }

  /** Makes a piece of what stands in the slab; what follows there begins a batch or goes on with one. */
  private cutRun(nextStartsBatch: boolean): void {
    if (this.slabEnd > this.runStart) {
      this.pieces.push(this.slab.subarray(this.runStart, this.slabEnd))
      this.startsBatch.push(this.runStartsBatch)
      this.runStart = this.slabEnd
    }
    this.runStartsBatch = nextStartsBatch
  }

  /** Goes on in a new slab with room for `bytes` more. Slabs are written once and left to the collector: the stream may hold pieces of them. */
  private renewSlab(bytes: number): void {
    if (this.slabEnd - this.runStart > movedBytesMax) this.closeRun(true)
    const moved = this.slab.subarray(this.runStart, this.slabEnd)
    if (this.slab.length > 0) this.slabSize = Math.min(this.slabSize * 2, slabBytesMax)
    this.replaceSlab(new Uint8Array(Math.max(this.slabSize, moved.length + bytes)))
    this.slab.set(moved)
    if (this.batchStart !== noBatch) this.batchStart -= this.runStart
    this.runStart = 0
    this.slabEnd = moved.length
  }

  private replaceSlab(slab: Uint8Array): void {
    this.slab = slab
    this.view = new DataView(slab.buffer)
  }
}

function isLarge(part: Uint8Array): boolean {
  return part.length > copiedPartBytesMax
}
