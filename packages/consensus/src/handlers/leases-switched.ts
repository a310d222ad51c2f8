import { assert } from '@copycat/utils'
import type { Input } from '../inputs.ts'
import type { RaftState } from '../raft-state.ts'

export function handleLeasesSwitched(state: RaftState, input: Extract<Input, { type: 'leasesSwitched' }>): void {
  assert(input.index > state.lastApplied && input.index <= state.commitIndex, 'a switch is told once, when its entry is applied')
  state.leases.switched(input.index, input.isOn)
}
