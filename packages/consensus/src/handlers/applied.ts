import { assert } from '@copycat/utils'
import type { Input } from '../inputs.ts'
import type { RaftState } from '../raft-state.ts'

export function handleApplied(state: RaftState, input: Extract<Input, { type: 'applied' }>): void {
  assert(input.index >= state.lastApplied && input.index <= state.commitIndex, 'entries are applied in order, and when they are committed')
  state.lastApplied = input.index
  state.freshness.applied(input.index)
}
