import type { MemberId } from '@copycat/utils'
import type { RaftState } from '../raft-state.ts'
import type { Progress } from './progress.ts'

/** An attempt of the leader to hand its office over (§3.10). */
export interface Transfer {
  readonly to: MemberId
  /** Given up then: the leader goes on. */
  readonly until: number
  /** The successor was asked to campaign, since the last heartbeats. */
  isOffered: boolean
}

/** The voter whose log reaches furthest, of those that were heard within an election timeout. */
export function bestSuccessor(state: RaftState): Progress | undefined {
  let best: Progress | undefined
  for (const follower of state.followers) {
    if (!follower.isVoter || state.now - follower.heardAt >= state.options.electionTimeout) continue
    if (best === undefined || follower.matchIndex > best.matchIndex) best = follower
  }
  return best
}

/**
 * Asks the successor to campaign as soon as its log is as long as the leader's and everything in it is applied, so that whatever was under way has been
 * answered and the successor cannot lose (FAULTS E15). The lease ends with that, before the message leaves.
 */
export function settleTransfer(state: RaftState, transfer: Transfer): void {
  const { lastIndex } = state.log
  if (transfer.isOffered || state.lastApplied < lastIndex || state.follower(transfer.to)!.matchIndex < lastIndex) return
  transfer.isOffered = true
  state.hasOffered = true
  state.trace?.(`${state.id}: asks ${transfer.to} to take over`)
  state.send(transfer.to, { type: 'TimeoutNowRequest', term: state.currentTerm })
}

/** The successor has not taken over in time: this leader takes commands again. */
export function giveUpTransfer(state: RaftState): void {
  state.trace?.(`${state.id}: ${state.transfer!.to} did not take over`)
  state.transfer = undefined
}
