import { assert } from '@copycat/utils'
import type { Timer } from '@copycat/utils'
import { TransportError } from '@copycat/transport'
import type { CloseReason, Connection, MessageHandler, Parts, RequestOptions, Respond } from '@copycat/transport'
import { FailureReason, PendingRequests } from '@copycat/transport/stream'
import type { SimContext } from '../process/sim-context.ts'
import type { Fabric } from './fabric.ts'
import { Letter } from './letter.ts'
import type { LetterKind } from './letter.ts'
import type { Carrier, ChaoticLink } from './raft-chaos.ts'
import { Silence } from './silence.ts'
import type { WireEnd } from './wire.ts'

const noBytes: Uint8Array = new Uint8Array()

/**
 * A connection whose messages travel whole: what the stream codec does, seen from outside, at a fraction of its cost.
 *
 *     open --close()--> closing --the other side's end, or a time-out--> closed
 *       \______________________failure, or the other side's end_____________/
 */
export class MessageConnection implements Connection, Carrier {
  readonly remoteAddress: string
  private readonly fabric: Fabric
  private readonly context: SimContext
  private readonly end: WireEnd
  private readonly handlers = new Map<number, MessageHandler>()
  private readonly pending = new PendingRequests()
  private readonly silence = new Silence()
  /** What befalls one-way messages; undefined: nothing. */
  private readonly chaoticLink: ChaoticLink | undefined
  private state: 'open' | 'closing' | 'closed' = 'open'
  private wantsDrain = false
  private takenWhileClosing = 0
  private timer: Timer | undefined
  private timerAt = Infinity
  /** What the timer waits for besides requests: the next look at the silence, or the end of closing. */
  private phaseDeadline: number
  private closeReason: CloseReason | undefined
  private drainCallback: (() => void) | undefined
  private closeCallback: ((reason: CloseReason) => void) | undefined
  private readonly endedCallbacks: (() => void)[] = []
  private readonly judge = (): void => this.judgeNow()
  private readonly onLost = (letter: Letter): void => this.tell(letter, 'dropped')

  /** @param end is `context`'s. */
  constructor(fabric: Fabric, context: SimContext, end: WireEnd, remoteAddress: string) {
    this.fabric = fabric
    this.context = context
    this.end = end
    this.remoteAddress = remoteAddress
    this.chaoticLink = fabric.chaos.link(end.host, end.peer.host)
    end.onLetter = (letter) => this.receive(letter)
    end.onReset = () => this.finish({ error: new TransportError('COPYCAT_TRANSPORT_CONNECTION_CLOSED', 'the connection broke') })
    end.onAcknowledged = () => this.drained()
    end.lane.onTaken = () => {
      if (this.wantsDrain && this.hasRoom && !end.peer.isGone) end.peer.acknowledge(0)
    }
    this.phaseDeadline = context.monotonic() + fabric.options.limits.heartbeatInterval
    this.armTimer()
  }

  get isOpen(): boolean {
    return this.state === 'open'
  }

  request(type: number, parts: Parts, { timeout }: RequestOptions): Promise<Uint8Array> {
    this.door()
    assert(timeout >= 0, 'a time-out is a number that is not negative')
    return new Promise((resolve, reject) => {
      const bytes = this.joined(type, parts)
      const refused = this.state !== 'open' ? this.closedError() : this.isTooLarge(bytes) ? this.tooLargeError() : undefined
      if (refused !== undefined) return reject(refused)
      const deadline = timeout === Infinity ? Infinity : this.context.monotonic() + timeout
      const correlation = this.pending.add({ type, deadline, position: 0, resolve, reject })
      this.armTimer()
      this.post('request', type, correlation, bytes)
    })
  }

  /** @throws {TransportError} `COPYCAT_TRANSPORT_FRAME_TOO_LARGE` */
  send(type: number, parts: Parts): boolean {
    this.door()
    const bytes = this.joined(type, parts)
    if (this.state !== 'open') return false
    if (this.isTooLarge(bytes)) throw this.tooLargeError()
    const { fabric: { chaos }, chaoticLink } = this
    if (chaoticLink !== undefined && chaos.isOn) chaos.pass(chaoticLink, type, bytes, this)
    else this.post('message', type, 0, bytes)
    if (this.hasRoom) return true
    this.wantsDrain = true
    return false
  }

  handle(type: number, handler: MessageHandler): void {
    this.door()
    this.handlers.set(type, handler)
  }

  onDrain(callback: () => void): void {
    this.door()
    this.drainCallback = callback
  }

  onClose(callback: (reason: CloseReason) => void): void {
    this.door()
    this.closeCallback = callback
    if (this.closeReason !== undefined) this.notifyClose()
  }

  /** For the transport: called when this end has ended, beside {@link onClose}; at once if it has. */
  onEnded(callback: () => void): void {
    if (this.closeReason === undefined) this.endedCallbacks.push(callback)
    else callback()
  }

