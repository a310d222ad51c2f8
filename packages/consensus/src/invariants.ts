import { assert } from '@copycat/utils'
import type { LogIndex, MemberId, Term } from '@copycat/utils'
import { mutant } from '@copycat/utils/instruments'
import type { Epoch, Role } from './effects.ts'
import type { RaftState } from './raft-state.ts'

/** What must hold after every step, whatever came in. Costs O(members) and stays on in production. */
export class Invariants {
  #term: Term
  #votedFor: MemberId | undefined
  #role: Role
  #lastIndex: LogIndex
  #epoch: Epoch
  #commitIndex: LogIndex
  #lastApplied: LogIndex

  constructor(state: RaftState) {
    this.#term = state.currentTerm
    this.#votedFor = state.votedFor
    this.#role = state.role
    this.#lastIndex = state.log.lastIndex
    this.#epoch = state.log.tail.epoch
    this.#commitIndex = state.commitIndex
    this.#lastApplied = state.lastApplied
  }

  /** @throws {InvariantError} when one does not hold. */
  check(state: RaftState): void {
    const { lastIndex, durableIndex, tail } = state.log
    assert(state.currentTerm >= this.#term, 'the term never falls (§3.3)')
    if (state.currentTerm === this.#term) {
      assert(this.#votedFor === undefined || state.votedFor === this.#votedFor, 'a vote stands for its term (§3.4)')
      if (this.#role === 'leader' && state.role === 'leader') {
        assert(tail.epoch === this.#epoch && lastIndex >= this.#lastIndex, 'a leader only appends (§3.6.3)')
      }
    }
    assert(!state.isHardStateDirty, 'a changed term or vote is handed to the disk in the same step')
    assert(state.log.lastTerm <= state.currentTerm, 'no entry is of a later term')
    assert(durableIndex <= lastIndex || mutant('R8'), 'only what is in the log is durable')
    assert(state.commitIndex >= this.#commitIndex && (state.commitIndex <= lastIndex || mutant('R1')), 'the commit index only rises, within the log')
    assert(state.lastApplied >= this.#lastApplied && state.lastApplied <= state.commitIndex, 'only committed entries are applied, once')
    if (state.role === 'leader') this.#checkLeader(state, lastIndex)
    else assert(!state.reads.isOut && !state.reads.isWaiting, 'only a leader keeps reads')
    this.#remember(state)
  }

  #checkLeader(state: RaftState, lastIndex: LogIndex): void {
    assert(state.leader === state.id && state.votedFor === state.id && state.isVoter, 'a leader voted for itself')
    assert(state.noopIndex >= 1 && state.noopIndex <= lastIndex, 'a leader has an entry of its term')
    for (const follower of state.followers) {
      assert(follower.matchIndex < follower.nextIndex, 'matchIndex < nextIndex')
      assert(follower.nextIndex >= 1 && follower.nextIndex <= lastIndex + 1, 'nextIndex lies within the log or just behind it')
    }
  }

  #remember(state: RaftState): void {
    this.#term = state.currentTerm
    this.#votedFor = state.votedFor
    this.#role = state.role
    this.#lastIndex = state.log.lastIndex
    this.#epoch = state.log.tail.epoch
    this.#commitIndex = state.commitIndex
    this.#lastApplied = state.lastApplied
  }
}
