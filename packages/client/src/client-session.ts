import { SessionExpiredError } from '@copycat/protocol'
import { ClosedError, type Context, type CopycatError, type Listener, Listeners, type Logger, type SessionId, type Timer } from '@copycat/utils'
import { cover, mutant } from '@copycat/utils/instruments'
import { SessionSuspendedError } from './errors.ts'
import { type Instant, instantOf } from './instant.ts'
import type { SessionRenewer } from './session-renewer.ts'
import { SessionLease } from './session-lease.ts'

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

/** Where the events of a session come from. */
export interface SessionEventSource {
  onReceive(callback: (event: unknown) => void): Listener
  onGap(callback: () => void): Listener
}

/** A client's identity in the cluster, from its registration to its end; what comes after it is another session. */
export class ClientSession {
  readonly id: SessionId
  /** Milliseconds without a sign of life after which the cluster may end it. */
  readonly timeout: number
  private readonly events: SessionEventSource
  private readonly renewer: Pick<SessionRenewer, 'renewedAt'> | undefined
  private readonly context: Context
  private readonly listeners: Listeners<SessionState>
  /** Changes that listeners were not told yet: each is told to all of them before the next. */
  private readonly news: SessionState[] = []
  private isTelling = false
  private current: SessionState = 'CONNECTED'
  /** First sending of the last message that the cluster acknowledged. */
  private renewedAt: Instant
  private timer: Timer | undefined
  private currentLease: SessionLease

  /** @param sentAt when the registration was sent. @param renewer renews it too. */
  constructor(id: SessionId, timeout: number, sentAt: Instant, context: Context, logger: Logger, events: SessionEventSource, renewer?: Pick<SessionRenewer, 'renewedAt'>) {
    this.events = events
    this.renewer = renewer
    this.id = id
    this.timeout = timeout
    this.context = context
    this.listeners = new Listeners(logger)
    this.renewedAt = sentAt
    this.currentLease = this.newLease()
    this.watch()
  }

  /** As it is by the clock of now: a time-out that nobody has noticed yet is noticed here. */
  get state(): SessionState {
    this.assess()
    return this.current
  }

  /** Whether the cluster keeps it for certain, at this moment. */
  get isCertain(): boolean {
    return this.state === 'CONNECTED'
  }

  /**
   * Time of the monotonic clock up to which it is certain unless it is renewed: no server ends it before, as long as clocks drift no more than they may. Send time
   * of the last acknowledged renewal + time-out × (1 - 2 × drift) - margin (PROTOCOL 6).
   */
  get certainUntil(): number {
    if (mutant('L6-session')) return this.renewedAt.monotonic + this.timeout * (1 + 2 * drift)
    return this.renewedAt.monotonic + this.timeout * (1 - 2 * drift) - this.timeout * margin
  }

  /** Milliseconds since the last message left that the cluster acknowledged. */
  get age(): number {
    this.assess()
    return this.context.monotonic() - this.renewedAt.monotonic
  }

  /** Its lease as it is now: ends with `CONNECTED`, for good; when the session is connected again it has a new one. */
  get lease(): SessionLease {
    return this.currentLease
  }

  /** Tells every change of the state, one after the other, to each listener in the order of registration. */
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

  /** Looks at the clocks. To be called before anything that came is believed: this process may have stood still. */
  assess(): void {
    const renewedAt = this.renewer?.renewedAt()
    if (renewedAt !== undefined && renewedAt.monotonic > this.renewedAt.monotonic) this.renewedAt = renewedAt
    if (this.current !== 'CONNECTED' || this.isWithinTime) return
    cover('client-session.suspended')
    this.change('SUSPENDED', new SessionSuspendedError(`session ${this.id} was not renewed in time: the cluster may have ended it`))
  }

  /** The cluster acknowledged something that was sent for the first time at `sentAt`. */
  renew(sentAt: Instant): void {
    this.assess()
    if (this.hasEnded || sentAt.monotonic <= this.renewedAt.monotonic) return
    this.renewedAt = sentAt
    if (this.current !== 'SUSPENDED' || !this.isWithinTime) return
    cover('client-session.connected-again')
    this.currentLease = this.newLease()
    this.change('CONNECTED', undefined)
    this.watch()
  }

  /** It has ended. */
  end(state: 'EXPIRED' | 'CLOSED'): void {
    // Whoever listens hears first that it could not be relied on any more.
    this.assess()
    if (this.hasEnded) return
    this.timer?.cancel()
    this.change(state, state === 'EXPIRED'
      ? new SessionExpiredError(`session ${this.id} has ended`, { outcome: 'not-applied' })
      : new ClosedError(`session ${this.id} was closed`, { outcome: 'not-applied' }))
  }

  /** Whether its state is `EXPIRED` or `CLOSED`. */
  get hasEnded(): boolean {
    return this.current === 'EXPIRED' || this.current === 'CLOSED'
  }

  /** Time for which the machine was suspended shows on the wall clock alone; a jump of that clock is taken for the same. */
  private get isWithinTime(): boolean {
    const now = instantOf(this.context)
    const suspended = now.wall - this.renewedAt.wall - (now.monotonic - this.renewedAt.monotonic)
    return now.monotonic < this.certainUntil && suspended <= this.timeout * margin
  }

  private newLease(): SessionLease {
    return new SessionLease(() => this.assess())
  }

  private watch(): void {
    this.timer?.cancel()
    this.timer = this.context.timer(this.certainUntil, () => {
      if (this.current !== 'CONNECTED') return
      this.assess()
      if (this.current === 'CONNECTED') this.watch()
    })
  }

  private change(state: SessionState, reason: CopycatError | undefined): void {
    this.current = state
    if (reason !== undefined) this.currentLease.end(reason)
    this.news.push(state)
    if (this.isTelling) return
    this.isTelling = true
    for (let next = this.news.shift(); next !== undefined; next = this.news.shift()) this.listeners.notify(next)
    this.isTelling = false
  }
}
