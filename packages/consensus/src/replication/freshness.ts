import type { LogIndex } from '@copycat/utils'
import type { RaftState } from '../raft-state.ts'
import { quorumContactAt } from './commitment.ts'

/**
 * How old a follower's state may be: the time at which a leader was heard, once everything is applied that the leader then said is committed. Where
 * applying lags, one such promise is waited for at a time and the newest is kept for afterwards: two marks are enough, however many messages come.
 */
export class Freshness {
  /** Of what is applied; -Infinity: nothing is known of it. */
  at: number = -Infinity
  #waitsFor: LogIndex = 0
  #waitsSince: number = -Infinity
  #isWaiting = false
  #newestCommit: LogIndex = 0
  #newestAt: number = -Infinity

  /** The leader was heard at `now`, and this log holds all that it said is committed up to `commitIndex`, or will when it has been applied. */
  heard(now: number, commitIndex: LogIndex, lastApplied: LogIndex): void {
    if (commitIndex <= lastApplied) {
      this.at = now
      return
    }
    this.#newestAt = now
    this.#newestCommit = commitIndex
    if (!this.#isWaiting) this.#waitForNewest()
  }

  applied(lastApplied: LogIndex): void {
    while (this.#isWaiting && lastApplied >= this.#waitsFor) {
      this.at = Math.max(this.at, this.#waitsSince)
      this.#isWaiting = false
      if (this.#newestAt > this.#waitsSince) this.#waitForNewest()
    }
  }

  #waitForNewest(): void {
    this.#waitsFor = this.#newestCommit
    this.#waitsSince = this.#newestAt
    this.#isWaiting = true
  }
}

/** The same of any server: a leader in office is as fresh as its contact with a majority. */
export function freshAt(state: RaftState): number {
  if (state.role !== 'leader') return state.freshness.at
  if (!state.isServing || state.lastApplied < state.commitIndex) return -Infinity
  return state.isAlone ? Infinity : quorumContactAt(state)
}
