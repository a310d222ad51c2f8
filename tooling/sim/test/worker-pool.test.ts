import { drawOptions } from '@copycat/simulator/internal'
import { afterEach, describe, expect, it } from 'vitest'
import type { Job } from '../src/jobs/job.ts'
import { WorkerPool, type WorkerPoolOptions } from '../src/jobs/worker-pool.ts'

const pools: WorkerPool[] = []

function open(options: WorkerPoolOptions): WorkerPool {
  const pool = new WorkerPool(options)
  pools.push(pool)
  return pool
}

afterEach(() => {
  for (const pool of pools.splice(0)) pool.close()
})

const brief = (seed: number): Job => ({
  options: { ...drawOptions(seed, 'speed'), clients: 2, faultMillis: 1_500, healedMillis: 17_000, healing: 'all', faults: [] }, plan: [],
})

describe('WorkerPool', () => {
  it('runs more jobs than it has processes, with the instruments of product code', { timeout: 60_000 }, async () => {
    const pool = open({ workers: 2 })
    const outcomes = await Promise.all([1, 2, 3].map((seed) => pool.run(brief(seed))))
    expect(outcomes.map(({ job, failure }) => [job.options.seed, failure])).toEqual([[1, undefined], [2, undefined], [3, undefined]])
    expect(new Set(outcomes.map(({ summary }) => summary?.hashes[0])).size).toBe(3)
    for (const { summary } of outcomes) expect(summary).toMatchObject({ coverage: expect.arrayContaining(['replicator.commit-told-alone']), millis: 18_500 })
  })

  it('fails a job that does not end in time, and goes on with the next', { timeout: 60_000 }, async () => {
    const pool = open({ workers: 1, limit: 1_500 })
    const endless = { options: { ...drawOptions(1, 'overload'), faultMillis: 600_000 } }
    expect(await pool.run(endless)).toMatchObject({ failure: { invariant: 'no-end', text: 'did not end within 1.5 s' } })
    expect(await open({ workers: 1 }).run(brief(4))).not.toHaveProperty('failure')
    expect(await pool.run(endless)).toMatchObject({ failure: { invariant: 'no-end' } })
  })

  it('fails a job whose process dies, with what it said last', { timeout: 60_000 }, async () => {
    const unheardOf = { options: { ...drawOptions(1, 'speed'), servers: -1 } }
    expect(await open({ workers: 1 }).run(unheardOf)).toMatchObject({ failure: { invariant: 'crash', text: expect.stringContaining('Error') } })
  })
})
