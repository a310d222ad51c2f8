import { latin1FromBytes } from '@copycat/buffer'
import { OverloadedError, SessionExpiredError } from '@copycat/protocol'
import type { SessionEnd } from '@copycat/state-machine'
import type { CopycatError, LogIndex, SessionId } from '@copycat/utils'
import { cover, mutant } from '@copycat/utils/instruments'
import type { SessionRecord } from '../wire/session-record.ts'
import { Session } from './session.ts'

/** Told about sessions that come and go, in log order. */
export interface SessionObserver {
  registered(session: Session): void
  /** @param error what its client is told. */
  ended(session: Session, end: SessionEnd, error: CopycatError): void
}

/** What a session record came to; the session is 0 when there is none. */
export interface SessionRecordResult {
  readonly session: SessionId
  readonly error?: CopycatError
}

/** Ends of sessions whose reasons are remembered. */
const reasonsMax = 1_024

/** All sessions of the cluster, as every server replicates them. */
export class SessionRegistry {
  private readonly sessions = new Map<SessionId, Session>()
  private readonly byClient = new Map<string, Session>()
  /** Why the last ones that ended did, to tell their clients. */
  private readonly reasons = new Map<SessionId, SessionExpiredError>()
  private readonly sessionsMax: number
  private readonly observer: SessionObserver

  /** @param sessionsMax the same on every server, as it decides results. */
  constructor(sessionsMax: number, observer: SessionObserver) {
    this.sessionsMax = sessionsMax
    this.observer = observer
  }

  get size(): number {
    return this.sessions.size
  }

  get(id: SessionId): Session | undefined {
    return this.sessions.get(id)
  }

  all(): IterableIterator<Session> {
    return this.sessions.values()
  }

  /** A session that is open. @throws {SessionExpiredError} when there is none of this number. */
  live(id: SessionId): Session {
    const session = this.sessions.get(id)
    if (session === undefined) throw this.endOf(id)
    return session
  }

  /** What the client of a session is told that is not open; with the reason, where it is still known. */
  endOf(id: SessionId): SessionExpiredError {
    return this.reasons.get(id) ?? new SessionExpiredError(`session ${id} is not known to the cluster: it has expired or was closed`)
  }

  /** Applies the record at `index`. */
  apply(record: SessionRecord, index: LogIndex): SessionRecordResult {
    switch (record.kind) {
      case 'register': return this.register(record, index)
      case 'keepAlive': {
        const session = this.sessions.get(record.session)
        if (session === undefined) return { session: 0 }
        session.lastRenewal = index
        session.acknowledge(record.floor)
        session.events?.acknowledge(record.eventIndex)
        session.rest()
        return { session: session.id }
      }
      case 'unregister': return this.end(this.sessions.get(record.session), 'closed', 'was closed by its client')
      case 'end': return this.end(this.sessions.get(record.session), 'expired', 'was ended by an operator')
      case 'expire': {
        const session = this.sessions.get(record.session)
        // A renewal that was logged after the one that the leader knew of makes its decision void.
        if (session !== undefined && session.lastRenewal > record.lastRenewal && !mutant('X6')) {
          cover('session-registry.expiry-is-void')
          return { session: session.id }
        }
        cover('session-registry.expired')
        return this.end(session, 'expired', 'has expired: its client was not heard in time')
      }
    }
  }

  private register(record: Extract<SessionRecord, { kind: 'register' }>, index: LogIndex): SessionRecordResult {
    const client = latin1FromBytes(record.client, 0, record.client.length)
    const known = this.byClient.get(client)
    if (known !== undefined) {
      cover('session-registry.registered-again')
      // Its client counts from the sending of this one.
      known.lastRenewal = index
      return { session: known.id }
    }
    if (record.replaces !== 0) this.end(this.sessions.get(record.replaces), 'closed', 'was replaced by its client')
    if (this.sessions.size >= this.sessionsMax) {
      return { session: 0, error: new OverloadedError(`the cluster has ${this.sessionsMax} sessions, as many as it may`) }
    }
    const session = new Session(index, client, record.timeout)
    this.sessions.set(index, session)
    this.byClient.set(client, session)
    this.observer.registered(session)
    return { session: index }
  }

  private end(session: Session | undefined, end: SessionEnd, reason: string): SessionRecordResult {
    if (session === undefined) return { session: 0 }
    this.sessions.delete(session.id)
    this.byClient.delete(session.client)
    const error = new SessionExpiredError(`session ${session.id} ${reason}`)
    this.keepReason(session.id, error)
    this.observer.ended(session, end, error)
    return { session: session.id }
  }

  private keepReason(id: SessionId, error: SessionExpiredError): void {
    this.reasons.set(id, error)
    for (const oldest of this.reasons.keys()) {
      if (this.reasons.size <= reasonsMax) break
      this.reasons.delete(oldest)
    }
  }
}
