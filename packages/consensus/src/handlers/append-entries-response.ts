import type { MemberId } from '@copycat/utils'
import type { AppendEntriesResponse } from '../messages.ts'
import type { RaftState } from '../raft-state.ts'
import { advanceCommit } from '../replication/commitment.ts'
import { adoptTerm } from '../roles.ts'

export function handleAppendEntriesResponse(state: RaftState, from: MemberId, message: AppendEntriesResponse): void {
  if (message.term > state.currentTerm) return adoptTerm(state, message.term)
  if (message.term < state.currentTerm || state.role !== 'leader') return
  const follower = state.follower(from)!
  // A refusal too is the word of one that follows us in this term: for reads and for check-quorum it counts.
  follower.heardAt = state.now
  if (message.round > follower.confirmedRound && message.round <= state.reads.round) follower.confirmedRound = message.round

  if (message.success) {
    if (message.matchIndex > state.log.lastIndex) {
      state.trace?.(`${state.id}: ignores a match of ${from} at ${message.matchIndex}, behind the log`)
      return
    }
    if (follower.succeed(message.matchIndex) && message.matchIndex > state.commitIndex) advanceCommit(state)
    return
  }
  if (!follower.isRefusalCurrent(message.rejectedIndex)) return
  // Our last entry at or below the hint that is not of a later term: above it no pair of entries can agree.
  const hint = state.log.lastIndexNotAbove(message.hintIndex, message.hintTerm)
  follower.refuse(message.rejectedIndex, hint)
  state.trace?.(`${state.id}: probes ${from} at ${follower.nextIndex}`)
}
