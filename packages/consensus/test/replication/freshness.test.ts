import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Freshness } from '../../src/replication/freshness.ts'

describe('Freshness', () => {
  it('L11: nothing is known before a leader was heard', () => {
    const freshness = new Freshness()
    freshness.applied(10)
    expect(freshness.at).toBe(-Infinity)
  })

  it('is the time at which the leader was heard where all that it said is committed is applied', () => {
    const freshness = new Freshness()
    freshness.heard(100, 5, 5)
    expect(freshness.at).toBe(100)
    freshness.heard(200, 6, 5)
    expect(freshness.at).toBe(100)
    freshness.applied(6)
    expect(freshness.at).toBe(200)
  })

  it('moves on where applying always lags', () => {
    const freshness = new Freshness()
    for (let now = 1; now <= 100; now++) {
      freshness.heard(now, now, now - 3)
      freshness.applied(now - 2)
    }
    expect(freshness.at).toBeGreaterThanOrEqual(93)
  })

  it('L11: never claims more than what was heard and is applied', () => {
    fc.assert(fc.property(fc.array(fc.record({ commit: fc.nat(3), apply: fc.nat(3) }), { maxLength: 60 }), (steps) => {
      const freshness = new Freshness()
      const heard: { at: number, commit: number }[] = []
      let commit = 0
      let applied = 0
      steps.forEach((step, now) => {
        commit += step.commit
        freshness.heard(now, commit, applied)
        heard.push({ at: now, commit })
        applied = Math.min(commit, applied + step.apply)
        freshness.applied(applied)
        const exact = heard.findLast((each) => each.commit <= applied)?.at ?? -Infinity
        expect(freshness.at).toBeLessThanOrEqual(exact)
        // The last two promises are kept in mind: one that is applied by now and was heard after the one before that is not lost.
        if (applied === commit) expect(freshness.at).toBe(now)
      })
    }), { numRuns: 1_000 })
  })
})
