import { assert } from '@copycat/utils'
import type { Context, Logger, Timer } from '@copycat/utils'
import { buggify, cover } from '@copycat/utils/instruments'
import { TransportError } from '../errors.ts'
import { PendingRequests } from './pending-requests.ts'
import type { CloseReason, Connection, MessageHandler, Parts, RequestOptions, Respond } from '../transport.ts'
import type { ByteStream } from './byte-stream.ts'
import { batchHeaderBytes, FailureReason, FrameKind, frameHeaderBytes } from './frame.ts'
import type { Checksum } from './frame.ts'
import { FrameDecoder } from './frame-decoder.ts'
import { decodeFailure, encodeFailure } from './failure.ts'
import { nonceBytes } from './authentication.ts'
import { Handshake } from './handshake.ts'
import { Heartbeat } from './heartbeat.ts'
import { OutgoingFrames } from './outgoing-frames.ts'
import { resolveStreamLimits } from './stream-options.ts'
import type { StreamConnectionOptions, StreamLimits } from './stream-options.ts'

/** Most bytes given to the stream at once: a ping waits behind no more than these, and progress shows in such steps. */
const writeBytesMax = 262_144

/**
 * A connection over any byte stream: preface, framing, checksums, correlation, time-outs, heartbeats and
 * back-pressure. It starts at once; {@link onOpen} tells when the peer has shown that it speaks the same.
 *
 *     handshake --preface--> open --close()--> closing --stream ended--> closed
 *         \____________________\___failure, or the stream ended___________/
 */
export class StreamConnection implements Connection {
  private readonly stream: ByteStream
  private readonly context: Context
  private readonly logger: Logger
  private readonly limits: Required<StreamLimits>
  private readonly checksum: Checksum
  private readonly handshake: Handshake
  private readonly decoder: FrameDecoder
  private readonly outgoing: OutgoingFrames
  private readonly pending = new PendingRequests()
  private readonly heartbeat = new Heartbeat()
  private readonly handlers = new Map<number, MessageHandler>()
  private state: 'handshake' | 'open' | 'closing' | 'closed' = 'handshake'
  private peerFrameBytesMax = 0
  /** Chunks that wait until whoever got the connection has had a turn to set its handlers. */
  private held: Uint8Array[] | undefined
  private isFlushScheduled = false
  /** The stream has said that it is full and not yet that it has room. */
  private isBlocked = false
  /** What the stream had queued after the last write: an upper bound, because asking a socket anew for each message costs too much. */
  private streamQueuedBytes = 0
  private isPongQueued = false
  private wantsDrain = false
  private timer: Timer | undefined
  private timerAt = Infinity
  /** What the timer waits for besides requests: the preface, the next heartbeat or the end of closing. */
  private phaseDeadline: number
  private partialSince = Infinity
  private sentWhileClosing = 0
  private closeReason: CloseReason | undefined
  private openCallback: ((error: TransportError | undefined) => void) | undefined
  private drainCallback: (() => void) | undefined
  private closeCallback: ((reason: CloseReason) => void) | undefined
  private readonly flush = (): void => this.flushNow()
  private readonly onTimer = (): void => {
    this.timer = undefined
    this.timerAt = Infinity
    // After a stall of our own the answer may be lying in the socket: read first, judge then.
    this.context.nextTurn(this.judge)
  }
  private readonly judge = (): void => this.judgeNow()

  constructor(stream: ByteStream, options: StreamConnectionOptions) {
    this.stream = stream
    this.context = options.context
    this.logger = options.logger
    this.limits = resolveStreamLimits(options)
    this.checksum = (bytes, seed) => this.context.checksum(bytes, seed)
    this.outgoing = new OutgoingFrames(this.checksum)
    this.decoder = new FrameDecoder(this.checksum, this.limits.frameBytesMax,
      (kind, type, correlation, body) => this.receiveFrame(kind, type, correlation, body))
    const { heartbeatInterval, frameBytesMax } = this.limits
    this.handshake = new Handshake({
      transportName: options.transportName, frameBytesMax, heartbeatInterval, role: options.role ?? 'dialling', authentication: options.authentication,
      nonce: () => this.context.random('transport-nonce').bytes(nonceBytes), checksum: this.checksum,
    })
    this.phaseDeadline = this.context.monotonic() + this.limits.handshakeTimeout
    stream.onClose((reason) => this.streamEnded(reason))
    stream.onDrain(() => this.streamDrained())
    stream.onData((chunk) => this.receive(chunk))
    this.isBlocked = !stream.write([this.handshake.greeting])
    this.armTimer()
  }

  get remoteAddress(): string {
    return this.stream.remoteAddress
  }

  get isOpen(): boolean {
    return this.state === 'open'
  }

