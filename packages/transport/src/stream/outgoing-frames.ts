import type { Parts } from '../transport.ts'
import { frameHeaderBytes } from './frame.ts'
import type { Checksum, FrameKind } from './frame.ts'
import { frameChecksum } from './frame-checksum.ts'

/** Parts up to this size are copied behind their header: cheaper than one more piece in a gathered write. */
const copiedPartBytesMax = 4096
const slabBytesMin = 2048
const slabBytesMax = 262_144
/** What stands in a full slab is taken along into the next one up to this size: one piece more in a write costs more. */
const movedBytesMax = 65_536
const noParts: Parts = []

/**
 * Frames that were handed over and not yet given to the byte stream, as pieces in the order of the wire.
 * Headers and small parts are laid side by side in a slab, so that a turn's small frames are one piece; large
 * parts go through as they are.
 */
export class OutgoingFrames {
  private readonly checksum: Checksum
  private pieces: Uint8Array[] = []
  /** Whether the piece at the same place begins a frame: only there may another frame be put in between. */
  private startsFrame: boolean[] = []
  private slab: Uint8Array | undefined
  private slabView: DataView | undefined
  private slabSize = slabBytesMin
  /** Part of the slab that is queued but not yet a piece: from `runStart` to `slabEnd`; and whether it begins a frame. */
  private runStart = 0
  private slabEnd = 0
  private runStartsFrame = true
  /** All bytes ever queued, and those of them that {@link take} gave out. */
  addedBytes = 0
  takenBytes = 0

  constructor(checksum: Checksum) {
    this.checksum = checksum
  }

  get bytes(): number {
    return this.addedBytes - this.takenBytes
  }

  /** Queues a frame behind the others. The parts must not change until it is sent: the checksum is made now. */
  add(kind: FrameKind, type: number, correlation: number, parts: Parts, bodyBytes: number): void {
    let copiedBytes = frameHeaderBytes
    for (const part of parts) if (part.length <= copiedPartBytesMax) copiedBytes += part.length
    const slab = this.reserve(copiedBytes)
    const view = this.slabView!
    const header = this.slabEnd
    view.setUint32(header + 4, bodyBytes, true)
    view.setUint8(header + 8, kind)
    view.setUint8(header + 9, 0)
    view.setUint16(header + 10, type, true)
    view.setUint32(header + 12, correlation, true)
    let end = header + frameHeaderBytes
    let summed = header + 4
    let crc = 0
    for (const part of parts) {
      if (part.length <= copiedPartBytesMax) {
        slab.set(part, end)
        end += part.length
        continue
      }
      if (summed < end) crc = frameChecksum(this.checksum, slab, summed, end, crc)
      crc = this.checksum(part, crc)
      summed = end
      this.slabEnd = end
      this.closeRun(false)
      this.pieces.push(part)
      this.startsFrame.push(false)
    }
    if (summed < end) crc = frameChecksum(this.checksum, slab, summed, end, crc)
    view.setUint32(header, crc, true)
    this.slabEnd = end
    // The tail of a frame in pieces is a piece of its own, so that the next frame begins one.
    if (!this.runStartsFrame) this.closeRun(true)
    this.addedBytes += frameHeaderBytes + bodyBytes
  }

  /** Queues a frame without a body ahead of all frames that have not begun to leave. */
  addUrgent(kind: FrameKind): void {
    this.closeRun(true)
    const place = this.startsFrame.indexOf(true)
    this.add(kind, 0, 0, noParts, 0)
    this.closeRun(true)
    if (place === -1) return
    this.pieces.splice(place, 0, this.pieces.pop()!)
    this.startsFrame.splice(place, 0, this.startsFrame.pop()!)
  }

  /** Takes pieces of at most `bytesMax` bytes together out of the queue, in order; a large piece is cut, not copied. */
  take(bytesMax: number): Uint8Array[] {
    this.closeRun(true)
    if (this.bytes <= bytesMax) {
      const all = this.pieces
      this.pieces = []
      this.startsFrame = []
      this.takenBytes = this.addedBytes
      return all
    }
    let room = bytesMax
    let count = 0
    while (count < this.pieces.length && this.pieces[count]!.length <= room) room -= this.pieces[count++]!.length
    const taken = this.pieces.splice(0, count)
    this.startsFrame.splice(0, count)
    const next = this.pieces[0]
    if (next !== undefined && room > 0) {
      taken.push(next.subarray(0, room))
      this.pieces[0] = next.subarray(room)
      // A piece of small frames that is cut may be cut within one: nothing is put before its rest.
      this.startsFrame[0] = false
      room = 0
    }
    this.takenBytes += bytesMax - room
    return taken
  }

  /** Gives memory back while nothing is queued: for connections that have become quiet. */
  release(): void {
    if (this.bytes > 0) return
    this.slab = undefined
    this.slabView = undefined
    this.slabSize = slabBytesMin
    this.runStart = 0
    this.slabEnd = 0
  }

  /** Drops what is queued. */
  clear(): void {
    this.pieces = []
    this.startsFrame = []
    this.runStart = this.slabEnd
  }

  /** Makes a piece of what stands in the slab; what follows there begins a frame or goes on with one. */
  private closeRun(nextStartsFrame: boolean): void {
    if (this.slabEnd > this.runStart) {
      this.pieces.push(this.slab!.subarray(this.runStart, this.slabEnd))
      this.startsFrame.push(this.runStartsFrame)
      this.runStart = this.slabEnd
    }
    this.runStartsFrame = nextStartsFrame
  }

  /** A slab with room for `bytes` more. Slabs are written once and left to the collector: the stream may hold pieces of them. */
  private reserve(bytes: number): Uint8Array {
    if (this.slab !== undefined && this.slab.length - this.slabEnd >= bytes) return this.slab
    if (this.slabEnd - this.runStart > movedBytesMax) this.closeRun(true)
    const moved = this.slab?.subarray(this.runStart, this.slabEnd)
    if (this.slab !== undefined) this.slabSize = Math.min(this.slabSize * 2, slabBytesMax)
    const movedBytes = moved?.length ?? 0
    this.slab = new Uint8Array(Math.max(this.slabSize, movedBytes + bytes))
    if (moved !== undefined) this.slab.set(moved)
    this.slabView = new DataView(this.slab.buffer)
    this.runStart = 0
    this.slabEnd = movedBytes
    return this.slab
  }
}
