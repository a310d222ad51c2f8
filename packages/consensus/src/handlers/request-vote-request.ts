import type { MemberId } from '@copycat/utils'
import { cover, mutant } from '@copycat/utils/instruments'
import type { RequestVoteRequest } from '../messages.ts'
import type { RaftState } from '../raft-state.ts'
import { adoptTerm } from '../roles.ts'

/** Figure 3.1, RequestVote RPC. */
export function handleRequestVoteRequest(state: RaftState, from: MemberId, message: RequestVoteRequest): void {
  // §4.2.3: while a leader is heard, or may hold a lease from before our restart, neither a vote nor a new term.
  // Unless the leader itself has asked for the election (§3.10): then it has given its lease up.
  if (state.isAbstaining || ((state.hearsLeader || state.isPromised) && message.transfer !== true)) {
    cover('request-vote.leader-may-live')
    return refuse(state, from)
  }
  if (message.term > state.currentTerm) adoptTerm(state, message.term)
  // 1. Reply false if term < currentTerm (§3.3).
  if (message.term < state.currentTerm) {
    cover('request-vote.old-term')
    return refuse(state, from)
  }
  // 2. If votedFor is null or candidateId, and candidate's log is at least as up to date, grant vote (§3.4, §3.6).
  if (state.votedFor !== undefined && state.votedFor !== from && !mutant('E1-second-vote')) {
    cover('request-vote.voted-for-another')
    return refuse(state, from)
  }
  if (!state.log.isUpToDate(message.lastLogTerm, message.lastLogIndex)) {
    cover('request-vote.log-behind')
    return refuse(state, from)
  }
  if (state.votedFor === from) cover('request-vote.repeated')
  if (state.votedFor === undefined) {
    state.votedFor = from
    state.isHardStateDirty = true
    state.persist()
    // A learner may be asked by one that knows it as a voter already (§4.2.2); it has no timer of its own.
    if (state.isVoter) state.timer.start(state.now)
    state.trace?.(`${state.id}: votes for ${from} in term ${state.currentTerm}`)
  }
  // §3.8: the vote is on disk before it is told; to a repeated request too.
  state.send(from, { type: 'RequestVoteResponse', term: state.currentTerm, granted: true }, mutant('E1') ? undefined : state.awaitHardState())
}

function refuse(state: RaftState, from: MemberId): void {
  state.send(from, { type: 'RequestVoteResponse', term: state.currentTerm, granted: false })
}
