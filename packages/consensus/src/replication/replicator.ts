import type { MemberId } from '@copycat/utils'
import { buggify, cover, mutant } from '@copycat/utils/instruments'
import type { BlockRange } from '../messages.ts'
import type { RaftState } from '../raft-state.ts'
import { isRoundConfirmed } from './commitment.ts'
import { isLeaseInForce } from './leases.ts'
import type { Progress } from './progress.ts'

const noBlocks: readonly BlockRange[] = Object.freeze([])

/** An AppendEntriesRequest without entries: heartbeat, read round or notice of a commit index. */
export function sendEmpty(state: RaftState, follower: Progress, respond: boolean): void {
  const prevLogIndex = follower.nextIndex - 1
  follower.commitTold = state.commitIndex
  state.send(follower.id, {
    type: 'AppendEntriesRequest', term: state.currentTerm, prevLogIndex, prevLogTerm: state.log.term(prevLogIndex),
    blocks: noBlocks, commitIndex: state.commitIndex, round: state.reads.round, respond,
  })
}

/**
 * Sends what can be sent: entries where there are any and the window has room, else the commit index where it moved, at
 * once, so that a client of a follower need not wait for a heartbeat. Runs at the end of each step of a leader.
 */
export function replicate(state: RaftState): void {
  const { lastIndex } = state.log
  for (const follower of state.followers) {
    if (follower.canSend(lastIndex)) {
      follower.ask(state.commitIndex)
      const fromIndex = follower.nextIndex
      state.effects.push({
        type: 'replicate', to: follower.id, term: state.currentTerm, fromIndex, prevLogTerm: state.log.term(fromIndex - 1),
        bytesMax: buggify('replicator.one-block') ? 1 : state.options.appendBytesMax, commitIndex: state.commitIndex, round: state.reads.round,
      })
    } else if (follower.commitTold < state.commitIndex && follower.state === 'replicate' && follower.nextIndex > lastIndex
      && !follower.isBlocked) {
      cover('replicator.commit-told-alone')
      sendEmpty(state, follower, false)
    }
  }
}

/** To everybody, learners included; carries the newest round, so that a lost read round is made good. */
export function sendHeartbeats(state: RaftState): void {
  const { heartbeatInterval } = state.options
  state.heartbeatDue = state.now + (buggify('replicator.early-heartbeat') ? heartbeatInterval / 10 : heartbeatInterval)
  // What an answer says about a lease is when the question was asked.
  if (isLeaseInForce(state)) state.reads.beat(state.now)
  // A successor that was asked in vain is asked again.
  if (state.transfer !== undefined) state.transfer.isOffered = false
  for (const follower of state.followers) {
    follower.isBlocked = false
    sendEmpty(state, follower, true)
  }
}

/** The stream to `member` is new: probe it at once. */
export function restartStream(state: RaftState, member: MemberId): void {
  const follower = state.follower(member)
  if (follower === undefined) return
  follower.loseStream()
  // With entries to send the probe carries them.
  if (!follower.canSend(state.log.lastIndex)) sendEmpty(state, follower, true)
}

/** Moves reads on: confirms the round that is out, starts one for those who wait, hands out what is ready (§6.4). */
export function settleReads(state: RaftState): void {
  const { reads } = state
  if (reads.isOut && isRoundConfirmed(state)) reads.confirm()
  if (reads.isWaiting && !reads.isOut && (mutant('L2') || state.isServing)) {
    reads.start(state.commitIndex, state.now)
    for (const follower of state.followers) if (follower.isVoter) sendEmpty(state, follower, true)
    if (mutant('L1') || isRoundConfirmed(state)) reads.confirm()
  }
}
