import type { MemberId, SessionId } from '@copycat/utils'
import type { CommittedHistory } from './committed-history.ts'
import type { ServerView } from './server-view.ts'

/** What the families of checks share. */
export interface CheckPorts {
  readonly memberIds: readonly MemberId[]
  /** The longest of the servers' settings. */
  readonly electionTimeout: number
  readonly heartbeatInterval: number
  readonly committed: CommittedHistory
  view(id: MemberId): ServerView
  /** The name of a client whose own clock says at this moment that this session stands. */
  clientSureOf(session: SessionId): string | undefined
  /** Something is broken: ends the run. */
  fail(invariant: string, text: string): void
}
