import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RaftState } from '../../src/raft-state.ts'
import { isRoundConfirmed, quorumContactAt } from '../../src/replication/commitment.ts'
import { hasVoteQuorum, majority, quorumMatchIndex } from '../../src/replication/quorum.ts'

/** By definition: the highest value that more than half of all have reached. */
function bruteForce(values: readonly number[]): number {
  return Math.max(...values.filter((value) => values.filter((other) => other >= value).length * 2 > values.length))
}

describe('majority', () => {
  it('is more than half, and two majorities always share a voter', () => {
    for (let count = 1; count <= 9; count++) {
      expect(majority(count) * 2).toBeGreaterThan(count)
      expect((majority(count) - 1) * 2).toBeLessThanOrEqual(count)
    }
  })
})

describe('quorumMatchIndex', () => {
  it('R4: agrees with brute force for 1 to 9 voters in any order', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 9 }), (values) => {
      const before = [...values]
      expect(quorumMatchIndex(values)).toBe(bruteForce(values))
      expect(values).toEqual(before)
    }), { numRuns: 2_000 })
  })

  it('R4: compares numbers, not their text, up to the largest safe integer', () => {
    expect(quorumMatchIndex([9, 10, 100])).toBe(10)
    expect(quorumMatchIndex([2 ** 31, 2 ** 31 + 1, 2 ** 32])).toBe(2 ** 31 + 1)
    expect(quorumMatchIndex([Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER - 1, 0])).toBe(Number.MAX_SAFE_INTEGER - 1)
  })

  it('throws without voters', () => {
    expect(() => quorumMatchIndex([])).toThrow('a quorum has voters')
  })

  it.each([
    [[5], 5], [[5, 3], 3], [[5, 3, 1], 3], [[5, 5, 1, 1], 1], [[5, 4, 3, 2, 1], 3], [[7, 6, 5, 4, 3, 2, 1], 4],
  ])('of %j is %i', (values, expected) => {
    expect(quorumMatchIndex(values)).toBe(expected)
  })
})

describe('hasVoteQuorum', () => {
  it('R4: counts voters only, each once, for 1 to 9 voters', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 9 }), fc.array(fc.integer({ min: 1, max: 14 })), (count, grants) => {
      const voters = Array.from({ length: count }, (_, position) => position + 1)
      const granting = voters.filter((voter) => grants.includes(voter)).length
      expect(hasVoteQuorum(voters, new Set(grants))).toBe(granting * 2 > count)
    }), { numRuns: 2_000 })
  })
})

describe('the quorum of a state', () => {
  function stateOf(voters: readonly number[], learners: readonly number[]): RaftState {
    return new RaftState({
      id: 1, configuration: { voters, learners }, hardState: { currentTerm: 1, votedFor: 1 }, termRuns: [], lastIndex: 0,
      electionTimeout: 500, heartbeatInterval: 100, clockDrift: 0.1, abstain: false, now: 0, random: () => 0, inFlightMax: 1, appendBytesMax: 1,
    })
  }

  it('R4, L9: leaves learners out of commits, rounds and contact alike, and a leader that is no voter as well', () => {
    fc.assert(fc.property(
      fc.boolean(), fc.integer({ min: 1, max: 9 }), fc.integer({ min: 0, max: 3 }), fc.array(fc.nat(20), { minLength: 13, maxLength: 13 }),
      (isVoter, count, learnerCount, values) => {
        const voters = Array.from({ length: count }, (_, position) => position + (isVoter ? 1 : 2))
        const learners = Array.from({ length: learnerCount }, (_, position) => count + 5 + position)
        const state = stateOf(voters, learners)
        for (const follower of state.followers) follower.matchIndex = follower.confirmedRound = follower.heardAt = values[follower.id - 1] ?? 99
        const others = voters.filter((voter) => voter !== 1).map((voter) => values[voter - 1]!)
        const counted = isVoter ? [values[0]!, ...others] : others
        expect(quorumMatchIndex(state.voterValues(values[0]!, 'matchIndex'))).toBe(bruteForce(counted))
        state.now = values[0]!
        expect(quorumContactAt(state)).toBe(bruteForce(counted))
        state.reads.round = state.reads.outRound = values[0]!
        expect(isRoundConfirmed(state)).toBe(bruteForce(counted) >= values[0]!)
      }), { numRuns: 1_000 })
  })
})
