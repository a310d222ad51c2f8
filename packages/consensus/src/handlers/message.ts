import type { MemberId } from '@copycat/utils'
import type { RaftMessage } from '../messages.ts'
import type { RaftState } from '../raft-state.ts'
import { handleAppendEntriesRequest } from './append-entries-request.ts'
import { handleAppendEntriesResponse } from './append-entries-response.ts'
import { handlePreVoteRequest } from './pre-vote-request.ts'
import { handlePreVoteResponse } from './pre-vote-response.ts'
import { handleRequestVoteRequest } from './request-vote-request.ts'
import { handleRequestVoteResponse } from './request-vote-response.ts'
import { handleTimeoutNowRequest } from './timeout-now-request.ts'

/** Hands a message to the handler of its type. Whoever is in no configuration has no say (§4.1). */
export function handleMessage(state: RaftState, from: MemberId, message: RaftMessage): void {
  if (state.follower(from) === undefined) {
    state.trace?.(`${state.id}: ignores a ${message.type} of ${from}, which is no member`)
    return
  }
  switch (message.type) {
    case 'AppendEntriesRequest': return handleAppendEntriesRequest(state, from, message)
    case 'AppendEntriesResponse': return handleAppendEntriesResponse(state, from, message)
    case 'PreVoteRequest': return handlePreVoteRequest(state, from, message)
    case 'PreVoteResponse': return handlePreVoteResponse(state, from, message)
    case 'RequestVoteRequest': return handleRequestVoteRequest(state, from, message)
    case 'RequestVoteResponse': return handleRequestVoteResponse(state, from, message)
    case 'TimeoutNowRequest': return handleTimeoutNowRequest(state, from, message)
  }
}