  close(): void {
    this.door()
    if (this.state !== 'open') return
    this.end.send(this.letter('end', 0, 0, noBytes))
    this.state = 'closing'
    this.failRequests('the connection was closed here before the response came', undefined)
    this.phaseDeadline = this.context.monotonic() + this.fabric.options.limits.closeTimeout
    this.armTimer()
  }

  // What chaos makes of a message.

  inOrder(type: number, bytes: Uint8Array): void {
    if (this.state === 'open') this.post('message', type, 0, bytes)
  }

  late(type: number, bytes: Uint8Array, micros: number): void {
    const letter = this.letter('message', type, 0, bytes)
    const { link } = this.end.lane
    this.end.peer.context?.process.after(link.drawLatency() + micros, 'io', () => {
      if (link.isBlocked) letter.lost()
      else letter.arrive()
    })
  }

  drop(type: number, bytes: Uint8Array): void {
    this.letter('message', type, 0, bytes).lost()
  }

  private get hasRoom(): boolean {
    return this.end.lane.bytes <= this.fabric.options.limits.queuedBytesHigh
  }

  private door(): void {
    this.context.process.door(this.context.life)
  }

  private letter(kind: LetterKind, type: number, correlation: number, bytes: Uint8Array, failure = ''): Letter {
    const { scheduler, tap } = this.fabric
    return new Letter(this.end.peer, scheduler.now, kind, type, correlation, bytes, failure, tap === undefined ? undefined : this.onLost)
  }

  private post(kind: LetterKind, type: number, correlation: number, bytes: Uint8Array, failure?: string): void {
    const queued = this.end.lane.bytes
    if (queued > 0 && queued + bytes.length > this.fabric.options.limits.queuedBytesMax) {
      this.fabric.counts.overflows += 1
      this.fail(new TransportError('COPYCAT_TRANSPORT_OVERFLOW', `the peer does not take in what is sent: ${queued} bytes are queued`))
      return
    }
    this.end.send(this.letter(kind, type, correlation, bytes, failure))
  }

  private receive(letter: Letter): void {
    this.silence.heard = true
    const { kind, type, correlation, bytes } = letter
    if (kind === 'end') return this.receiveEnd()
    if (this.state !== 'open' || kind === 'pong') return
    if (kind === 'ping') return this.end.send(this.letter('pong', 0, 0, noBytes))
    this.traceOf(bytes)
    this.tell(letter, 'delivered')
    if (kind === 'message') return this.handleMessage(type, bytes)
    if (kind === 'request') return this.handleRequest(type, correlation, bytes)
    const request = this.pending.take(correlation)
    if (kind === 'response') request?.resolve(bytes)
    else request?.reject(remoteFailure(type, letter.failure))
  }

  private receiveEnd(): void {
    if (this.state === 'open') this.end.send(this.letter('end', 0, 0, noBytes))
    this.finish({})
  }

  private handleMessage(type: number, bytes: Uint8Array): void {
    const handler = this.handlers.get(type)
    if (handler !== undefined) this.callHandler(handler, type, bytes, undefined)
  }

  private handleRequest(type: number, correlation: number, bytes: Uint8Array): void {
    let isAnswered = false
    const answer = (parts: Parts | undefined, reason: number, text: string): void => {
      if (isAnswered || this.state !== 'open') return
      isAnswered = true
      const response = parts === undefined ? undefined : this.joined(type, parts)
      if (response === undefined || this.isTooLarge(response)) this.post('failure', reason, correlation, noBytes, text)
      else this.post('response', type, correlation, response)
    }
    const handler = this.handlers.get(type)
    if (handler === undefined) return answer(undefined, FailureReason.noHandler, `no handler for messages of type ${type}`)
    const error = this.callHandler(handler, type, bytes, (parts) => {
      this.door()
      answer(parts, FailureReason.responseTooLarge, `the response is larger than ${this.fabric.options.limits.frameBytesMax} bytes`)
    })
    if (error !== undefined) answer(undefined, FailureReason.handlerThrew, `the handler of type ${type} threw: ${error.message}`)
  }

  /** @returns what the handler threw. */
  private callHandler(handler: MessageHandler, type: number, bytes: Uint8Array, respond: Respond | undefined): Error | undefined {
    try {
      handler(bytes, respond)
    } catch (error) {
      // Not if it is the end of this life that was thrown.
      this.door()
      this.context.logger.error(`the handler of messages of type ${type} threw`, error)
      return error instanceof Error ? error : new Error(String(error))
    }
    if (this.fabric.options.spoilsViews) bytes.fill(0xa5)
    return undefined
  }

  private drained(): void {
    this.silence.heard = true
    if (!this.wantsDrain || this.state !== 'open' || !this.hasRoom) return
    this.wantsDrain = false
    this.drainCallback?.()
  }

