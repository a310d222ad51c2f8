import { cover, mutant } from '@copycat/utils/instruments'
import type { RaftState } from '../raft-state.ts'
import { quorumMatchIndex } from './quorum.ts'

/**
 * Moves the leader's commit index to what a majority of voters has made durable, if the entry there is of the current
 * term: older ones are committed only through it (§3.6.2, Figure 3.7). The leader's own disk is one vote among the others (§10.2.1).
 */
export function advanceCommit(state: RaftState): void {
  if (state.role !== 'leader') return
  const candidate = quorumMatchIndex(state.voterValues(mutant('R5') ? state.log.lastIndex : state.log.durableIndex, 'matchIndex'))
  // Terms never fall along the log: above the no-op everything is of this term.
  if (candidate <= state.commitIndex) return
  if (candidate < state.noopIndex && !mutant('R3')) {
    cover('commitment.older-term-waits')
    return
  }
  state.commitIndex = candidate
}

/** Whether a majority answered the round of reads that is out; the same quorum as for commits (FAULTS L9). */
export function isRoundConfirmed(state: RaftState): boolean {
  const { round, outRound } = state.reads
  const confirmed = state.voterValues(round, 'confirmedRound')
  if (mutant('L9')) return confirmed.filter((value) => value >= outRound).length >= state.voters.majority - 1
  return quorumMatchIndex(confirmed) >= outRound
}

/** When a majority, the leader included, was last known to follow. */
export function quorumContactAt(state: RaftState): number {
  return quorumMatchIndex(state.voterValues(state.now, 'heardAt'))
}
