import { cover, mutant } from '@copycat/utils/instruments'
import type { RaftState } from '../raft-state.ts'
import { quorumContactAt } from '../replication/commitment.ts'
import { sendHeartbeats } from '../replication/replicator.ts'
import { giveUpTransfer } from '../replication/transfer.ts'
import { becomeFollower, campaign } from '../roles.ts'

/** When the next tick is due at the latest. */
export function nextTick(state: RaftState): number {
  return state.role === 'leader' ? Math.min(state.heartbeatDue, state.quorumDue, state.transfer?.until ?? Infinity) : state.timer.due
}

export function handleTick(state: RaftState): void {
  const { heartbeatInterval } = state.options
  // Timers run before sockets are read: after a stall the word of others is still waiting there (PROTOCOL 4, FAULTS L16).
  const isStalled = !state.isAlone && state.now > nextTick(state) + heartbeatInterval
  if (state.role === 'leader') {
    if (state.now >= state.quorumDue) checkQuorum(state, isStalled)
    if (state.transfer !== undefined && state.now >= state.transfer.until) giveUpTransfer(state)
    if (state.role === 'leader' && state.now >= state.heartbeatDue) sendHeartbeats(state)
  } else if (state.now >= state.timer.due) {
    if (isStalled && state.timer.grace(state.now + heartbeatInterval)) {
      cover('tick.election-grace')
      return
    }
    campaign(state)
  }
}

/**
 * A leader that hears no majority for an election timeout leaves office: it could serve nobody, and its heartbeats
 * would keep others from electing (§6.2, FAULTS E11).
 */
function checkQuorum(state: RaftState, isStalled: boolean): void {
  const due = mutant('E11') ? Infinity : quorumContactAt(state) + state.options.electionTimeout
  if (due > state.now) {
    state.quorumDue = due
    state.hadQuorumGrace = false
  } else if (isStalled && !state.hadQuorumGrace) {
    cover('tick.quorum-grace')
    state.quorumDue = state.now + state.options.heartbeatInterval
    state.hadQuorumGrace = true
  } else {
    cover('tick.quorum-lost')
    state.trace?.(`${state.id}: no majority heard`)
    becomeFollower(state, undefined)
  }
}
