import { type ClusterView, decodeClusterView, decodeResponse, encodeKeepAliveRequest, type KeepAliveRequest, MessageType } from '@copycat/protocol'
import type { Connection } from '@copycat/transport'
import type { Context, Timer } from '@copycat/utils'
import { buggify, cover, mutant } from '@copycat/utils/instruments'
import { type Instant, instantOf } from './instant.ts'

/** What a keep-alive came to. */
export interface Renewal {
  readonly view: ClusterView
  /** The session is renewed from here: when the request left, not when the answer came. */
  readonly sentAt: Instant
}

/** Renews a session, once. @throws (rejects) what the server answers, or {TransportError}. */
export async function renewSession(connection: Connection, request: KeepAliveRequest, timeout: number, context: Context): Promise<Renewal> {
  const sentAt = instantOf(context)
  const response = await connection.request(MessageType.keepAlive, [encodeKeepAliveRequest(request)], { timeout })
  return { view: decodeClusterView(decodeResponse(response)), sentAt: mutant('L5-session') ? instantOf(context) : sentAt }
}

/** Milliseconds between two keep-alives of a session: two may be lost before it is in danger. */
export function keepAliveIntervalOf(sessionTimeout: number): number {
  return sessionTimeout / 3
}

/** What a {@link KeepAlive} looks after. */
export interface KeepAlivePorts {
  /** Milliseconds since the last message was sent that the cluster acknowledged: every acknowledged command renews too. */
  age(): number
  /** Whether one has something to tell, though the session needs none yet. */
  hasNews(): boolean
  /** Sends a keep-alive if there is somebody to send it to. Settles when it was answered or failed; never rejects. */
  send(): Promise<void>
}

/** The rhythm of keep-alives: one is sent when nothing else has renewed the session for an interval, and never two at a time. */
export class KeepAlive {
  private readonly context: Context
  private readonly interval: number
  private readonly ports: KeepAlivePorts
  private timer: Timer | undefined
  private isSending = false
  private isStopped = false

  /** @param interval in milliseconds, as {@link keepAliveIntervalOf}. */
  constructor(context: Context, interval: number, ports: KeepAlivePorts) {
    this.context = context
    this.interval = interval
    this.ports = ports
  }

  start(): void {
    if (this.isStopped) return
    this.timer?.cancel()
    const wait = Math.max(this.interval - this.ports.age(), this.interval / 10)
    this.timer = this.context.timer(this.context.monotonic() + wait, () => {
      if (this.ports.age() >= this.interval || this.ports.hasNews() || buggify('keep-alive.early')) this.now()
      this.start()
    })
  }

  /** Sends one at once, unless one is under way. */
  now(): void {
    if (this.isStopped || this.isSending) return
    cover('keep-alive.sent')
    this.isSending = true
    void this.ports.send().then(() => {
      this.isSending = false
    })
  }

  stop(): void {
    this.isStopped = true
    this.timer?.cancel()
  }
}