  /**
   * Sets what is called once: without an error when the peer's preface fits, before any message is delivered, and
   * no message is delivered before the next turn; or with the reason why there is no connection.
   */
  onOpen(callback: (error: TransportError | undefined) => void): void {
    this.openCallback = callback
  }

  request(type: number, parts: Parts, { timeout }: RequestOptions): Promise<Uint8Array> {
    assert(timeout >= 0, 'a time-out is a number that is not negative')
    return new Promise((resolve, reject) => {
      const bodyBytes = this.checkMessage(type, parts)
      if (this.state !== 'open') return reject(this.closedError())
      if (bodyBytes > this.peerFrameBytesMax) return reject(this.tooLargeError(bodyBytes))
      const deadline = timeout === Infinity ? Infinity : this.context.monotonic() + timeout
      const correlation = this.pending.add({ type, deadline, position: this.outgoing.addedBytes, resolve, reject })
      if (deadline < this.timerAt) this.armTimer()
      this.queue(FrameKind.request, type, correlation, parts, bodyBytes)
    })
  }

  /** @throws {TransportError} `COPYCAT_TRANSPORT_FRAME_TOO_LARGE` when the message is larger than either side takes. */
  send(type: number, parts: Parts): boolean {
    const bodyBytes = this.checkMessage(type, parts)
    if (this.state !== 'open') return false
    if (bodyBytes > this.peerFrameBytesMax) throw this.tooLargeError(bodyBytes)
    this.queue(FrameKind.message, type, 0, parts, bodyBytes)
    if (this.queuedBytes <= this.limits.queuedBytesHigh) return true
    this.wantsDrain = true
    return false
  }

  handle(type: number, handler: MessageHandler): void {
    this.handlers.set(type, handler)
  }

  onDrain(callback: () => void): void {
    this.drainCallback = callback
  }

  onClose(callback: (reason: CloseReason) => void): void {
    this.closeCallback = callback
    if (this.closeReason !== undefined) this.notifyClose()
  }

  close(): void {
    if (this.state === 'handshake') {
      return this.finish({ error: new TransportError('COPYCAT_TRANSPORT_HANDSHAKE', 'closed before the peer had answered') })
    }
    if (this.state !== 'open') return
    this.state = 'closing'
    this.decoder.stop()
    this.held = undefined
    this.stream.resume()
    this.pending.failAll(this.outgoing.takenBytes, 'the connection was closed here before the response came', undefined)
    this.phaseDeadline = this.context.monotonic() + this.limits.closeTimeout
    this.armTimer()
    this.scheduleFlush()
  }

  private get queuedBytes(): number {
    return this.outgoing.bytes + this.streamQueuedBytes
  }

  private checkMessage(type: number, parts: Parts): number {
    assert(Number.isInteger(type) && type >= 0 && type <= 0xffff, () => `a message type is an integer from 0 to 65535, not ${type}`)
    let bytes = 0
    for (const part of parts) bytes += part.length
    return bytes
  }

  private queue(kind: FrameKind, type: number, correlation: number, parts: Parts, bodyBytes: number): void {
    if (this.isOverfull(bodyBytes)) {
      const before = this.queuedBytes
      this.fail(new TransportError('COPYCAT_TRANSPORT_OVERFLOW', `the peer does not take in what is sent: ${before} bytes are queued`))
      return
    }
    this.outgoing.add(kind, type, correlation, parts, bodyBytes)
    this.scheduleFlush()
  }

  private isOverfull(bodyBytes: number): boolean {
    const room = this.limits.queuedBytesMax - batchHeaderBytes - frameHeaderBytes - bodyBytes
    if (this.queuedBytes <= room) return false
    this.streamQueuedBytes = this.stream.queuedBytes
    return this.queuedBytes > 0 && this.queuedBytes > room
  }

  private scheduleFlush(): void {
    if (this.isFlushScheduled || this.isBlocked) return
    this.isFlushScheduled = true
    this.context.execute(this.flush)
  }

  private flushNow(): void {
    this.isFlushScheduled = false
    while (!this.isBlocked && this.outgoing.bytes > 0 && this.state !== 'closed') {
      this.isPongQueued = false
      if (!this.stream.write(this.outgoing.take(buggify('stream-connection.small-write') ? 16 : writeBytesMax))) this.isBlocked = true
    }
    this.streamQueuedBytes = this.stream.queuedBytes
    if (this.isBlocked || this.state === 'closed') return
    if (this.state === 'closing') return this.stream.end()
    if (!this.wantsDrain || this.queuedBytes > this.limits.queuedBytesHigh) return
    this.wantsDrain = false
    this.drainCallback?.()
  }

  private streamDrained(): void {
    this.isBlocked = false
    this.flushNow()
  }

