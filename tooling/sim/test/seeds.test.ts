import { drawOptions } from '@copycat/simulator/internal'
import { describe, expect, it } from 'vitest'
import type { Outcome } from '../src/jobs/job.ts'
import { WorkerPool } from '../src/jobs/worker-pool.ts'
import { readRegressions } from '../src/regressions.ts'
import { failureLine } from '../src/seeds/failure-line.ts'

const seedsOfThisTest = 60

/** Lines that repeat the runs that failed. */
function linesOf(outcomes: readonly Outcome[]): string[] {
  return outcomes.flatMap(({ job, failure }) => (failure === undefined ? [] : [failureLine(job, failure)]))
}

describe('simulated clusters', () => {
  it('break no invariant, in seeds of the default profile and in all that ever failed', { timeout: 400_000 }, async () => {
    const regressions = readRegressions()
    const options = [
      ...regressions.map(({ seed, profile }) => drawOptions(seed, profile)), ...Array.from({ length: seedsOfThisTest }, (_, at) => drawOptions(at + 1, 'default')),
    ]
    const pool = new WorkerPool({ workers: 2 })
    try {
      const outcomes = await Promise.all(options.map((drawn) => pool.run({ options: drawn })))
      expect(linesOf(outcomes)).toEqual([])
      expect(outcomes.filter(({ summary }) => (summary?.acknowledged ?? 0) > 0).length).toBe(seedsOfThisTest + regressions.length)
    } finally {
      pool.close()
    }
  })
})

describe('the corpus of seeds that failed', () => {
  it('names each once, and says why', () => {
    const regressions = readRegressions()
    expect(new Set(regressions.map(({ seed, profile }) => `${seed} ${profile}`)).size).toBe(regressions.length)
    for (const { seed, why } of regressions) {
      expect(Number.isSafeInteger(seed)).toBe(true)
      expect(why.length).toBeGreaterThan(20)
    }
  })
})
