import type { RaftClient } from '@copycat/client'
import type { LogIndex, SessionId } from '@copycat/utils'
import type { StoreEvent } from './store-operations.ts'

/** What the clients of a run know of events. */
export interface JournalSettings {
  /** Whether servers keep so few events that some may get lost. */
  readonly mayLose: boolean
  fail(invariant: string, text: string): void
}

/** What one session has had. */
interface Heard {
  readonly name: string
  /** Number of the last event. */
  last: number
  lastIndex: LogIndex
  /** A gap was told since then: what comes next may be any later one. */
  hasGap: boolean
}

/**
 * I36 to I38, by what clients see: the events of a session come once each and in order; what is missing is told as a gap; and what an answer was made
 * behind has come before it.
 */
export class EventJournal {
  private readonly settings: JournalSettings
  /** Per session the index of each event, as the first server published it. */
  private readonly published = new Map<SessionId, LogIndex[]>()
  private readonly sessions = new Map<SessionId, Heard>()

  constructor(settings: JournalSettings) {
    this.settings = settings
  }

  /** A server has published this event. */
  told(session: SessionId, number: number, index: LogIndex): void {
    let indexes = this.published.get(session)
    if (indexes === undefined) this.published.set(session, indexes = [])
    if (indexes.length < number) indexes.push(index)
  }

  /** Listens to a client from its opening: to its session, and to those that take the place of one that ended, each of which begins with a gap. */
  watch(client: RaftClient, name: string): void {
    let heard = this.begin(client.session.id, name)
    client.session.onReceive((event) => this.heard(client.session.id, heard, event as StoreEvent))
    client.session.onGap(() => {
      const { id } = client.session
      const isAnother = this.sessions.get(id) === undefined
      if (isAnother) heard = this.begin(id, name)
      else if (!this.settings.mayLose) this.settings.fail('I37', `session ${id} of ${name} is told of a gap behind event ${heard.last}, though nothing was lost`)
      heard.hasGap ||= !isAnother
    })
  }

  private begin(session: SessionId, name: string): Heard {
    const heard: Heard = { name, last: 0, lastIndex: 0, hasGap: false }
    this.sessions.set(session, heard)
    return heard
  }

  /** The session was given an answer that saw everything up to `index`. */
  answered(session: SessionId, index: LogIndex, what: string): void {
    const heard = this.sessions.get(session)
    if (heard === undefined) return
    const next = this.published.get(session)?.[heard.last]
    if (next !== undefined && next <= index && !heard.hasGap) {
      this.settings.fail('I38', `${heard.name} has the result of ${what}, which saw entry ${index}, before event ${heard.last + 1} of session ${session}, which is of entry ${next}`)
    }
  }

  /** The session was given an answer by which it had been sent so many events. */
  counted(session: SessionId, count: number): void {
    const heard = this.sessions.get(session)
    if (heard === undefined || heard.last >= count || heard.hasGap) return
    this.settings.fail('I38', `${heard.name} is told that session ${session} was sent ${count} events before it has had more than ${heard.last}`)
  }

  private heard(session: SessionId, heard: Heard, [number, index, what]: StoreEvent): void {
    const { name, last, lastIndex, hasGap } = heard
    const where = `${name} gets event ${number} of session ${session} (${what}, entry ${index})`
    if (number <= last) this.settings.fail('I36', `${where} after event ${last}`)
    else if (number > last + 1 && !hasGap) this.settings.fail('I37', `${where} after event ${last}, and is told of no gap`)
    else if (index < lastIndex) this.settings.fail('I36', `${where} after one of entry ${lastIndex}`)
    else if (this.published.get(session)?.[number - 1] !== index) this.settings.fail('I36', `${where}, which no server has published`)
    heard.last = number
    heard.lastIndex = index
    heard.hasGap = false
  }
}
