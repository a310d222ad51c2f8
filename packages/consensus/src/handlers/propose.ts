import { assert } from '@copycat/utils'
import type { Input } from '../inputs.ts'
import type { RaftState } from '../raft-state.ts'

/** The leader's disk and the network work side by side: the block goes to both in this step (§10.2.1). */
export function handlePropose(state: RaftState, input: Extract<Input, { type: 'propose' }>): void {
  assert(state.role === 'leader', 'only a leader proposes')
  const block = { kind: input.kind, firstIndex: state.log.lastIndex + 1, count: input.count, term: state.currentTerm }
  state.append(block)
  state.persist([block])
}
