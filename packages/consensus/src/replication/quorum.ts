import { assert } from '@copycat/utils'
import type { LogIndex, MemberId } from '@copycat/utils'
import { mutant } from '@copycat/utils/instruments'

/** How many of `count` voters decide: more than half, so that any two such groups share one (§3.2). */
export function majority(count: number): number {
  return Math.floor(count / 2) + 1
}

/**
 * The highest value that a majority of voters has reached; used for stored entries, confirmed read rounds and times of
 * contact alike, so that there is one quorum function (FAULTS L9).
 * @param values one per voter, the leader included, any order; not modified. A handful: the cost is its square, without allocation.
 * @returns for match indexes a candidate only: the caller checks that the entry there is of the current term (§3.6.2).
 * @throws {InvariantError} when empty.
 * Source: §3.5, Figure 3.1 "Rules for Servers", leaders, last rule.
 */
export function quorumMatchIndex(values: readonly LogIndex[]): LogIndex {
  const count = values.length
  assert(count > 0, 'a quorum has voters')
  const needed = mutant('R4') ? majority(count) - 1 : majority(count)
  if (mutant('R4-unsorted')) return values[Math.floor((count - 1) / 2)]!
  let best = -Infinity
  for (let position = 0; position < count; position++) {
    const value = values[position]!
    if (value <= best) continue
    let reached = 0
    for (let other = 0; other < count; other++) if (values[other]! >= value) reached++
    if (reached >= needed) best = value
  }
  return best
}

/**
 * Whether those who granted contain a majority of `voters`. Votes are a set: a second one of the same voter, or one of
 * a non-voter, does not count (FAULTS E5, R4).
 */
export function hasVoteQuorum(voters: readonly MemberId[], granted: ReadonlySet<MemberId>): boolean {
  let count = 0
  for (const voter of voters) if (granted.has(voter)) count++
  return count >= majority(voters.length)
}