  private receive(chunk: Uint8Array): void {
    this.heartbeat.heard = true
    try {
      if (this.state === 'handshake') this.receiveHandshake(chunk)
      else if (this.held !== undefined) this.held.push(chunk)
      else this.decode(chunk)
    } catch (error) {
      this.fail(error as Error)
    }
  }

  private receiveHandshake(chunk: Uint8Array): void {
    const taken = this.handshake.push(chunk, (bytes) => {
      if (!this.stream.write([bytes])) this.isBlocked = true
    })
    if (!this.handshake.isComplete) return
    this.peerFrameBytesMax = Math.min(this.limits.frameBytesMax, this.handshake.peerFrameBytesMax)
    this.state = 'open'
    this.phaseDeadline = this.context.monotonic() + this.limits.heartbeatInterval
    this.armTimer()
    this.held = taken < chunk.length ? [chunk.subarray(taken)] : []
    this.stream.pause()
    this.context.nextTurn(() => this.releaseHeld())
    const callback = this.openCallback
    this.openCallback = undefined
    callback?.(undefined)
  }

  private releaseHeld(): void {
    const chunks = this.held ?? []
    this.held = undefined
    if (this.state !== 'open') return
    for (const chunk of chunks) this.receive(chunk)
    this.stream.resume()
  }

  private decode(chunk: Uint8Array): void {
    const framesBefore = this.decoder.frames
    this.decoder.decode(chunk)
    if (this.decoder.partialBytes === 0) this.partialSince = Infinity
    else if (this.partialSince === Infinity || this.decoder.frames > framesBefore) this.partialSince = this.context.monotonic()
  }

  private receiveFrame(kind: FrameKind, type: number, correlation: number, body: Uint8Array): void {
    if (kind === FrameKind.message) this.receiveMessage(type, body)
    else if (kind === FrameKind.request) this.receiveRequest(type, correlation, body)
    else if (kind === FrameKind.response) this.pending.take(correlation)?.resolve(body)
    else if (kind === FrameKind.failure) this.pending.take(correlation)?.reject(decodeFailure(body))
    else if (kind === FrameKind.ping) this.pong()
  }

  private receiveMessage(type: number, body: Uint8Array): void {
    const handler = this.handlers.get(type)
    if (handler === undefined) return this.logger.debug(`${this.remoteAddress}: dropped a message of type ${type}: it has no handler`)
    try {
      handler(body, undefined)
    } catch (error) {
      this.logger.error(`the handler of messages of type ${type} threw`, error)
    }
  }

  private receiveRequest(type: number, correlation: number, body: Uint8Array): void {
    const handler = this.handlers.get(type)
    if (handler === undefined) return this.respondFailure(correlation, FailureReason.noHandler, `no handler for messages of type ${type}`)
    let isAnswered = false
    const respond: Respond = (parts) => {
      if (isAnswered) return
      isAnswered = true
      this.respond(type, correlation, parts)
    }
    try {
      handler(body, respond)
    } catch (error) {
      this.logger.error(`the handler of messages of type ${type} threw`, error)
      if (isAnswered) return
      isAnswered = true
      const text = (error as Error | undefined)?.message ?? String(error)
      this.respondFailure(correlation, FailureReason.handlerThrew, `the handler of type ${type} threw: ${text}`)
    }
  }

  private respond(type: number, correlation: number, parts: Parts): void {
    if (this.state !== 'open') return
    let bodyBytes = 0
    for (const part of parts) bodyBytes += part.length
    if (bodyBytes <= this.peerFrameBytesMax) {
      this.queue(FrameKind.response, type, correlation, parts, bodyBytes)
      if (buggify('stream-connection.closes-after-response') && buggify('stream-connection.closes-after-response')) this.close()
      return
    }
    this.logger.error(`the response to a message of type ${type} has ${bodyBytes} bytes, more than ${this.peerFrameBytesMax}`)
    this.respondFailure(correlation, FailureReason.responseTooLarge, `the response is larger than ${this.peerFrameBytesMax} bytes`)
  }

  private respondFailure(correlation: number, reason: FailureReason, message: string): void {
    if (this.state !== 'open') return
    const body = encodeFailure(reason, message)
    this.queue(FrameKind.failure, 0, correlation, [body], body.length)
  }

  /** One pong answers all pings since the last one left, so that pings cannot make memory grow. */
  private pong(): void {
    if (this.isPongQueued || this.state !== 'open') return
    this.isPongQueued = true
    this.outgoing.addUrgent(FrameKind.pong)
    this.scheduleFlush()
  }

  private armTimer(): void {
    const at = Math.min(this.phaseDeadline, this.pending.nextDeadline)
    if (at >= this.timerAt) return
    this.timer?.cancel()
    this.timerAt = at
    this.timer = this.context.timer(at, this.onTimer)
  }