  private traceOf(bytes: Uint8Array): void {
    const { trace } = this.fabric.scheduler
    trace.addBytes(bytes)
    trace.add((this.end.peer.context?.process.number ?? 0) * 65_536 + this.context.process.number)
  }

  private tell(letter: Letter, fate: 'delivered' | 'dropped'): void {
    const { tap, scheduler } = this.fabric
    const { kind, type, bytes, sentAt } = letter
    if (tap === undefined || kind === 'ping' || kind === 'pong' || kind === 'end') return
    const [from, to] = fate === 'delivered' ? [this.end.peer.host, this.end.host] : [this.end.host, this.end.peer.host]
    tap({ at: scheduler.now, sentAt, from, to, kind, type, bytes: bytes.length, fate })
  }

  private armTimer(): void {
    const at = Math.min(this.phaseDeadline, this.pending.nextDeadline)
    if (at >= this.timerAt) return
    this.timer?.cancel()
    this.timerAt = at
    this.timer = this.context.timer(at, () => {
      this.timerAt = Infinity
      // After a stall of our own the answer may have arrived: read first, judge then.
      if (this.context.monotonic() > at + 1) this.context.nextTurn(this.judge)
      else this.judgeNow()
    })
  }

  private judgeNow(): void {
    if (this.state === 'closed') return
    const now = this.context.monotonic()
    if (now >= this.pending.nextDeadline) this.pending.expire(now)
    if (now >= this.phaseDeadline) this.judgePhase(now)
    if (this.closeReason === undefined) this.armTimer()
  }

  private judgePhase(now: number): void {
    const { lane } = this.end
    const { closeTimeout, heartbeatInterval } = this.fabric.options.limits
    if (this.state === 'closing') {
      if (lane.bytes === 0 || lane.takenBytes <= this.takenWhileClosing) return this.finish({})
      this.takenWhileClosing = lane.takenBytes
      this.phaseDeadline = now + closeTimeout
      return
    }
    this.phaseDeadline = now + heartbeatInterval
    const verdict = this.silence.judge(lane.takenBytes, lane.bytes > 0)
    if (verdict === 'ping') this.end.send(this.letter('ping', 0, 0, noBytes))
    if (verdict !== 'gone') return
    this.fabric.counts.heartbeatsMissed += 1
    this.fail(new TransportError('COPYCAT_TRANSPORT_HEARTBEAT', `nothing heard from the peer for ${3 * heartbeatInterval} ms`))
  }

  /** Ends the connection by a fault, with one line in the log. */
  private fail(error: TransportError): void {
    this.context.logger.warn(`connection with ${this.remoteAddress} ended: ${error.message}`, error)
    this.finish({ error })
  }

  private finish(reason: CloseReason): void {
    if (this.state === 'closed') return
    this.state = 'closed'
    this.closeReason = reason
    this.timer?.cancel()
    this.failRequests('the connection ended before the response came', reason.error)
    if (reason.error === undefined) this.end.forget()
    else this.end.reset()
    this.fabric.tell(this.end, 'close', 0)
    for (const callback of this.endedCallbacks) callback()
    this.notifyClose()
  }

  /** Fails all requests; they were handed to the network, so nobody knows what became of them. */
  private failRequests(message: string, cause: Error | undefined): void {
    if (this.pending.size > 0) this.pending.failAll(1, message, cause)
  }

  private notifyClose(): void {
    this.context.execute(() => {
      const callback = this.closeCallback
      this.closeCallback = undefined
      callback?.(this.closeReason!)
    })
  }

  /** The parts as one array, which the sender does not see. */
  private joined(type: number, parts: Parts): Uint8Array {
    assert(Number.isInteger(type) && type >= 0 && type <= 0xffff, () => `a message type is an integer from 0 to 65535, not ${type}`)
    let length = 0
    for (const part of parts) length += part.length
    const bytes = this.fabric.memory.take(length)
    let at = 0
    for (const part of parts) {
      bytes.set(part, at)
      at += part.length
    }
    return bytes
  }

  private isTooLarge(bytes: Uint8Array): boolean {
    return bytes.length > this.fabric.options.limits.frameBytesMax
  }

  private closedError(): TransportError {
    return new TransportError('COPYCAT_TRANSPORT_CONNECTION_CLOSED', `the connection with ${this.remoteAddress} is closed`,
      { outcome: 'not-applied', cause: this.closeReason?.error })
  }

  private tooLargeError(): TransportError {
    return new TransportError('COPYCAT_TRANSPORT_FRAME_TOO_LARGE',
      `the message is larger than ${this.fabric.options.limits.frameBytesMax} bytes`, { outcome: 'not-applied' })
  }
}

function remoteFailure(reason: number, text: string): TransportError {
  return new TransportError('COPYCAT_TRANSPORT_REMOTE_FAILURE', `the other side failed the request: ${text}`,
    { outcome: reason === FailureReason.noHandler ? 'not-applied' : 'unknown' })
}
