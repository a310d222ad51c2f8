import type { MemberId } from '@copycat/utils'
import type { PreVoteResponse } from '../messages.ts'
import type { RaftState } from '../raft-state.ts'
import { adoptTerm, countGrant } from '../roles.ts'

export function handlePreVoteResponse(state: RaftState, from: MemberId, message: PreVoteResponse): void {
  if (!message.granted) {
    // A refusal names the real term of who refused; a grant only repeats what was asked for.
    if (message.term > state.currentTerm) adoptTerm(state, message.term)
    return
  }
  // Only the attempt that runs: an answer to an abandoned one says nothing about now (FAULTS E7).
  if (state.role !== 'preCandidate' || message.round !== state.preVoteRound || message.term !== state.currentTerm + 1) return
  countGrant(state, from)
}
