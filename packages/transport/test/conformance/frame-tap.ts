import { checksumTable } from '@copycat/utils'
import type { CloseReason, Parts } from '../../src/transport.ts'
import type { ByteStream } from '../../src/stream/byte-stream.ts'
import type { FrameKind } from '../../src/stream/frame.ts'
import { FrameDecoder } from '../../src/stream/frame-decoder.ts'
import { OutgoingFrames } from '../../src/stream/outgoing-frames.ts'
import { prefaceBytes } from '../../src/stream/preface.ts'
import { joined } from '../pipe.ts'

/** A frame as it is about to leave. */
export interface TappedFrame {
  readonly kind: FrameKind
  readonly type: number
  readonly correlation: number
  readonly body: Uint8Array
}

/** What leaves instead of a frame. */
export type Tap = (frame: TappedFrame) => readonly TappedFrame[]

/** Passes bytes on to a stream below. */
export class ForwardingStream implements ByteStream {
  protected readonly below: ByteStream

  constructor(below: ByteStream) {
    this.below = below
  }

  get remoteAddress(): string {
    return this.below.remoteAddress
  }

  get queuedBytes(): number {
    return this.below.queuedBytes
  }

  write(parts: Parts): boolean {
    return this.below.write(parts)
  }

  onDrain(callback: () => void): void {
    this.below.onDrain(callback)
  }

  onData(callback: (chunk: Uint8Array) => void): void {
    this.below.onData(callback)
  }

  pause(): void {
    this.below.pause()
  }

  resume(): void {
    this.below.resume()
  }

  onClose(callback: (reason: CloseReason) => void): void {
    this.below.onClose(callback)
  }

  end(): void {
    this.below.end()
  }

  destroy(error?: Error): void {
    this.below.destroy(error)
  }
}

/** Changes the frames that leave; their checksums are made anew, so that nobody notices by them. */
export class FrameTap extends ForwardingStream {
  private readonly outgoing = new OutgoingFrames(checksumTable)
  private readonly decoder: FrameDecoder
  private introductionLeft = prefaceBytes

  constructor(below: ByteStream, tap: Tap) {
    super(below)
    this.decoder = new FrameDecoder(checksumTable, 0x7fffffff, (kind, type, correlation, body) => {
      for (const frame of tap({ kind, type, correlation, body: body.slice() })) {
        this.outgoing.add(frame.kind, frame.type, frame.correlation, [frame.body], frame.body.length)
      }
    })
  }

  override write(parts: Parts): boolean {
    const bytes = joined(parts)
    const introduction = bytes.subarray(0, this.introductionLeft)
    this.introductionLeft -= introduction.length
    this.decoder.decode(bytes.subarray(introduction.length))
    const pieces = [introduction, ...this.outgoing.take(Infinity)].filter(({ length }) => length > 0)
    return pieces.length === 0 || super.write(pieces)
  }
}
