import { assert } from '@copycat/utils'
import type { Input } from '../inputs.ts'
import type { RaftState } from '../raft-state.ts'

export function handleSent(state: RaftState, input: Extract<Input, { type: 'sent' }>): void {
  const follower = state.follower(input.to)
  assert(follower !== undefined && follower.fill !== 'none', 'what was sent was asked for')
  assert(follower.fill === 'stale' || input.through <= state.log.lastIndex, 'only entries of the log are sent')
  follower.sent(input.through)
}
