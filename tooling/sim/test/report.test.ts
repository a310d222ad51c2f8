import { drawOptions } from '@copycat/simulator/internal'
import { describe, expect, it } from 'vitest'
import { coveragePoints } from '../src/coverage-points.ts'
import { formatComparisons, isAsItMustBe } from '../src/determinism/report.ts'
import type { Outcome } from '../src/jobs/job.ts'
import { formatMutants, shortcomings } from '../src/mutation/report.ts'
import { mutants } from '../src/mutants.ts'
import { clusterHoursPerCpuMinute, formatTotals } from '../src/seeds/report.ts'
import { Tally } from '../src/seeds/tally.ts'
import { totals } from './totals.ts'

const options = drawOptions(7, 'default')
const failed: Outcome = { job: { options }, failure: { invariant: 'I30', text: 'I30 at 72.132 ms: applied twice\nat 2951', at: 72.132 } }

describe('formatTotals', () => {
  it('tells speed, operations, leaders, faults and coverage', () => {
    const lines = formatTotals(totals(), 'default')
    expect(lines[0]).toBe('2,000 seeds of profile default: 50.00 cluster-hours in 25.00 CPU-minutes, 2.00 cluster-hours per CPU-minute')
    expect(lines[1]).toBe('operations: 900,000 (90.0 %) acknowledged, 50,000 (5.0 %) failed, 50,000 (5.0 %) unknown; 5.0 acknowledged per virtual second')
    expect(lines[2]).toBe('leader changes: median 8, least 1, most 90; events: 1,234,567')
    expect(lines.slice(4, 7)).toEqual(['faults  happened  enabled in seeds', 'loss     123,456               900', 'kill       2,000             1,001'])
    expect(lines).toContain(`coverage points: ${coveragePoints.length} of ${coveragePoints.length} hit`)
    expect(lines.at(-1)).toBe('no violation')
  })

  it('lists the branches that were not reached', () => {
    const coverage = new Map(coveragePoints.slice(2).map((point) => [point, 1]))
    expect(formatTotals(totals({ coverage }), 'default')).toEqual(expect.arrayContaining([`  not hit: ${coveragePoints[0]!}`, `  not hit: ${coveragePoints[1]!}`]))
  })

  it('prints one line per failed seed, by which it is repeated', () => {
    const endless: Outcome = { job: { options: drawOptions(9, 'speed'), mutant: 'R4' }, failure: { invariant: 'no-end', text: 'did not end within 120 s' } }
    expect(formatTotals(totals({ failures: [failed, endless] }), 'default').slice(-3)).toEqual([
      'failed: 2',
      '  pnpm sim --seed 7 --profile default   I30 at 72.132 ms: applied twice',
      '  pnpm sim --seed 9 --profile speed --mutant R4   no-end: did not end within 120 s',
    ])
  })

  it('knows no speed where no time was spent', () => {
    expect(clusterHoursPerCpuMinute({ millis: 1, cpuMicros: 0 })).toBe(0)
  })
})

describe('Tally', () => {
  const summary = {
    hashes: ['1-a'], events: 10, millis: 90_000, cpuMicros: 4_000, acknowledged: 5, failed: 1, unknown: 2, leaderChanges: 4, faults: { kill: 3 }, coverage: ['a.b'],
  }

  it('adds up what ended, and counts a class of faults where it was enabled', () => {
    const tally = new Tally()
    tally.add({ job: { options: { ...options, faults: ['kill', 'loss'] } }, summary })
    tally.add({ job: { options: { ...options, faults: ['kill'] } }, summary: { ...summary, leaderChanges: 8, faults: {} } })
    expect(tally.totals()).toMatchObject({
      seeds: 2, millis: 180_000, events: 20, acknowledged: 10, failed: 2, unknown: 4, leaderChanges: { least: 4, median: 4, most: 8 }, failures: [],
      faults: new Map([['kill', { happened: 3, enabled: 2 }], ['loss', { happened: 0, enabled: 1 }]]), coverage: new Map([['a.b', 2]]),
    })
  })

  it('keeps failed runs in the order of their seeds, also those that nothing else is known of', () => {
    const tally = new Tally()
    tally.add(failed)
    tally.add({ ...failed, job: { options: drawOptions(3, 'default') } })
    expect(tally.totals().failures.map(({ job }) => job.options.seed)).toEqual([3, 7])
    expect(tally.totals().seeds).toBe(2)
  })
})

describe('formatMutants', () => {
  const [one, other] = mutants
  const hunts = [
    { mutant: one!, seeds: 3, invariant: 'I3', otherwise: new Map([['assertion', 2]]), millis: 1_500 },
    { mutant: other!, seeds: 300, invariant: undefined, otherwise: new Map<string, number>(), millis: 90_000 },
  ]

  it('tells seeds, invariant and time of each mutant, and what is wrong', () => {
    const result = { hunts, clean: [{ job: { options } }, failed], millis: 120_000 }
    expect(formatMutants(result)).toEqual([
      'mutant          seeds  caught by  seconds  other failures before',
      'E1                  3         I3      1.5          assertion × 2',
      'E1-second-vote    300     NOBODY     90.0', '',
      '1 of 2 caught; seeds until caught: median 3, most 300',
      '2 runs of the same seeds without a bug: 1 failed', '  seed 7: I30 at 72.132 ms: applied twice', '2.0 minutes in all',
    ])
    expect(shortcomings(result)).toEqual(['E1-second-vote is not caught in 300 seeds', '1 runs without a bug failed'])
  })

  it('is content when all are caught soon and nothing fails without them', () => {
    expect(shortcomings({ hunts: [hunts[0]!], clean: [{ job: { options } }], millis: 1 })).toEqual([])
    expect(shortcomings({ hunts: [{ ...hunts[0]!, seeds: 51 }], clean: [], millis: 1 })).toEqual([expect.stringContaining('median')])
  })
})

describe('formatComparisons', () => {
  it('demands that equal runs go alike and that planted randomness shows', () => {
    const comparisons = [
      { way: 'another process', seeds: 8, differing: [], mustDiffer: false }, { way: 'Node.js 26', seeds: 8, differing: [4, 5], mustDiffer: false },
      { way: 'planted', seeds: 8, differing: [1], mustDiffer: true }, { way: 'planted', seeds: 1, differing: [1], mustDiffer: true },
    ]
    expect(comparisons.map(isAsItMustBe)).toEqual([true, false, false, true])
    expect(formatComparisons(comparisons).map((line) => line.split(/ {2,}/).at(-1))).toEqual(['differ', 'ok', 'WRONG: 4, 5', 'WRONG: all must differ', 'ok'])
  })
})
