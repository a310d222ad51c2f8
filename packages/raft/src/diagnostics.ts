import type { PersistEffect, RaftCore, RaftMessage } from '@copycat/consensus'
import type { Consistency } from '@copycat/protocol'
import type { Block, Log } from '@copycat/storage'
import type { LogIndex, MemberId, SessionId } from '@copycat/utils'

/** Name of the diagnostics channel on which servers tell what they do, as {@link RaftEvent}s. Nothing is built while nobody listens. */
export const raftChannel = 'copycat.raft'

/** What a server does, told before it happens where it is an effect. The objects are the server's own: read, change nothing. */
export type RaftEvent =
  /** The log is recovered, consensus starts. */
  | { readonly type: 'started', readonly member: MemberId, readonly core: RaftCore, readonly log: Log }
  /** A message leaves for another member. */
  | { readonly type: 'send', readonly member: MemberId, readonly to: MemberId, readonly message: RaftMessage }
  /** A message of another member is taken in. */
  | { readonly type: 'receive', readonly member: MemberId, readonly from: MemberId, readonly message: RaftMessage }
  /** Blocks, and term and vote if they changed, are handed to the disk. */
  | { readonly type: 'persist', readonly member: MemberId, readonly effect: PersistEffect, readonly blocks: readonly Block[] }
  /** So many commands, the last one at `index`, took so many milliseconds to apply: more than a turn of the event loop may. */
  | {
    readonly type: 'slowCommand', readonly member: MemberId, readonly index: LogIndex, readonly commands: number, readonly operation: string
    readonly millis: number
  }
  /** A committed block was applied; it may be a part of one that was told before. */
  | { readonly type: 'applied', readonly member: MemberId, readonly block: Block, readonly through: LogIndex }
  /** The entry at `index`, which is being applied, has published an event to a session. */
  | { readonly type: 'published', readonly member: MemberId, readonly session: SessionId, readonly index: LogIndex, readonly event: Uint8Array }
  /** Queries were answered from what is applied here up to `through`, by a lease or because this server is in step, without asking another server. */
  | { readonly type: 'answered', readonly member: MemberId, readonly consistency: Consistency, readonly through: LogIndex, readonly maxStaleness: number }
  /** The server cannot go on. */
  | { readonly type: 'failed', readonly member: MemberId, readonly error: Error }
