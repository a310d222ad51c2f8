import type { MemberId } from '@copycat/utils'
import { cover } from '@copycat/utils/instruments'
import type { RaftState } from '../raft-state.ts'
import { restartStream } from '../replication/replicator.ts'
import { bestSuccessor } from '../replication/transfer.ts'
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
  } else if (state.leader === member && !state.leases.mayBeOn(state.lastApplied)) {
    // Not where a lease may run: it ends with the election timeout and not before.
    cover('connection.leader-closed')
    becomeFollower(state, undefined)
    if (state.isVoter) state.timer.hasten(state.now + closedLeaderWaitMillis * state.options.random())
  }
}

/**
 * Should not lead now: asks the best successor to campaign at once, leaves office in the same term, and campaigns no sooner than an election timeout from
 * now. Where nobody else could lead it stays.
 */
export function handleUnfit(state: RaftState): void {
  if (state.isAlone) return
  if (state.role === 'leader') {
    cover('unfit.leader-steps-down')
    const successor = bestSuccessor(state)
    if (successor !== undefined) state.send(successor.id, { type: 'TimeoutNowRequest', term: state.currentTerm })
  }
  if (state.role !== 'follower') becomeFollower(state, undefined)
  state.timer.forbidBefore(state.now + state.options.electionTimeout)
}
