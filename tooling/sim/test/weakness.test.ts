import { describe, expect, it } from 'vitest'
import { coveragePoints } from '../src/coverage-points.ts'
import { weaknesses } from '../src/seeds/weakness.ts'
import { totals } from './totals.ts'

const [missed, ...hit] = coveragePoints

describe('weaknesses', () => {
  it('finds none where every bound is met exactly', () => {
    expect(weaknesses(totals({ acknowledged: 500_000, failed: 250_000, unknown: 250_000, leaderChanges: { least: 0, median: 3, most: 3 } }))).toEqual([])
  })

  it.each([
    { what: 'a class that is enabled and hardly happens', change: { faults: new Map([['kill', { happened: 1_999, enabled: 1_001 }]] as const) }, reason: 'kill happened 1999 times in 2000 seeds' },
    { what: 'a class that is enabled and never happens', change: { faults: new Map([['staleDisk', { happened: 0, enabled: 1 }]] as const) }, reason: 'staleDisk happened 0 times' },
    { what: 'few changes of leaders', change: { leaderChanges: { least: 0, median: 2, most: 500 } }, reason: 'the median of leader changes is 2, below 3' },
    { what: 'few operations that succeed', change: { acknowledged: 499_999, failed: 500_001, unknown: 0 }, reason: '499999 of 1000000 operations' },
    { what: 'no operations', change: { acknowledged: 0, failed: 0, unknown: 0 }, reason: '0 of 0 operations' },
    { what: 'a branch that is not reached', change: { coverage: new Map(hit.map((point) => [point, 1])) }, reason: `${missed!} was not reached` },
  ])('tells of $what', ({ change, reason }) => {
    expect(weaknesses(totals(change))).toEqual([expect.stringContaining(reason)])
  })

  it('tells every reason', () => {
    expect(weaknesses(totals({ coverage: new Map(), acknowledged: 0 }))).toHaveLength(coveragePoints.length + 1)
  })

  it('does not judge fewer than 1000 seeds', () => {
    const nothing = { acknowledged: 0, failed: 9, coverage: new Map<string, number>() }
    expect(weaknesses(totals({ ...nothing, seeds: 999 }))).toEqual([])
    expect(weaknesses(totals({ ...nothing, seeds: 1_000 }))).not.toEqual([])
  })
})
