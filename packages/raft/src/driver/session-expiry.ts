import type { Context, LogIndex, SessionId, Timer } from '@copycat/utils'
import { cover, mutant } from '@copycat/utils/instruments'
import type { SessionLeases } from '../session/session-leases.ts'
import type { SessionRegistry } from '../session/session-registry.ts'
import { encodeSessionRecord } from '../wire/session-record.ts'
import type { OpenBlock } from './open-block.ts'
import type { PendingReads } from './pending-reads.ts'

/** Milliseconds between two looks at the leases of sessions. */
const checkInterval = 100

/** Ends sessions whose clients are not heard in time, as a decision that is logged: every server agrees on it. */
export class SessionExpiry {
  private readonly context: Context
  private readonly sessions: SessionRegistry
  private readonly leases: SessionLeases
  private readonly reads: PendingReads
  private readonly open: OpenBlock
  private readonly placed: (index: LogIndex, applied: () => void) => void
  /** Sessions whose expiry is in the log and not applied, with what waits for the verdict. */
  private readonly expiring = new Map<SessionId, (() => void)[]>()
  private timer: Timer | undefined

  /** @param placed told where an expiry is in the log, and what to call when it is applied. */
  constructor(context: Context, sessions: SessionRegistry, leases: SessionLeases, reads: PendingReads, open: OpenBlock, placed: (index: LogIndex, applied: () => void) => void) {
    this.context = context
    this.sessions = sessions
    this.leases = leases
    this.reads = reads
    this.open = open
    this.placed = placed
  }

  /** A session may end only after a round of reads that came after its time was over: first everything that waits in the sockets is heard. */
  start(): void {
    this.timer = this.context.timer(this.context.monotonic() + checkInterval, () => {
      this.start()
      const overdue = this.leases.overdue()
      if (mutant('X6-stall')) return this.expire(overdue)
      if (overdue.length > 0) this.reads.add({ ready: () => this.expire(overdue), failed: noop })
    })
  }

  stop(): void {
    this.timer?.cancel()
    this.expiring.clear()
  }

  /** While an expiry of the session is in the log nobody can say whether it lives: `goOn` is called when it is applied. @returns false when there is none. */
  whenJudged(id: SessionId, goOn: () => void): boolean {
    if (!this.leases.isExpiring(id)) return false
    this.expiring.get(id)?.push(goOn)
    return true
  }

  private expire(candidates: readonly SessionId[]): void {
    for (const id of candidates) {
      const session = this.sessions.get(id)
      if (session === undefined || !this.leases.isOverdue(id)) {
        cover('session-expiry.renewed-meanwhile')
        continue
      }
      const record = { kind: 'expire', session: id, lastRenewal: session.lastRenewal } as const
      if (mutant('X4')) this.sessions.apply(record, session.lastRenewal)
      this.leases.setExpiring(id, true)
      this.expiring.set(id, [])
      this.open.add('session', encodeSessionRecord(record), 1, (index) => {
        if (index !== undefined) this.placed(index, () => this.judged(id))
      })
    }
    // Were the process to stand still before the turn ends, renewals might wait in its sockets when it logs what it has judged without them.
    this.open.close()
  }

  private judged(id: SessionId): void {
    // If it still has a lease the expiry was void: a renewal was logged in between.
    this.leases.setExpiring(id, false)
    const waiting = this.expiring.get(id) ?? []
    this.expiring.delete(id)
    for (const goOn of waiting) goOn()
  }
}

function noop(): void {}
