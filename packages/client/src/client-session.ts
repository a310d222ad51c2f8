import { SessionExpiredError } from '@copycat/protocol'
import { type Context, type Listener, Listeners, type Logger, type SessionId, type Timer } from '@copycat/utils'
import { cover } from '@copycat/utils/instruments'

/**
 * - `CONNECTED`: the cluster keeps it;
 * - `SUSPENDED`: by this client's own clock the cluster may have ended it: nobody can be sure any more;
 * - `EXPIRED`: the cluster has ended it;
 * - `CLOSED`: this client has.
 */
export type SessionState = 'CONNECTED' | 'SUSPENDED' | 'EXPIRED' | 'CLOSED'

/** Clocks of client and cluster may differ in rate by this part (PROTOCOL 12). */
const drift = 0.1

/** Part of the time-out by which the client is more careful than it would have to be. */
const margin = 0.05

/** How long a client may rely on its session: `OperationClient` of `@copycat/core` says what for. */
class Lease {
  readonly signal: AbortSignal
  private readonly controller = new AbortController()
  private readonly session: ClientSession

  constructor(session: ClientSession) {
    this.session = session
    this.signal = this.controller.signal
  }

  isCertain(): boolean {
    return !this.signal.aborted && this.session.isCertain
  }

  end(): void {
    this.controller.abort(new SessionExpiredError(`session ${this.session.id} may have ended`))
  }
}

/** Where the events of a session come from. */
export interface SessionEventSource {
  onReceive(callback: (event: unknown) => void): Listener
  onGap(callback: () => void): Listener
}

/** A client's identity in the cluster. */
export class ClientSession {
  readonly id: SessionId
  /** Milliseconds without a sign of life after which the cluster may end it. */
  readonly timeout: number
  private readonly events: SessionEventSource
  private readonly context: Context
  private readonly listeners: Listeners<SessionState>
  private current: SessionState = 'CONNECTED'
  private leaseEnd: number
  private timer: Timer | undefined
  private currentLease: Lease = new Lease(this)

  /** @param sentAt monotonic time at which the registration was sent. */
  constructor(id: SessionId, timeout: number, sentAt: number, context: Context, logger: Logger, events: SessionEventSource) {
    this.events = events
    this.id = id
    this.timeout = timeout
    this.context = context
    this.listeners = new Listeners(logger)
    this.leaseEnd = this.leaseFrom(sentAt)
    this.watch()
  }

  get state(): SessionState {
    return this.current
  }

  /** Whether the cluster keeps it for certain, at this moment. */
  get isCertain(): boolean {
    return this.current === 'CONNECTED' && this.context.monotonic() < this.leaseEnd
  }

  /** Its lease as it is now: ends with `CONNECTED`, for good; when the session is connected again it has a new one. */
  get lease(): { readonly signal: AbortSignal, isCertain(): boolean } {
    return this.currentLease
  }

  /** Tells every change of the state. */
  onStateChange(callback: (state: SessionState) => void): Listener {
    return this.listeners.add(callback)
  }

  /**
   * Calls `callback` with each event that the state machine publishes to this session, decoded: once, in order, and before the result of a command or
   * query that was answered behind it; code right behind the `await` of that result runs before the next event. An event that comes while nobody
   * listens is dropped; whoever registers right behind the `await` of `open` misses none. A listener goes on with a session that takes this one's place.
   */
  onReceive(callback: (event: unknown) => void): Listener {
    return this.events.onReceive(callback)
  }

  /**
   * Calls `callback` where events are missing, in order with {@link onReceive}: the cluster kept too many for this client (`eventsMax`, `eventBytesMax`),
   * or another session has taken the place of one that ended.
   */
  onGap(callback: () => void): Listener {
    return this.events.onGap(callback)
  }

  /** The cluster acknowledged something that was first sent at `sentAt`. */
  renew(sentAt: number): void {
    this.leaseEnd = Math.max(this.leaseEnd, this.leaseFrom(sentAt))
    if (this.current === 'SUSPENDED' && this.leaseEnd > this.context.monotonic()) {
      cover('client-session.connected-again')
      this.change('CONNECTED')
      this.watch()
    }
  }

  /** It has ended. */
  end(state: 'EXPIRED' | 'CLOSED'): void {
    if (this.current === 'EXPIRED' || this.current === 'CLOSED') return
    this.timer?.cancel()
    this.change(state)
  }

  private leaseFrom(sentAt: number): number {
    return sentAt + this.timeout * (1 - 2 * drift) - this.timeout * margin
  }

  private watch(): void {
    this.timer?.cancel()
    this.timer = this.context.timer(this.leaseEnd, () => {
      if (this.current !== 'CONNECTED') return
      if (this.context.monotonic() < this.leaseEnd) {
        this.watch()
        return
      }
      cover('client-session.suspended')
      this.change('SUSPENDED')
    })
  }

  private change(state: SessionState): void {
    this.current = state
    if (state === 'CONNECTED') this.currentLease = new Lease(this)
    else this.currentLease.end()
    this.listeners.notify(state)
  }
}
