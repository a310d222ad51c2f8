import { assert } from '@copycat/utils'
import type { Context, Logger, Timer } from '@copycat/utils'
import { TransportError } from '@copycat/transport'
import type { CloseReason, Connection, MessageHandler, Parts, RequestOptions, Respond } from '@copycat/transport'
import { FailureReason, PendingRequests } from '@copycat/transport/stream'

/** What one end of a connection needs of its transport. */
export interface LocalEnd {
  readonly context: Context
  readonly logger: Logger
  readonly frameBytesMax: number
  readonly queuedBytesHigh: number
  readonly queuedBytesMax: number
  /** Name of the host that it is on, for partitions of the network. */
  readonly host: string | undefined
}

/** A message under way, in memory that belongs to the receiver. */
interface Letter {
  readonly kind: 'request' | 'response' | 'failure' | 'message' | 'end'
  readonly type: number
  readonly correlation: number
  readonly bytes: Uint8Array
  readonly failure?: string
}

/**
 * One of the two ends of a connection. A letter is copied when it is handed over and delivered in a later turn,
 * as from a socket, so that two ends that talk for ever starve nobody else.
 */
export class LocalConnection implements Connection {
  readonly remoteAddress: string
  private readonly end: LocalEnd
  private peer: LocalConnection | undefined
  private readonly handlers = new Map<number, MessageHandler>()
  private readonly pending = new PendingRequests()
  private inbox: Letter[] = []
  private inboxBytes = 0
  private isDeliveryScheduled = false
  private state: 'open' | 'closing' | 'closed' = 'open'
  private wantsDrain = false
  private isLost = false
  private timer: Timer | undefined
  private timerAt = Infinity
  private closeReason: CloseReason | undefined
  private drainCallback: (() => void) | undefined
  private closeCallback: ((reason: CloseReason) => void) | undefined
  private readonly endedCallbacks: (() => void)[] = []

  constructor(end: LocalEnd, remoteAddress: string) {
    this.end = end
    this.remoteAddress = remoteAddress
  }

  /** The two ends of a new connection. */
  static pair(dialling: LocalEnd, accepting: LocalEnd, address: string): [LocalConnection, LocalConnection] {
    const near = new LocalConnection(dialling, address)
    const far = new LocalConnection(accepting, `client of ${address}`)
    near.peer = far
    far.peer = near
    return [near, far]
  }

  get isOpen(): boolean {
    return this.state === 'open'
  }

  /** Whether a cut between these two sets of hosts cuts this connection. @param isCut told of two hosts. */
  crosses(isCut: (one: string, other: string) => boolean): boolean {
    const [one, other] = [this.end.host, this.peer!.end.host]
    return one !== undefined && other !== undefined && isCut(one, other)
  }

  /** Nothing that is sent arrives any more, in either direction, what is under way included, and neither end hears of it. */
  lose(): void {
    for (const end of [this, this.peer!]) {
      end.isLost = true
      end.inbox = []
      end.inboxBytes = 0
    }
  }

  /** Ends a connection that was lost, for both ends: there is a way again on which they hear of it. */
  breakIfLost(): void {
    if (!this.isLost) return
    const error = new TransportError('COPYCAT_TRANSPORT_CONNECTION_CLOSED', 'the connection was lost in a partition')
    for (const end of [this, this.peer!]) end.end.context.nextTurn(() => end.finish({ error }))
  }

  request(type: number, parts: Parts, { timeout }: RequestOptions): Promise<Uint8Array> {
    assert(timeout >= 0, 'a time-out is a number that is not negative')
    return new Promise((resolve, reject) => {
      const bytes = this.copy(type, parts)
      if (this.state !== 'open') return reject(this.closedError('not-applied'))
      if (bytes === undefined) return reject(this.tooLargeError())
      const deadline = this.end.context.monotonic() + timeout
      const correlation = this.pending.add({ type, deadline, position: 0, resolve, reject })
      this.armTimer()
      this.post({ kind: 'request', type, correlation, bytes })
    })
  }

