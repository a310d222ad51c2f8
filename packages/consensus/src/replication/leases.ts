import type { LogIndex } from '@copycat/utils'
import { mutant } from '@copycat/utils/instruments'
import type { RaftState } from '../raft-state.ts'
import { quorumMatchIndex } from './quorum.ts'

/**
 * The switch that turns leases on and off for the whole cluster. It stands in the log, in entries that the core cannot read: what they say is known when
 * they are applied. Until then a server is careful both ways: it uses no lease itself, and breaks none.
 */
export class LeaseSwitch {
  /** As the last switch that is applied says. */
  isOn = false
  /** The entry that said so; a member whose log reaches it knows. */
  index: LogIndex = 0
  /** The log may hold switches up to here that are not applied yet. */
  #unknownThrough: LogIndex

  /** @param lastIndex of the log that was found at the start: anything may stand in it. */
  constructor(lastIndex: LogIndex) {
    this.#unknownThrough = lastIndex
  }

  appended(index: LogIndex): void {
    this.#unknownThrough = index
  }

  truncatedFrom(index: LogIndex): void {
    this.#unknownThrough = Math.min(this.#unknownThrough, index - 1)
  }

  switched(index: LogIndex, isOn: boolean): void {
    this.isOn = isOn
    this.index = index
  }

  /** Whether some leader may count on this server's promise. */
  mayBeOn(lastApplied: LogIndex): boolean {
    return !mutant('L6-early') && (this.isOn || this.#unknownThrough > lastApplied)
  }

  /** Whether a leader with this log may use leases: not any more once it has appended a switch back. */
  isInForce(lastApplied: LogIndex): boolean {
    return this.isOn && this.#unknownThrough <= lastApplied
  }
}

/** Whether this server may have a lease at all. */
export function isLeaseInForce(state: RaftState): boolean {
  return state.isServing && (!state.hasOffered || mutant('L8')) && state.leases.isInForce(state.lastApplied)
}

/**
 * Until when the lease of this leader runs (§6.4.1): a majority has taken in what was sent at some time, and neither votes nor campaigns for an election
 * timeout after. Whose clock is slow and whose fast nobody knows, so that twice the drift of a clock is left off. Looked at for each read, from the times of all voters,
 * so that no timer stands between (FAULTS L7).
 */
export function leaseUntil(state: RaftState): number {
  if (!isLeaseInForce(state)) return -Infinity
  const { electionTimeout, clockDrift } = state.options
  return quorumMatchIndex(state.leaseValues()) + electionTimeout * (mutant('L6') ? 1 : 1 - 2 * clockDrift)
}
