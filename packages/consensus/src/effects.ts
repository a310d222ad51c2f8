import type { LogIndex, MemberId, Term } from '@copycat/utils'
import type { BlockRange, RaftMessage } from './messages.ts'

/** Names one `persist` effect; ascending from 1. */
export type PersistId = number

/** Rises with every truncation, so that a completion from before it cannot count for what was written after. */
export type Epoch = number

/** Term and vote as they must be on disk (§3.8). */
export interface HardState {
  readonly currentTerm: Term
  readonly votedFor: MemberId | undefined
}

/** What a server is now. */
export type Role = 'follower' | 'preCandidate' | 'candidate' | 'leader'

/** Term and vote, if they changed, then truncation, if any, then these blocks: in this order, durable together. */
export interface PersistEffect {
  readonly type: 'persist'
  readonly id: PersistId
  readonly epoch: Epoch
  readonly hardState?: HardState
  readonly truncateFrom?: LogIndex
  readonly blocks: readonly BlockRange[]
}

/** Send `message`, at once or, with `after`, when that persist is durable. */
export interface SendEffect {
  readonly type: 'send'
  readonly to: MemberId
  readonly message: RaftMessage
  readonly after?: PersistId
}

/**
 * Send entries from `fromIndex` on, at most `bytesMax` bytes (one entry at least), in an AppendEntriesRequest made of these fields.
 * Then tell the core with a `sent` input; until it has, no second `replicate` for this member comes.
 */
export interface ReplicateEffect {
  readonly type: 'replicate'
  readonly to: MemberId
  readonly term: Term
  readonly fromIndex: LogIndex
  readonly prevLogTerm: Term
  readonly bytesMax: number
  readonly commitIndex: LogIndex
  readonly round: number
}

/** Everything up to `through` is committed: apply it, then say so with an `applied` input. */
export interface ApplyEffect {
  readonly type: 'apply'
  readonly through: LogIndex
}

/** Leadership was confirmed after every read request up to `through` had come, and what they must see is applied. */
export interface ReadReadyEffect {
  readonly type: 'readReady'
  readonly through: number
}

/** The role, the term or the known leader changed. */
export interface RoleEffect {
  readonly type: 'role'
  readonly role: Role
  readonly term: Term
  readonly leader: MemberId | undefined
}

/**
 * The office is being handed over to `to`: take no new commands until the next such effect, or the role effect that says that this server leads no
 * more. `to` is undefined when the attempt is over and this server leads on.
 */
export interface TransferEffect {
  readonly type: 'transfer'
  readonly to: MemberId | undefined
}

/**
 * What the driver must do. Its duties, in this order: start every `persist`; send what waits for nothing and fill what is to be
 * replicated; send what was to come `after` a persist when that is durable; apply; settle reads and role news. Persists are made durable in order.
 */
export type Effect = PersistEffect | SendEffect | ReplicateEffect | ApplyEffect | ReadReadyEffect | TransferEffect | RoleEffect
