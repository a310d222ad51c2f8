import { cover, mutant } from '@copycat/utils/instruments'
import { TransportError } from '../errors.ts'
import { batchBytesMax, batchHeaderBytes, FrameKind, frameHeaderBytes } from './frame.ts'
import type { Checksum } from './frame.ts'
import { frameChecksum } from './frame-checksum.ts'

/** Takes one frame. `body` is a view that nobody writes to again. */
export type FrameSink = (kind: FrameKind, type: number, correlation: number, body: Uint8Array) => void

/** The buffer of a batch is made at once up to this size; beyond, its length is only a claim, and it doubles as bytes arrive. */
const partialBytesAtOnce = 262_144

/**
 * Cuts a stream of bytes into batches, whatever its chunks, and batches whose checksum is right into frames. Frames of a
 * batch that lies within a chunk are handed over as views of it; only a batch that straddles chunks is copied, each byte once
 * plus the doubling of its buffer.
 */
export class FrameDecoder {
  private readonly checksum: Checksum
  private readonly frameBytesMax: number
  private readonly batchBytesMax: number
  private readonly sink: FrameSink
  private readonly header = new Uint8Array(batchHeaderBytes)
  private readonly headerView = new DataView(this.header.buffer)
  /** The bytes of a batch that has not arrived whole; while its header is incomplete they are in `header`. */
  private partial: Uint8Array | undefined
  private partialLength = 0
  /** Length of the batch in `partial`, header included. */
  private partialTotal = 0
  private stopped = false
  /** Frames handed over so far. */
  frames = 0

  /** @param frameBytesMax largest body that is taken; checked before anything is allocated. */
  constructor(checksum: Checksum, frameBytesMax: number, sink: FrameSink) {
    this.checksum = checksum
    this.frameBytesMax = frameBytesMax
    this.batchBytesMax = Math.max(batchBytesMax, frameHeaderBytes + frameBytesMax)
    this.sink = sink
  }

  /** Bytes held of a batch that is not complete. */
  get partialBytes(): number {
    return this.partialLength
  }

  /** From now on, also in the midst of a batch, everything is dropped. */
  stop(): void {
    this.stopped = true
    this.partial = undefined
    this.partialLength = 0
  }

  /**
   * Takes the next chunk and hands over every frame of the batches that it completes.
   * @throws {TransportError} `…_FRAME_TOO_LARGE` or `…_FRAME_INVALID`; the stream cannot be followed after that.
   */
  decode(chunk: Uint8Array): void {
    let at = this.partialLength === 0 ? 0 : this.continuePartial(chunk)
    if (at === chunk.length || this.stopped) return
    const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    while (!this.stopped && chunk.length - at >= batchHeaderBytes) {
      const total = this.checkBatchHeader(view, at)
      if (chunk.length - at < total) break
      this.deliver(chunk, view, at, at + total)
      at += total
    }
    if (at < chunk.length && !this.stopped) this.continuePartial(chunk.subarray(at))
  }

  /** Adds to the batch that is being collected what it still needs of `chunk`. @returns how many bytes that was. */
  private continuePartial(chunk: Uint8Array): number {
    let at = 0
    if (this.partialLength < batchHeaderBytes) {
      cover('frame-decoder.header-in-pieces')
      at = Math.min(batchHeaderBytes - this.partialLength, chunk.length)
      this.header.set(at === chunk.length ? chunk : chunk.subarray(0, at), this.partialLength)
      this.partialLength += at
      if (this.partialLength < batchHeaderBytes) return at
      this.partialTotal = this.checkBatchHeader(this.headerView, 0)
      this.partial = new Uint8Array(Math.min(this.partialTotal, partialBytesAtOnce))
      this.partial.set(this.header)
    }
    const added = Math.min(this.partialTotal - this.partialLength, chunk.length - at)
    if (added > 0) {
      this.reserve(this.partialLength + added).set(chunk.subarray(at, at + added), this.partialLength)
      this.partialLength += added
    }
    if (this.partialLength === this.partialTotal) this.deliverPartial()
    return at + added
  }

  private reserve(length: number): Uint8Array {
    let buffer = this.partial!
    if (buffer.length < length) {
      buffer = new Uint8Array(Math.min(this.partialTotal, Math.max(buffer.length * 2, length)))
      buffer.set(this.partial!.subarray(0, this.partialLength))
      this.partial = buffer
    }
    return buffer
  }

  private deliverPartial(): void {
    const batch = this.partial!
    this.partial = undefined
    this.partialLength = 0
    this.deliver(batch, new DataView(batch.buffer, batch.byteOffset, batch.byteLength), 0, this.partialTotal)
  }

  /** @returns the length of the batch at `at`, header included. */
  private checkBatchHeader(view: DataView, at: number): number {
    const length = view.getUint32(at + 4, true)
    if (length > this.batchBytesMax) {
      throw new TransportError('COPYCAT_TRANSPORT_FRAME_TOO_LARGE',
        `the peer announced frames of ${length} bytes, more than ${this.batchBytesMax}`)
    }
    if (length < frameHeaderBytes) {
      throw new TransportError('COPYCAT_TRANSPORT_FRAME_INVALID', `the peer announced frames of ${length} bytes, less than there can be`)
    }
    return batchHeaderBytes + length
  }

  /** Hands over the frames of the batch from `start` to `end`. */
  private deliver(bytes: Uint8Array, view: DataView, start: number, end: number): void {
    if (frameChecksum(this.checksum, bytes, start + 4, end, 0) !== view.getUint32(start, true) && !mutant('T8')) {
      cover('frame-decoder.wrong-checksum')
      throw new TransportError('COPYCAT_TRANSPORT_FRAME_INVALID', 'the peer sent frames with a wrong checksum')
    }
    const { sink } = this
    for (let at = start + batchHeaderBytes; at < end && !this.stopped;) {
      const bodyAt = at + frameHeaderBytes
      const next = bodyAt + this.checkFrameHeader(view, at, end)
      this.frames += 1
      sink(view.getUint8(at + 4) as FrameKind, view.getUint16(at + 6, true), view.getUint32(at + 8, true), bytes.subarray(bodyAt, next))
      at = next
    }
  }

  /** @returns the length of the body of the frame at `at`, which ends at or before `end`. */
  private checkFrameHeader(view: DataView, at: number, end: number): number {
    const room = end - at - frameHeaderBytes
    const length = room < 0 ? 0 : view.getUint32(at, true)
    if (length > room || room < 0) throw new TransportError('COPYCAT_TRANSPORT_FRAME_INVALID', 'the peer sent a frame that goes beyond its batch')
    if (length > this.frameBytesMax) {
      throw new TransportError('COPYCAT_TRANSPORT_FRAME_TOO_LARGE', `the peer sent a frame of ${length} bytes, more than ${this.frameBytesMax}`)
    }
    const kind = view.getUint8(at + 4)
    if (kind < FrameKind.request || kind > FrameKind.pong || view.getUint8(at + 5) !== 0) {
      throw new TransportError('COPYCAT_TRANSPORT_FRAME_INVALID', `the peer sent a frame of unknown kind ${kind}`)
    }
    return length
  }
}
