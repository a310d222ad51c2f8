import { cover, mutant } from '@copycat/utils/instruments'
import { TransportError } from '../errors.ts'
import { FrameKind, frameHeaderBytes } from './frame.ts'
import type { Checksum } from './frame.ts'
import { frameChecksum } from './frame-checksum.ts'

/** Takes one frame. `body` is a view that nobody writes to again. */
export type FrameSink = (kind: FrameKind, type: number, correlation: number, body: Uint8Array) => void

/** The buffer of a frame is made at once up to this size; beyond, its length is only a claim, and it doubles as bytes arrive. */
const partialBytesAtOnce = 262_144

/**
 * Cuts a stream of bytes into frames, whatever its chunks. Frames that lie within a chunk are handed over as
 * views of it; only one that straddles chunks is copied, each byte once plus the doubling of its buffer.
 */
export class FrameDecoder {
  private readonly checksum: Checksum
  private readonly frameBytesMax: number
  private readonly sink: FrameSink
  private readonly header = new Uint8Array(frameHeaderBytes)
  private readonly headerView = new DataView(this.header.buffer)
  /** The bytes of a frame that has not arrived whole; while its header is incomplete they are in `header`. */
  private partial: Uint8Array | undefined
  private partialLength = 0
  /** Length of the frame in `partial`, header included. */
  private partialTotal = 0
  private stopped = false
  /** Frames handed over so far. */
  frames = 0

  /** @param frameBytesMax largest body that is taken; checked before anything is allocated. */
  constructor(checksum: Checksum, frameBytesMax: number, sink: FrameSink) {
    this.checksum = checksum
    this.frameBytesMax = frameBytesMax
    this.sink = sink
  }

  /** Bytes held of a frame that is not complete. */
  get partialBytes(): number {
    return this.partialLength
  }

  /** From now on, also in the midst of a chunk, everything is dropped. */
  stop(): void {
    this.stopped = true
    this.partial = undefined
    this.partialLength = 0
  }

  /**
   * Takes the next chunk and hands over every frame that it completes.
   * @throws {TransportError} `…_FRAME_TOO_LARGE` or `…_FRAME_INVALID`; the stream cannot be followed after that.
   */
  decode(chunk: Uint8Array): void {
    let at = this.partialLength === 0 ? 0 : this.continuePartial(chunk)
    if (at === chunk.length || this.stopped) return
    const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    while (!this.stopped && chunk.length - at >= frameHeaderBytes) {
      const total = this.checkHeader(view, at)
      if (chunk.length - at < total) break
      this.deliver(chunk, view, at, total)
      at += total
    }
    if (at < chunk.length && !this.stopped) this.continuePartial(chunk.subarray(at))
  }

  /** Adds to the frame that is being collected what it still needs of `chunk`. @returns how many bytes that was. */
  private continuePartial(chunk: Uint8Array): number {
    let at = 0
    if (this.partialLength < frameHeaderBytes) {
      cover('frame-decoder.header-in-pieces')
      at = Math.min(frameHeaderBytes - this.partialLength, chunk.length)
      this.header.set(at === chunk.length ? chunk : chunk.subarray(0, at), this.partialLength)
      this.partialLength += at
      if (this.partialLength < frameHeaderBytes) return at
      this.partialTotal = this.checkHeader(this.headerView, 0)
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
    const frame = this.partial!
    this.partial = undefined
    this.partialLength = 0
    this.deliver(frame, new DataView(frame.buffer, frame.byteOffset, frame.byteLength), 0, this.partialTotal)
  }

  /** @returns the length of the frame at `at`, header included. */
  private checkHeader(view: DataView, at: number): number {
    const length = view.getUint32(at + 4, true)
    if (length > this.frameBytesMax) {
      throw new TransportError('COPYCAT_TRANSPORT_FRAME_TOO_LARGE',
        `the peer announced a frame of ${length} bytes, more than ${this.frameBytesMax}`)
    }
    const kind = view.getUint8(at + 8)
    if (kind < FrameKind.request || kind > FrameKind.pong || view.getUint8(at + 9) !== 0) {
      throw new TransportError('COPYCAT_TRANSPORT_FRAME_INVALID', `the peer sent a frame of unknown kind ${kind}`)
    }
    return frameHeaderBytes + length
  }

  private deliver(bytes: Uint8Array, view: DataView, at: number, total: number): void {
    if (frameChecksum(this.checksum, bytes, at + 4, at + total, 0) !== view.getUint32(at, true) && !mutant('T8')) {
      cover('frame-decoder.wrong-checksum')
      throw new TransportError('COPYCAT_TRANSPORT_FRAME_INVALID', 'the peer sent a frame with a wrong checksum')
    }
    this.frames += 1
    this.sink(view.getUint8(at + 8) as FrameKind, view.getUint16(at + 10, true), view.getUint32(at + 12, true),
      bytes.subarray(at + frameHeaderBytes, at + total))
  }
}
