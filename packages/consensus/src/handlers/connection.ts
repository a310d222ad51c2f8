import type { MemberId } from '@copycat/utils'
import { cover } from '@copycat/utils/instruments'
import type { RaftState } from '../raft-state.ts'
import { restartStream } from '../replication/replicator.ts'
import { askForPreVote, askForVote, becomeFollower } from '../roles.ts'

/** Longest random wait before a follower campaigns because the leader's connection closed, in milliseconds (PROTOCOL 2). */
const closedLeaderWaitMillis = 50

/** What was sent before may be lost: say it again where an answer is missing. */
export function handleConnected(state: RaftState, member: MemberId): void {
  if (state.role === 'leader') restartStream(state, member)
  else if (state.voters.has(member) && member !== state.id && !state.granted.has(member)) {
    cover('connection.vote-asked-again')
    if (state.role === 'preCandidate') askForPreVote(state, member)
    else if (state.role === 'candidate') askForVote(state, member)
  }
}

/** A closed connection is news: whoever loses that of the leader counts it as gone. */
export function handleDisconnected(state: RaftState, member: MemberId): void {
  if (state.role === 'leader') {
    state.follower(member)?.loseStream()
  } else if (state.leader === member) {
    cover('connection.leader-closed')
    becomeFollower(state, undefined)
    if (state.isVoter) state.timer.hasten(state.now + closedLeaderWaitMillis * state.options.random())
  }
}

/** Should not lead now: leaves office in the same term, and campaigns no sooner than an election timeout from now. */
export function handleUnfit(state: RaftState): void {
  if (state.role === 'leader') cover('unfit.leader-steps-down')
  if (state.role !== 'follower') becomeFollower(state, undefined)
  state.timer.forbidBefore(state.now + state.options.electionTimeout)
}
