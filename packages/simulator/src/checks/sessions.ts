import { latin1FromBytes } from '@copycat/buffer'
import { recordEnd, recordSession } from '@copycat/protocol'
import { decodeSessionRecord, type SessionRecord } from '@copycat/raft/internal'
import type { Block } from '@copycat/storage'
import type { LogIndex, SessionId } from '@copycat/utils'
import type { CheckPorts } from './check-ports.ts'
import type { ServerView } from './server-view.ts'

/** I39 and I40: a session that ends takes with it what belonged to it, and none ends whose client has shown in time that it lives. */
export class SessionChecks {
  private readonly ports: CheckPorts
  /** The last entry by which each open session was renewed, in the committed history. */
  private readonly renewals = new Map<SessionId, LogIndex>()
  /** The session that each client has registered last. */
  private readonly byClient = new Map<string, SessionId>()
  private through: LogIndex = 0

  constructor(ports: CheckPorts) {
    this.ports = ports
  }

  /**
   * A leader that ends sessions has heard from somebody since it woke up from its last stall: before that, what clients have sent meanwhile is still
   * waiting in its sockets. What it had confirmed before the stall it may still act upon, if it waits for an entry to be applied.
   */
  persisting(view: ServerView, blocks: readonly Block[]): void {
    const { resumedAt } = view.server.process
    // What it takes over as a follower from now on is somebody else's decision: the view still has the role of before.
    if (view.core?.role !== 'leader' || !view.isUpToDate || this.ports.memberIds.length === 1 || Math.max(0, ...view.heard.values()) >= resumedAt) return
    for (const block of blocks) {
      for (const [index, record] of sessionRecords(block)) {
        if (record.kind === 'expire') this.ports.fail('I40', `member ${view.server.id} ends session ${record.session} at ${index} by what it knew before it was stopped, and has heard nobody since`)
      }
    }
  }

  /** An expiry is void if the session was renewed by an entry between the one that it names and itself. */
  applied(view: ServerView, block: Block): void {
    if (block.firstIndex + block.count - 1 <= this.through) return
    if (block.kind === 'commands') this.renewed(block)
    else {
      for (const [index, record] of sessionRecords(block)) if (index > this.through) this.recorded(view, index, record)
    }
    this.through = block.firstIndex + block.count - 1
  }

  private recorded(view: ServerView, index: LogIndex, record: SessionRecord): void {
    if (record.kind === 'register') this.registered(view, record, index)
    else if (record.kind === 'keepAlive') this.renew(record.session, index)
    else if (record.kind === 'expire' && (this.renewals.get(record.session) ?? 0) > record.lastRenewal) this.goesOn(view, record, index)
    else {
      if (record.kind === 'expire') this.expiring(record.session, index)
      this.ended(view, record.session, index)
    }
  }

  /** Who registers once more has the same session, and renews it. */
  private registered(view: ServerView, { client, replaces }: Extract<SessionRecord, { kind: 'register' }>, index: LogIndex): void {
    const key = latin1FromBytes(client)
    const known = this.byClient.get(key)
    if (known !== undefined && this.renewals.has(known)) this.renewals.set(known, index)
    else {
      this.ended(view, replaces, index)
      this.renewals.set(index, index)
      this.byClient.set(key, index)
    }
  }

  private ended(view: ServerView, session: SessionId, index: LogIndex): void {
    if (!this.renewals.delete(session) || view.machine?.hasSession?.(session) !== true) return
    this.ports.fail('I39', `session ${session} ended at ${index}, but what belonged to it is still there`)
  }

  private goesOn(view: ServerView, { session, lastRenewal }: Extract<SessionRecord, { kind: 'expire' }>, index: LogIndex): void {
    if (view.machine?.hasSession?.(session) !== false) return
    this.ports.fail('I40', `session ${session} was ended at ${index} for not being renewed after ${lastRenewal}, but it was at ${this.renewals.get(session)}`)
  }

  /** What rests on a session, as a lock does, may go to somebody else from here on. */
  private expiring(session: SessionId, index: LogIndex): void {
    const client = this.renewals.has(session) ? this.ports.clientSureOf(session) : undefined
    if (client !== undefined) this.ports.fail('I40', `session ${session} was ended at ${index}, but ${client} still relies on it`)
  }

  private renewed({ body, firstIndex, count }: Block): void {
    const view = new DataView(body.buffer, body.byteOffset, body.length)
    let at = 0
    for (let entry = 0; entry < count; entry++) {
      this.renew(recordSession(view, at), firstIndex + entry)
      at = recordEnd(view, at)
    }
  }

  private renew(session: SessionId, index: LogIndex): void {
    if (this.renewals.has(session)) this.renewals.set(session, index)
  }
}

/** The records of a block of sessions, with their indexes; none in one of another kind. */
function* sessionRecords({ kind, body, firstIndex, count }: Block): Iterable<readonly [LogIndex, SessionRecord]> {
  if (kind !== 'session') return
  const view = new DataView(body.buffer, body.byteOffset, body.length)
  let at = 0
  for (let entry = 0; entry < count; entry++) {
    yield [firstIndex + entry, decodeSessionRecord(body, view, at)]
    at = recordEnd(view, at)
  }
}
