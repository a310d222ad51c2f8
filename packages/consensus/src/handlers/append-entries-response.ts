import type { MemberId } from '@copycat/utils'
import { cover, mutant } from '@copycat/utils/instruments'
import type { AppendEntriesResponse } from '../messages.ts'
import type { RaftState } from '../raft-state.ts'
import { advanceCommit } from '../replication/commitment.ts'
import { adoptTerm } from '../roles.ts'

export function handleAppendEntriesResponse(state: RaftState, from: MemberId, message: AppendEntriesResponse): void {
  if (message.term > state.currentTerm) return adoptTerm(state, message.term)
  if (state.role !== 'leader' || (message.term < state.currentTerm && !mutant('R8-term'))) return
  const follower = state.follower(from)!
  // A refusal too is the word of one that follows us in this term: for reads and for check-quorum it counts.
  follower.heardAt = state.now
  if (mutant('L3')) follower.confirmedRound = state.reads.round
  if (message.round < state.reads.round) cover('append-entries-response.older-round')
  if (message.round > follower.confirmedRound && message.round <= state.reads.round) {
    follower.confirmedRound = message.round
    follower.confirmedAt = mutant('L5') ? state.now : state.reads.startedAt(message.round)
  }

  if (message.success) {
    if (message.matchIndex > state.log.lastIndex) {
      state.trace?.(`${state.id}: ignores a match of ${from} at ${message.matchIndex}, behind the log`)
      return
    }
    if (follower.succeed(message.matchIndex) && message.matchIndex > state.commitIndex) advanceCommit(state)
    return
  }
  if (!follower.isRefusalCurrent(message.rejectedIndex)) {
    cover('append-entries-response.refusal-overtaken')
    return
  }
  // Our last entry at or below the hint that is not of a later term: above it no pair of entries can agree.
  const hint = state.log.lastIndexNotAbove(message.hintIndex, message.hintTerm)
  cover('append-entries-response.refused')
  if (hint < message.hintIndex) cover('append-entries-response.hint-lowered')
  follower.refuse(message.rejectedIndex, hint)
  state.trace?.(`${state.id}: probes ${from} at ${follower.nextIndex}`)
}
