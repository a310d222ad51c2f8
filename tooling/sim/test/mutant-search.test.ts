import { describe, expect, it } from 'vitest'
import type { Job, Outcome } from '../src/jobs/job.ts'
import { hintsKey, mutantOptions } from '../src/mutation/mutant-options.ts'
import { cleanJobs, cleanRunsOf, type Hunt, hunt } from '../src/mutation/mutant-search.ts'
import { type Mutant, mutants } from '../src/mutants.ts'

const mutant: Mutant = { name: 'R4', row: 'R4', bug: 'A majority is one server short.', caughtBy: ['I8', 'I9'], profile: ['partition'] }

/** Runs that fail by these invariants, one after the other; the rest is clean. */
function failing(...invariants: readonly (string | undefined)[]): { readonly jobs: Job[], run(job: Job): Promise<Outcome> } {
  const jobs: Job[] = []
  return {
    jobs,
    async run(job) {
      jobs.push(job)
      const invariant = invariants[jobs.length - 1]
      return invariant === undefined ? { job } : { job, failure: { invariant, text: invariant } }
    },
  }
}

const found = (of: Mutant, seeds: number): Hunt => ({ mutant: of, seeds, invariant: 'I8', otherwise: new Map(), millis: 1 })

describe('hunt', () => {
  it('ends with the first seed in which an invariant names the bug', async () => {
    const { jobs, run } = failing(undefined, undefined, 'I9')
    expect(await hunt(mutant, 300, run)).toMatchObject({ mutant, seeds: 3, invariant: 'I9', otherwise: new Map() })
    expect(jobs.map(({ options: { seed }, mutant: name }) => [seed, name])).toEqual([[1, 'R4'], [2, 'R4'], [3, 'R4']])
  })

  it('does not count failures that say nothing of the bug', async () => {
    const { run } = failing('assertion', 'no-end', 'crash', 'assertion', 'I33', 'I8')
    const otherwise = new Map([['assertion', 2], ['no-end', 1], ['crash', 1], ['I33', 1]])
    expect(await hunt(mutant, 300, run)).toMatchObject({ seeds: 6, invariant: 'I8', otherwise })
  })

  it('gives up after so many seeds', async () => {
    const { jobs, run } = failing('uncaught')
    expect(await hunt(mutant, 5, run)).toMatchObject({ seeds: 5, invariant: undefined })
    expect(jobs).toHaveLength(5)
  })
})

describe('the runs without a bug', () => {
  it('are those with it, made once for all mutants that need the same', () => {
    const alike: Mutant = { ...mutant, name: 'L9' }
    const other: Mutant = { ...mutant, name: 'D4', profile: [] }
    const runs = cleanRunsOf([found(mutant, 4), found(alike, 2), found(other, 3)], 0)
    expect(runs).toEqual([{ hints: [], seeds: 3 }, { hints: ['partition'], seeds: 4 }])
    const jobs = cleanJobs(runs, 'control')
    expect(jobs).toHaveLength(7)
    expect(jobs.at(-1)).toEqual({ options: mutantOptions(4, ['partition']), mutant: 'control' })
  })

  it('are at least as many as the control must survive', () => {
    expect(cleanRunsOf([found(mutant, 4)], 100)).toEqual([{ hints: [], seeds: 100 }, { hints: ['partition'], seeds: 4 }])
  })
})

describe('mutantOptions', () => {
  it('have what the hints ask for, in every seed', () => {
    for (let seed = 1; seed <= 50; seed++) {
      const options = mutantOptions(seed, ['corrupted-streams', 'contested-elections', 'half-open'])
      expect(options).toMatchObject({ depth: 'stream', servers: 4 })
      expect(options.faults).toEqual(expect.arrayContaining(['corruptChunk', 'silentBreak']))
      expect(options.faults).not.toContain('loss')
    }
  })

  it('have no faults that their network cannot have', () => {
    for (const { profile = [] } of mutants) {
      for (let seed = 1; seed <= 20; seed++) {
        const { depth, faults, rates } = mutantOptions(seed, profile)
        expect(faults.includes('loss') && depth === 'stream').toBe(false)
        expect(faults.includes('corruptChunk') && depth === 'message').toBe(false)
        expect(Object.keys(rates).sort()).toEqual([...faults].sort())
      }
    }
  })

  it('are alike for the same hints in another order', () => {
    expect(hintsKey(['replays', 'delay'])).toBe(hintsKey(['delay', 'replays']))
  })
})
