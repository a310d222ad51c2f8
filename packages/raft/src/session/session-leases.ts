import type { Context, SessionId } from '@copycat/utils'
import { mutant } from '@copycat/utils/instruments'
import type { Session } from './session.ts'

interface Lease {
  /** Monotonic time of the last sign of life. */
  renewedAt: number
  readonly timeout: number
  /** An expiry of the session is in the log, not applied yet: it takes no renewal any more. */
  expiring: boolean
}

/**
 * What the leader alone knows, and forgets with its office: when each session last showed that it lives. A new leader
 * grants every session a whole time-out.
 */
export class SessionLeases {
  private readonly context: Context
  private readonly leases = new Map<SessionId, Lease>()

  constructor(context: Context) {
    this.context = context
  }

  /** Takes office. */
  start(sessions: Iterable<Session>): void {
    this.leases.clear()
    for (const session of sessions) this.add(session, mutant('X5') ? -Infinity : this.context.monotonic())
  }

  /** Leaves office. */
  clear(): void {
    this.leases.clear()
  }

  add(session: Session, renewedAt: number = this.context.monotonic()): void {
    this.leases.set(session.id, { renewedAt, timeout: session.timeout, expiring: false })
  }

  remove(session: SessionId): void {
    this.leases.delete(session)
  }

  isExpiring(session: SessionId): boolean {
    return this.leases.get(session)?.expiring === true
  }

  /** A sign of life that came at `at`, or now. */
  renew(session: SessionId, at: number = this.context.monotonic()): void {
    const lease = this.leases.get(session)
    if (lease !== undefined && !lease.expiring) lease.renewedAt = Math.max(lease.renewedAt, at)
  }

  /** An expiry was logged, or has turned out void. */
  setExpiring(session: SessionId, expiring: boolean): void {
    const lease = this.leases.get(session)
    if (lease === undefined) return
    lease.expiring = expiring
    if (!expiring) lease.renewedAt = this.context.monotonic()
  }

  /** Sessions whose time is over. */
  overdue(): SessionId[] {
    const now = this.context.monotonic()
    const result: SessionId[] = []
    for (const [session, lease] of this.leases) {
      if (!lease.expiring && now - lease.renewedAt > lease.timeout) result.push(session)
    }
    return result
  }
}
