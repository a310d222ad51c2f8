import { OverloadedError } from '@copycat/protocol'
import type { SessionEnd } from '@copycat/state-machine'
import type { CopycatError, LogIndex, SessionId } from '@copycat/utils'
import { cover, mutant } from '@copycat/utils/instruments'
import type { SessionRecord } from '../wire/session-record.ts'
import { Session } from './session.ts'

/** Told about sessions that come and go, in log order. */
export interface SessionObserver {
  registered(session: Session): void
  ended(session: Session, end: SessionEnd): void
}

/** What a session record came to; the session is 0 when there is none. */
export interface SessionRecordResult {
  readonly session: SessionId
  readonly error?: CopycatError
}

/** All sessions of the cluster, as every server replicates them. */
export class SessionRegistry {
  private readonly sessions = new Map<SessionId, Session>()
  private readonly byClient = new Map<string, Session>()
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

  /** Applies the record at `index`. */
  apply(record: SessionRecord, index: LogIndex): SessionRecordResult {
    switch (record.kind) {
      case 'register': return this.register(record, index)
      case 'keepAlive': {
        const session = this.sessions.get(record.session)
        if (session === undefined) return { session: 0 }
        session.lastRenewal = index
        session.acknowledge(record.floor)
        return { session: session.id }
      }
      case 'unregister': return this.end(this.sessions.get(record.session), 'closed')
      case 'expire': {
        const session = this.sessions.get(record.session)
        // A renewal that was logged after the one that the leader knew of makes its decision void.
        if (session !== undefined && session.lastRenewal > record.lastRenewal && !mutant('X6')) {
          cover('session-registry.expiry-is-void')
          return { session: session.id }
        }
        cover('session-registry.expired')
        return this.end(session, 'expired')
      }
    }
  }

  private register(record: Extract<SessionRecord, { kind: 'register' }>, index: LogIndex): SessionRecordResult {
    const client = Array.from(record.client, (byte) => byte.toString(16).padStart(2, '0')).join('')
    const known = this.byClient.get(client)
    if (known !== undefined) {
      cover('session-registry.registered-again')
      // Its client counts from the sending of this one.
      known.lastRenewal = index
      return { session: known.id }
    }
    if (record.replaces !== 0) this.end(this.sessions.get(record.replaces), 'closed')
    if (this.sessions.size >= this.sessionsMax) {
      return { session: 0, error: new OverloadedError(`the cluster has ${this.sessionsMax} sessions, as many as it may`) }
    }
    const session = new Session(index, client, record.timeout)
    this.sessions.set(index, session)
    this.byClient.set(client, session)
    this.observer.registered(session)
    return { session: index }
  }

  private end(session: Session | undefined, end: SessionEnd): SessionRecordResult {
    if (session === undefined) return { session: 0 }
    this.sessions.delete(session.id)
    this.byClient.delete(session.client)
    this.observer.ended(session, end)
    return { session: session.id }
  }
}
