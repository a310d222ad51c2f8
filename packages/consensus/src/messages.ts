import type { LogIndex, MemberId, Term } from '@copycat/utils'

/** What the core knows of a block: where it is, never its bytes. */
export interface BlockRange {
  readonly kind: 'commands' | 'noop' | 'configuration' | 'session' | 'tick' | 'holes'
  readonly firstIndex: LogIndex
  /** Entries in it, at least 1. */
  readonly count: number
  readonly term: Term
}

/** Asks whether an election could be won, without disturbing anything (§9.6). `term` is the one that would be campaigned in. */
export interface PreVoteRequest {
  readonly type: 'PreVoteRequest'
  readonly term: Term
  readonly lastLogIndex: LogIndex
  readonly lastLogTerm: Term
  /** Of the asker's attempts since its start; the response repeats it. */
  readonly round: number
}

export interface PreVoteResponse {
  readonly type: 'PreVoteResponse'
  /** The request's term when granted, else the responder's own. */
  readonly term: Term
  readonly granted: boolean
  readonly round: number
}

/** §3.4, Figure 3.1. */
export interface RequestVoteRequest {
  readonly type: 'RequestVoteRequest'
  readonly term: Term
  readonly lastLogIndex: LogIndex
  readonly lastLogTerm: Term
  /** Set when the leader has asked for this election (§3.10): then a vote disturbs nobody, though the leader is heard. */
  readonly transfer?: boolean
}

export interface RequestVoteResponse {
  readonly type: 'RequestVoteResponse'
  readonly term: Term
  readonly granted: boolean
}

/** §3.5, Figure 3.1; with no blocks a heartbeat. The driver fills in the blocks of a `replicate` effect. */
export interface AppendEntriesRequest {
  readonly type: 'AppendEntriesRequest'
  readonly term: Term
  readonly prevLogIndex: LogIndex
  readonly prevLogTerm: Term
  /** Contiguous from `prevLogIndex + 1`, hole runs among them. */
  readonly blocks: readonly BlockRange[]
  readonly commitIndex: LogIndex
  /** The leader's newest read round when this was sent (§6.4); the response repeats it. */
  readonly round: number
  /** Whether to answer; not set on the notice of a commit index that has nothing else to say. */
  readonly respond: boolean
}

export interface AppendEntriesResponse {
  readonly type: 'AppendEntriesResponse'
  readonly term: Term
  readonly success: boolean
  /** On success: everything up to here is the leader's, and durable. */
  readonly matchIndex: LogIndex
  readonly round: number
  /** On failure: `prevLogIndex` of the request, to tell an old refusal from a new one. */
  readonly rejectedIndex: LogIndex
  /** On failure: the follower's last index at or below `rejectedIndex` whose term is not above `prevLogTerm`, and its term. */
  readonly hintIndex: LogIndex
  readonly hintTerm: Term
}

/** The leader hands its office over: campaign now, whatever the election timer says (§3.10). Not answered: the election is the answer. */
export interface TimeoutNowRequest {
  readonly type: 'TimeoutNowRequest'
  readonly term: Term
}

/** Server to server, except for hello and forwarding. */
export type RaftMessage =
  | PreVoteRequest | PreVoteResponse
  | RequestVoteRequest | RequestVoteResponse
  | AppendEntriesRequest | AppendEntriesResponse
  | TimeoutNowRequest

/** Whom the cluster consists of (§4). */
export interface Configuration {
  readonly voters: readonly MemberId[]
  readonly learners: readonly MemberId[]
}
