import type { CloseReason, Connection, MessageHandler, Parts, RequestOptions } from '../../src/transport.ts'
import { TransportError } from '../../src/errors.ts'
import type { ByteStream } from '../../src/stream/byte-stream.ts'
import { FrameKind } from '../../src/stream/frame.ts'
import { FastContext } from './fast-context.ts'
import { ForwardingConnection } from './forwarding-connection.ts'
import { FrameTap } from './frame-tap.ts'
import type { Tap, TappedFrame } from './frame-tap.ts'
import type { Breakage } from './pipe-transport.ts'

/** A transport that is broken in one way, and the case that must tell so. */
export interface BrokenTransport {
  readonly what: string
  readonly caught: string
  readonly breakage: Breakage
}

/** Whatever the bytes are, their checksum is right. */
class TrustingContext extends FastContext {
  override checksum(): number {
    return 0
  }
}

/** Every way to be broken, each with the case whose name states the reason. */
export const brokenTransports: readonly BrokenTransport[] = [
  { what: 'reorders', caught: 'messages and requests arrive in the order in which they were handed over', breakage: tapped(swapping) },
  { what: 'loses', caught: 'of a thousand messages none is lost and none arrives twice', breakage: tapped(() => everyFortieth(() => [])) },
  { what: 'duplicates', caught: 'of a thousand messages none is lost and none arrives twice', breakage: tapped(() => everyFortieth((frame) => [frame, frame])) },
  { what: 'answers twice', caught: 'a thousand requests in flight settle, each once and with its own response', breakage: tapped(() => answeringTwice) },
  { what: 'mixes directions', caught: 'both directions work at the same time and are not mixed up', breakage: wrapped((below) => new MixingConnection(below)) },
  { what: 'ignores close', caught: 'closing tells both sides once, without an error', breakage: wrapped((below) => new DeafConnection(below)) },
  {
    what: 'drops what is queued at close', caught: 'what was sent before closing arrives before the end',
    breakage: wrapped((below, stream) => new HastyConnection(below, stream)),
  },
  {
    what: 'drops back-pressure', caught: 'send tells when more than a mebibyte is queued, and onDrain when there is room again',
    breakage: wrapped((below) => new CarelessConnection(below)),
  },
  { what: 'queues without a limit', caught: 'a sender that goes on regardless is cut off', breakage: { limits: { queuedBytesMax: 64 * 1024 * 1024 } } },
  { what: 'corrupts large messages', caught: 'sizes from nothing to a mebibyte arrive as they were', breakage: tapped(() => spoilingLarge) },
  { what: 'never times out', caught: 'a request that nobody answers fails at its time-out, outcome unknown', breakage: wrapped((below) => new PatientConnection(below)) },
  { what: 'leaves requests open for ever', caught: 'requests open at the end fail on both sides, outcome unknown', breakage: wrapped((below) => new ForgetfulConnection(below)) },
  {
    what: 'calls what may have happened not applied', caught: 'a request that nobody answers fails at its time-out, outcome unknown',
    breakage: wrapped((below) => new LyingConnection(below)),
  },
  { what: 'tells the end twice', caught: 'closing tells both sides once, without an error', breakage: wrapped((below) => new RepeatingConnection(below)) },
  { what: 'lets a handler take the connection down', caught: 'a handler that throws fails its request and nothing else', breakage: wrapped((below) => new FragileConnection(below)) },
  { what: 'does not notice damage', caught: 'a message with a flipped bit reaches no handler and ends the connection', breakage: { context: new TrustingContext() } },
  {
    what: 'does not notice silence', caught: 'a peer that vanishes without a word is noticed on both sides, and what is open settles',
    breakage: { limits: { heartbeatInterval: Infinity } },
  },
  { what: 'waits for strangers for ever', caught: 'who says nothing at all is given up', breakage: { limits: { handshakeTimeout: Infinity } } },
]

function tapped(tap: () => Tap): Breakage {
  return { stream: (stream) => new FrameTap(stream, tap()) }
}

function wrapped(connection: (below: Connection, stream: ByteStream) => Connection): Breakage {
  return { connection }
}

/** One-way messages wait until the next frame has passed. */
function swapping(): Tap {
  let held: TappedFrame | undefined
  return (frame) => {
    const before = held
    held = undefined
    if (before !== undefined) return [frame, before]
    if (frame.kind !== FrameKind.message) return [frame]
    held = frame
    return []
  }
}

function everyFortieth(act: Tap): Tap {
  let count = 0
  return (frame) => (frame.kind === FrameKind.message && ++count % 40 === 0 ? act(frame) : [frame])
}

function answeringTwice(frame: TappedFrame): TappedFrame[] {
  return frame.kind === FrameKind.response ? [frame, { ...frame, correlation: frame.correlation + 1 }] : [frame]
}

function spoilingLarge(frame: TappedFrame): TappedFrame[] {
  // Not the response too: spoiled twice in the same way, it would be right again.
  if (frame.body.length <= 65_536 || frame.kind === FrameKind.response) return [frame]
  return [{ ...frame, body: frame.body.with(40_000, frame.body[40_000]! ^ 1) }]
}

/** Handles its own messages now and then. */
class MixingConnection extends ForwardingConnection {
  private readonly own = new Map<number, MessageHandler>()
  private count = 0

  override handle(type: number, handler: MessageHandler): void {
    this.own.set(type, handler)
    super.handle(type, handler)
  }

  override send(type: number, parts: Parts): boolean {
    const handler = this.own.get(type)
    if (handler === undefined || ++this.count % 10 !== 0) return super.send(type, parts)
    handler(new Uint8Array(parts[0]!), undefined)
    return true
  }
}

class DeafConnection extends ForwardingConnection {
  override close(): void {}
}

class HastyConnection extends ForwardingConnection {
  private readonly stream: ByteStream

  constructor(below: Connection, stream: ByteStream) {
    super(below)
    this.stream = stream
  }

  override close(): void {
    this.stream.destroy()
  }
}

class CarelessConnection extends ForwardingConnection {
  override send(type: number, parts: Parts): boolean {
    super.send(type, parts)
    return this.isOpen
  }
}

class PatientConnection extends ForwardingConnection {
  override request(type: number, parts: Parts): Promise<Uint8Array> {
    return super.request(type, parts, { timeout: Infinity })
  }
}

class ForgetfulConnection extends ForwardingConnection {
  override request(type: number, parts: Parts, options: RequestOptions): Promise<Uint8Array> {
    return new Promise((resolve) => {
      super.request(type, parts, options).then(resolve, () => {})
    })
  }
}

class LyingConnection extends ForwardingConnection {
  override async request(type: number, parts: Parts, options: RequestOptions): Promise<Uint8Array> {
    try {
      return await super.request(type, parts, options)
    } catch (error) {
      throw new TransportError((error as TransportError).code, 'nothing has happened', { outcome: 'not-applied' })
    }
  }
}

class RepeatingConnection extends ForwardingConnection {
  override onClose(callback: (reason: CloseReason) => void): void {
    super.onClose((reason) => {
      callback(reason)
      callback(reason)
    })
  }
}

class FragileConnection extends ForwardingConnection {
  override handle(type: number, handler: MessageHandler): void {
    super.handle(type, (body, respond) => {
      try {
        handler(body, respond)
      } catch {
        this.close()
      }
    })
  }
}
