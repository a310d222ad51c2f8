import type { MemberId } from '@copycat/utils'
import { cover, mutant } from '@copycat/utils/instruments'
import type { RequestVoteResponse } from '../messages.ts'
import type { RaftState } from '../raft-state.ts'
import { adoptTerm, countGrant } from '../roles.ts'

export function handleRequestVoteResponse(state: RaftState, from: MemberId, message: RequestVoteResponse): void {
  if (message.term > state.currentTerm) return adoptTerm(state, message.term)
  // A vote counts in its own term only, and only for a candidate (FAULTS E7).
  if (message.term < state.currentTerm && !mutant('E7')) {
    cover('request-vote.answer-of-old-term')
    return
  }
  if (state.role !== 'candidate' || !message.granted) return
  countGrant(state, from)
}
