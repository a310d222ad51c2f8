import type { MemberId } from '@copycat/utils'
import { cover } from '@copycat/utils/instruments'
import type { PreVoteRequest } from '../messages.ts'
import type { RaftState } from '../raft-state.ts'

/** §9.6: answers what it would do, and changes nothing at all: no term, no vote, no timer (FAULTS E8). */
export function handlePreVoteRequest(state: RaftState, from: MemberId, message: PreVoteRequest): void {
  const granted = message.term > state.currentTerm
    && !state.isAbstaining
    // §4.2.3: whoever still hears a leader does not help to replace it.
    && !state.hearsLeader
    && !state.isPromised
    // §3.6.1: an outdated log could not win.
    && state.log.isUpToDate(message.lastLogTerm, message.lastLogIndex)
  if (!granted) cover('pre-vote.refused')
  state.send(from, { type: 'PreVoteResponse', term: granted ? message.term : state.currentTerm, granted, round: message.round })
}
