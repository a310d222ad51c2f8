import type { Input } from '../inputs.ts'
import type { RaftState } from '../raft-state.ts'
import { advanceCommit } from '../replication/commitment.ts'
import { countGrant } from '../roles.ts'

/** The disk has confirmed: only now does a candidate's own vote count, and a leader's own copy. */
export function handlePersisted(state: RaftState, input: Extract<Input, { type: 'persisted' }>): void {
  if (!state.log.tail.complete(input.id, input.epoch)) return
  if (state.role === 'candidate') {
    if (state.log.tail.isDurable(state.candidacyPersist)) countGrant(state, state.id)
  } else {
    advanceCommit(state)
  }
}