  /** @throws {TransportError} `COPYCAT_TRANSPORT_FRAME_TOO_LARGE` */
  send(type: number, parts: Parts): boolean {
    const bytes = this.copy(type, parts)
    if (this.state !== 'open') return false
    if (bytes === undefined) throw this.tooLargeError()
    this.post({ kind: 'message', type, correlation: 0, bytes })
    if (this.peer!.inboxBytes <= this.end.queuedBytesHigh) return true
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

  /** For the transport: called when this end has ended, beside {@link onClose}; at once if it has. */
  onEnded(callback: () => void): void {
    if (this.closeReason === undefined) this.endedCallbacks.push(callback)
    else callback()
  }

  close(): void {
    if (this.state !== 'open') return
    this.post({ kind: 'end', type: 0, correlation: 0, bytes: new Uint8Array() })
    this.state = 'closing'
    this.pending.failAll(1, 'the connection was closed here before the response came', undefined)
    this.end.context.nextTurn(() => this.finish({}))
  }

  private post(letter: Letter): void {
    const peer = this.peer!
    if (peer.inboxBytes > 0 && peer.inboxBytes + letter.bytes.length > this.end.queuedBytesMax) {
      const error = new TransportError('COPYCAT_TRANSPORT_OVERFLOW',
        `the peer does not take in what is sent: ${peer.inboxBytes} bytes are queued`)
      this.end.logger.warn(`connection with ${this.remoteAddress} ended: ${error.message}`, error)
      peer.inbox = []
      peer.inboxBytes = 0
      const broken = new TransportError('COPYCAT_TRANSPORT_CONNECTION_CLOSED', 'the connection broke')
      peer.end.context.nextTurn(() => peer.finish({ error: broken }))
      return this.finish({ error })
    }
    if (peer.state !== 'open' || this.isLost) return
    peer.inbox.push(letter)
    peer.inboxBytes += letter.bytes.length
    if (peer.isDeliveryScheduled) return
    peer.isDeliveryScheduled = true
    peer.end.context.nextTurn(() => peer.deliver())
  }

  private deliver(): void {
    this.isDeliveryScheduled = false
    const letters = this.inbox
    this.inbox = []
    this.inboxBytes = 0
    for (const letter of letters) if (this.state === 'open') this.receive(letter)
    this.peer!.drained()
  }

  private receive({ kind, type, correlation, bytes, failure }: Letter): void {
    if (kind === 'end') return this.finish({})
    if (kind === 'response') return this.pending.take(correlation)?.resolve(bytes)
    if (kind === 'failure') return this.pending.take(correlation)?.reject(remoteFailure(type, failure!))
    const handler = this.handlers.get(type)
    let isAnswered = kind === 'message'
    const answer = (parts: Parts | undefined, message: string, reason: number): void => {
      if (isAnswered || this.state !== 'open') return
      isAnswered = true
      const response = parts === undefined ? undefined : this.copy(type, parts)
      if (response !== undefined) this.post({ kind: 'response', type, correlation, bytes: response })
      else this.post({ kind: 'failure', type: reason, correlation, bytes: new Uint8Array(), failure: message })
    }
    const respond: Respond = (parts) => answer(parts,
      `the response is larger than ${this.end.frameBytesMax} bytes`, FailureReason.responseTooLarge)
    if (handler === undefined) return answer(undefined, `no handler for messages of type ${type}`, FailureReason.noHandler)
    try {
      handler(bytes, kind === 'request' ? respond : undefined)
    } catch (error) {
      this.end.logger.error(`the handler of messages of type ${type} threw`, error)
      answer(undefined, `the handler of type ${type} threw: ${(error as Error)?.message ?? String(error)}`, FailureReason.handlerThrew)
    }
  }

  private drained(): void {
    if (!this.wantsDrain || this.state !== 'open' || this.peer!.inboxBytes > this.end.queuedBytesHigh) return
    this.wantsDrain = false
    this.end.context.execute(() => this.drainCallback?.())
  }

  /** The parts as one array of the receiver's, or undefined when they are larger than both ends take. */
  private copy(type: number, parts: Parts): Uint8Array | undefined {
    assert(Number.isInteger(type) && type >= 0 && type <= 0xffff, () => `a message type is an integer from 0 to 65535, not ${type}`)
    let length = 0
    for (const part of parts) length += part.length
    if (length > Math.min(this.end.frameBytesMax, this.peer!.end.frameBytesMax)) return undefined
    const bytes = new Uint8Array(length)
    let at = 0
    for (const part of parts) {
      bytes.set(part, at)
      at += part.length
    }
    return bytes
  }

  private armTimer(): void {
    if (this.pending.nextDeadline >= this.timerAt) return
    this.timer?.cancel()
    this.timerAt = this.pending.nextDeadline
    // Answers that are there already are read first.
    this.timer = this.end.context.timer(this.timerAt, () => this.end.context.nextTurn(() => {
      this.timerAt = Infinity
      this.pending.expire(this.end.context.monotonic())
      if (this.state === 'open') this.armTimer()
    }))
  }

  private finish(reason: CloseReason): void {
    if (this.state === 'closed') return
    this.state = 'closed'
    this.closeReason = reason
    this.timer?.cancel()
    this.inbox = []
    this.pending.failAll(1, 'the connection ended before the response came', reason.error)
    for (const callback of this.endedCallbacks) callback()
    this.notifyClose()
  }

  private notifyClose(): void {
    this.end.context.execute(() => {
      const callback = this.closeCallback
      this.closeCallback = undefined
      callback?.(this.closeReason!)
    })
  }

  private closedError(outcome: 'not-applied' | 'unknown'): TransportError {
    return new TransportError('COPYCAT_TRANSPORT_CONNECTION_CLOSED', `the connection with ${this.remoteAddress} is closed`, { outcome })
  }

  private tooLargeError(): TransportError {
    return new TransportError('COPYCAT_TRANSPORT_FRAME_TOO_LARGE', `the message is larger than ${this.end.frameBytesMax} bytes`,
      { outcome: 'not-applied' })
  }
}

function remoteFailure(reason: number, text: string): TransportError {
  return new TransportError('COPYCAT_TRANSPORT_REMOTE_FAILURE', `the other side failed the request: ${text}`,
    { outcome: reason === FailureReason.noHandler ? 'not-applied' : 'unknown' })
}
