import type { Input } from '../inputs.ts'
import type { RaftState } from '../raft-state.ts'

/** Only a leader takes reads; the rounds go out when the step settles. Elsewhere the role effect has already told those who ask. */
export function handleReadRequest(state: RaftState, input: Extract<Input, { type: 'readRequest' }>): void {
  if (state.role === 'leader') state.reads.request(input.request)
}