  private judgeNow(): void {
    if (this.state === 'closed') return
    const now = this.context.monotonic()
    this.pending.expire(now)
    if (now >= this.phaseDeadline) this.judgePhase(now)
    if (this.closeReason === undefined) this.armTimer()
  }

  private judgePhase(now: number): void {
    if (this.state === 'handshake') {
      return this.fail(new TransportError('COPYCAT_TRANSPORT_HANDSHAKE',
        `the peer did not introduce itself within ${this.limits.handshakeTimeout} ms`))
    }
    this.streamQueuedBytes = this.stream.queuedBytes
    const sentBytes = this.outgoing.takenBytes - this.streamQueuedBytes
    if (this.state === 'closing') {
      if (this.queuedBytes === 0 || sentBytes <= this.sentWhileClosing) return this.finish({})
      this.sentWhileClosing = sentBytes
      this.phaseDeadline = now + this.limits.closeTimeout
      return
    }
    this.phaseDeadline = now + this.limits.heartbeatInterval
    if (now - this.partialSince >= this.limits.frameTimeout) {
      return this.fail(new TransportError('COPYCAT_TRANSPORT_FRAME_INVALID',
        `the peer did not complete a frame within ${this.limits.frameTimeout} ms`))
    }
    const verdict = this.heartbeat.judge(sentBytes, this.queuedBytes > 0)
    if (verdict === 'gone') {
      cover('stream-connection.peer-is-silent')
      return this.fail(new TransportError('COPYCAT_TRANSPORT_HEARTBEAT',
        `nothing heard from the peer for ${3 * this.limits.heartbeatInterval} ms`))
    }
    if (verdict === 'alive' && !buggify('stream-connection.early-ping')) return this.outgoing.release()
    this.outgoing.addUrgent(FrameKind.ping)
    this.scheduleFlush()
  }

  /** Ends the connection by a fault, with one line in the log. */
  private fail(error: Error): void {
    if (this.state === 'closed') return
    this.logger.warn(`connection with ${this.remoteAddress} ended: ${error.message}`, error)
    this.finish({ error })
  }

  private streamEnded(reason: CloseReason): void {
    if (this.state === 'closed') return
    // What arrived before the end comes first.
    if (this.held !== undefined) return this.context.nextTurn(() => this.streamEnded(reason))
    if (this.state === 'closing') return this.finish({})
    if (this.state === 'handshake') cover('stream-connection.ended-in-handshake')
    if (this.state === 'handshake') return this.endedInHandshake(reason)
    if (this.decoder.partialBytes > 0) {
      cover('stream-connection.ended-within-frame')
      return this.fail(new TransportError('COPYCAT_TRANSPORT_CONNECTION_CLOSED', 'the peer ended in the midst of a frame',
        { cause: reason.error }))
    }
    if (reason.error === undefined) return this.finish({})
    this.logger.debug(`connection with ${this.remoteAddress} broke`, reason.error)
    this.finish({ error: new TransportError('COPYCAT_TRANSPORT_CONNECTION_CLOSED', 'the connection broke', { cause: reason.error }) })
  }

  private endedInHandshake(reason: CloseReason): void {
    const error = this.handshake.ended(reason.error)
    // A peer that says nothing at all and goes, or resets, is a health check or a port scan: not worth a warning.
    const isSilent = reason.error === undefined || (reason.error as { readonly code?: unknown }).code === 'ECONNRESET'
    if (this.handshake.hasHeard || !isSilent) return this.fail(error)
    this.logger.debug(`connection with ${this.remoteAddress} ended: ${error.message}`)
    this.finish({ error })
  }

  private finish(reason: CloseReason): void {
    const wasHandshake = this.state === 'handshake'
    this.state = 'closed'
    this.timer?.cancel()
    this.timer = undefined
    this.held = undefined
    this.decoder.stop()
    this.closeReason = reason
    this.pending.failAll(this.outgoing.takenBytes, 'the connection ended before the response came', reason.error)
    this.outgoing.clear()
    this.stream.destroy(reason.error)
    const callback = this.openCallback
    this.openCallback = undefined
    if (wasHandshake) callback?.(reason.error as TransportError)
    else this.notifyClose()
  }

  private notifyClose(): void {
    this.context.execute(() => {
      const callback = this.closeCallback
      this.closeCallback = undefined
      callback?.(this.closeReason!)
    })
  }

  private closedError(): TransportError {
    return new TransportError('COPYCAT_TRANSPORT_CONNECTION_CLOSED', `the connection with ${this.remoteAddress} is closed`,
      { outcome: 'not-applied', cause: this.closeReason?.error })
  }

  private tooLargeError(bytes: number): TransportError {
    return new TransportError('COPYCAT_TRANSPORT_FRAME_TOO_LARGE',
      `a message of ${bytes} bytes is larger than ${this.peerFrameBytesMax}, the most that both sides take`, { outcome: 'not-applied' })
  }
}
