import type { MemberId } from '@copycat/utils'
import { cover } from '@copycat/utils/instruments'
import type { PreVoteResponse } from '../messages.ts'
import type { RaftState } from '../raft-state.ts'
import { adoptTerm, countGrant } from '../roles.ts'

export function handlePreVoteResponse(state: RaftState, from: MemberId, message: PreVoteResponse): void {
  if (!message.granted) {
    // A refusal names the real term of who refused; a grant only repeats what was asked for.
    if (message.term > state.currentTerm) {
      cover('pre-vote.refusal-names-newer-term')
      adoptTerm(state, message.term)
    }
    return
  }
  // Only the attempt that runs: an answer to an abandoned one says nothing about now (FAULTS E7).
  if (state.role !== 'preCandidate' || message.round !== state.preVoteRound || message.term !== state.currentTerm + 1) {
    cover('pre-vote.answer-of-abandoned-round')
    return
  }
  countGrant(state, from)
}
