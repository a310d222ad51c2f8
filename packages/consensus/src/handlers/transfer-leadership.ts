import type { Input } from '../inputs.ts'
import type { RaftState } from '../raft-state.ts'
import { bestSuccessor } from '../replication/transfer.ts'

/** §3.10: the leader stops taking commands, brings its successor up to date, then asks it to campaign; the last two when the step settles. */
export function handleTransferLeadership(state: RaftState, input: Extract<Input, { type: 'transferLeadership' }>): void {
  if (state.role !== 'leader') return
  const successor = input.to === undefined ? bestSuccessor(state) : state.follower(input.to)
  if (successor?.isVoter !== true) return
  state.trace?.(`${state.id}: hands over to ${successor.id}`)
  state.transfer = { to: successor.id, until: state.now + state.options.electionTimeout, isOffered: false }
}
