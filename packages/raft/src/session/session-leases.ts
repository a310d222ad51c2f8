import type { Context, SessionId } from '@copycat/utils'
import { mutant } from '@copycat/utils/instruments'
import type { Session } from './session.ts'

interface Lease {
  readonly session: SessionId
  readonly timeout: number
  /** Monotonic time of the last sign of life. */
  renewedAt: number
  /** An expiry of the session is in the log, not applied yet: it takes no renewal any more. */
  expiring: boolean
}

/** Milliseconds of leases that are looked at together: those that are due may be told so much later. */
const sliceMillis = 50

/**
 * What the leader alone knows, and forgets with its office: when each session last showed that it lives. A new leader
 * grants every session a whole time-out.
 *
 * Leases lie in slices of time, each where it may end at the earliest, and stay there when they are renewed: so each is looked at about once in its
 * time-out, however many there are.
 */
export class SessionLeases {
  private readonly context: Context
  private readonly leases = new Map<SessionId, Lease>()
  private readonly slices = new Map<number, Lease[]>()
  /** The first slice that was not looked at. */
  private nextSlice = 0

  constructor(context: Context) {
    this.context = context
  }

  /** Takes office. */
  start(sessions: Iterable<Session>): void {
    this.clear()
    this.nextSlice = this.sliceAt(this.context.monotonic())
    for (const session of sessions) this.add(session, mutant('X5') ? -Infinity : this.context.monotonic())
  }

  /** Leaves office. */
  clear(): void {
    this.leases.clear()
    this.slices.clear()
  }

  add(session: Session, renewedAt: number = this.context.monotonic()): void {
    const lease = { session: session.id, renewedAt, timeout: session.timeout, expiring: false }
    this.leases.set(session.id, lease)
    this.file(lease)
  }

  remove(session: SessionId): void {
    this.leases.delete(session)
  }

  isExpiring(session: SessionId): boolean {
    return this.leases.get(session)?.expiring === true
  }

  /** Milliseconds since the last sign of life; undefined: no such session is known. */
  age(session: SessionId): number | undefined {
    const lease = this.leases.get(session)
    return lease === undefined ? undefined : this.context.monotonic() - lease.renewedAt
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

  /** Whether its time is over. */
  isOverdue(session: SessionId): boolean {
    const lease = this.leases.get(session)
    return lease !== undefined && !lease.expiring && this.hasEnded(lease, this.context.monotonic())
  }

  /** Sessions whose time is over; told again at the next look, until they have ended or are renewed. */
  overdue(): SessionId[] {
    const now = this.context.monotonic()
    const last = this.sliceAt(now)
    const due: Lease[] = []
    for (; this.nextSlice < last; this.nextSlice++) {
      const slice = this.slices.get(this.nextSlice)
      if (slice === undefined) continue
      this.slices.delete(this.nextSlice)
      due.push(...slice)
    }
    const result: SessionId[] = []
    for (const lease of due) {
      if (this.leases.get(lease.session) !== lease) continue
      this.file(lease)
      if (!lease.expiring && this.hasEnded(lease, now)) result.push(lease.session)
    }
    return result
  }

  private hasEnded({ renewedAt, timeout }: Lease, now: number): boolean {
    return now - renewedAt > timeout
  }

  /** Puts a lease into the slice in which it may end, or the next one. */
  private file(lease: Lease): void {
    const at = Math.max(this.nextSlice, this.sliceAt(lease.renewedAt + lease.timeout))
    const slice = this.slices.get(at)
    if (slice === undefined) this.slices.set(at, [lease])
    else slice.push(lease)
  }

  private sliceAt(time: number): number {
    return Math.floor(time / sliceMillis)
  }
}
