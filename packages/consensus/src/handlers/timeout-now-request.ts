import type { MemberId } from '@copycat/utils'
import { cover } from '@copycat/utils/instruments'
import type { TimeoutNowRequest } from '../messages.ts'
import type { RaftState } from '../raft-state.ts'
import { adoptTerm, campaignInvited } from '../roles.ts'

/** §3.10: campaigns at once, as if its timer had run out. One that comes late finds a newer term, and does nothing. */
export function handleTimeoutNowRequest(state: RaftState, from: MemberId, message: TimeoutNowRequest): void {
  if (message.term > state.currentTerm) adoptTerm(state, message.term)
  const isOfOurLeader = message.term === state.currentTerm && (state.leader === undefined || state.leader === from)
  const mayCampaign = (state.role === 'follower' || state.role === 'preCandidate') && state.isVoter && !state.isAbstaining
  if (!isOfOurLeader || !mayCampaign) return
  cover('timeout-now.campaigns')
  campaignInvited(state)
}
