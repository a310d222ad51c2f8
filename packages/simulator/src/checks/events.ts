import type { RaftEvent } from '@copycat/raft/internal'
import type { LogIndex, MemberId, SessionId } from '@copycat/utils'
import { crc32 } from 'node:zlib'
import type { CheckPorts } from './check-ports.ts'
import type { ServerView } from './server-view.ts'

type Published = Extract<RaftEvent, { type: 'published' }>

/** How far a server has come with the events of one session. */
interface Progress {
  count: number
  /** Over all of them, with their indexes. */
  link: number
}

/** I21, of events: every server publishes the same to each session, at the same entries, in the same order. */
export class EventChecks {
  private readonly ports: CheckPorts
  /** Per session and number of events: the link that the first server had then. */
  private readonly links = new Map<SessionId, number[]>()
  private readonly progress = new Map<MemberId, Map<SessionId, Progress>>()

  constructor(ports: CheckPorts) {
    this.ports = ports
  }

  published({ server: { id } }: ServerView, { session, index, event }: Published): void {
    const progress = this.progressOf(id, session)
    progress.count += 1
    progress.link = crc32(event, crc32(textOf(index), progress.link))
    const links = this.links.get(session) ?? []
    this.links.set(session, links)
    const first = links[progress.count - 1]
    if (first === undefined) links.push(progress.link)
    else if (first !== progress.link) this.ports.fail('I21', `event ${progress.count} of session ${session}, published by member ${id} at ${index}, is not what another member has published`)
  }

  /** A server that starts again applies, and publishes, everything again. */
  ended({ server: { id } }: ServerView): void {
    this.progress.delete(id)
  }

  private progressOf(id: MemberId, session: SessionId): Progress {
    let sessions = this.progress.get(id)
    if (sessions === undefined) this.progress.set(id, sessions = new Map<SessionId, Progress>())
    let progress = sessions.get(session)
    if (progress === undefined) sessions.set(session, progress = { count: 0, link: 0 })
    return progress
  }
}

function textOf(index: LogIndex): string {
  return String(index)
}
