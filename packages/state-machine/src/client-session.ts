import type { SessionId } from '@copycat/utils'

/** A client's session as a state machine sees it. One object stands for it from its registration to its end. */
export interface ClientSession {
  readonly id: SessionId
  /** Whether the session has not ended. False from before the first of its hooks runs that tell of its end. */
  readonly isOpen: boolean
  /**
   * Sends `event`, anything that the serializer takes, to the client of this session: after the entry that is being applied, in the order of
   * publishing, once. From commands, timers and session hooks only; if the handler throws, nothing of what it published is sent.
   * @returns false, and does nothing, when the session has ended.
   * @throws {TypeError} in a query, and outside of handlers.
   */
  publish(event: unknown): boolean
}

/** Who runs a handler just now, and takes what it publishes. */
export interface Publisher {
  /** @returns whether the session is open. @throws {TypeError} when nothing may be published now. */
  publish(session: ClientSession, event: unknown): boolean
}

/** The sessions of a cluster as its state machines see them: shared by those that are run as one, and kept by who runs them. */
export class SessionTable {
  /** Those that have not ended, in the order of registration. */
  readonly open: ReadonlyMap<SessionId, ClientSession>
  /** Whose handler runs now; set by executors. */
  publisher: Publisher | undefined
  private readonly sessions = new Map<SessionId, TableSession>()
  private last: TableSession | undefined

  constructor() {
    this.open = this.sessions
  }

  /** @returns the session, which is there already if it was registered before. */
  register(id: SessionId): ClientSession {
    let session = this.sessions.get(id)
    if (session === undefined) this.sessions.set(id, session = new TableSession(id, true, this))
    this.last = session
    return session
  }

  /** Ends a session. @returns it. */
  end(id: SessionId): ClientSession {
    const session = this.sessions.get(id) ?? new TableSession(id, false, this)
    session.isOpen = false
    this.sessions.delete(id)
    this.last = undefined
    return session
  }

  /** The session of this number; where there is none, one that has ended. */
  find(id: SessionId): ClientSession {
    if (this.last?.id !== id) this.last = this.sessions.get(id) ?? new TableSession(id, false, this)
    return this.last
  }
}

class TableSession implements ClientSession {
  readonly id: SessionId
  isOpen: boolean
  /** Truly private: a session that a state machine keeps is part of its state, the table is not. */
  readonly #table: SessionTable

  constructor(id: SessionId, isOpen: boolean, table: SessionTable) {
    this.id = id
    this.isOpen = isOpen
    this.#table = table
  }

  publish(event: unknown): boolean {
    const { publisher } = this.#table
    if (publisher === undefined) throw new TypeError(outsideOfHandlers)
    return publisher.publish(this, event)
  }
}

export const outsideOfHandlers = 'events are published, timers set and entries given up by commands, timers and session hooks only'
