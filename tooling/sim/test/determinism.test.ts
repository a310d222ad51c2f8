import { drawOptions, runOnce, StoreWorkload, type Workload } from '@copycat/simulator/internal'
import { describe, expect, it } from 'vitest'
import type { Job } from '../src/jobs/job.ts'
import { runJob } from '../src/jobs/run-job.ts'
import { WorkerPool } from '../src/jobs/worker-pool.ts'

/** Runs that are shorter than a seed's own and have fewer clients, but all the faults that it draws. */
const jobs: Job[] = Array.from({ length: 8 }, (_, at) => {
  const options = drawOptions(at + 1, 'default')
  return { options: { ...options, clients: Math.min(2, options.clients), loops: 1, thinkMillis: 200, faultMillis: 10_000, healedMillis: 17_000, healing: 'all' } }
})

const hashesOf = async (made: readonly Job[], run: (job: Job) => Promise<{ summary?: { hashes: readonly string[] } }>): Promise<(readonly string[] | undefined)[]> => {
  const hashes = []
  for (const job of made) hashes.push((await run(job)).summary?.hashes)
  return hashes
}

describe('a seed', () => {
  it('goes alike twice in one process and in another process', { timeout: 120_000 }, async () => {
    const here = await hashesOf(jobs.map((job) => ({ ...job, repeat: 2 })), runJob)
    expect(here.map((hashes) => hashes?.length)).toEqual(jobs.map(() => 2))
    expect(here.map((hashes) => hashes?.[1])).toEqual(here.map((hashes) => hashes?.[0]))
    const pool = new WorkerPool({ workers: 1 })
    try {
      expect(await hashesOf(jobs, (job) => pool.run(job))).toEqual(here.map((hashes) => [hashes?.[0]]))
    } finally {
      pool.close()
    }
  })

  it('goes otherwise when its clients use Math.random()', { timeout: 60_000 }, async () => {
    const planted = { ...jobs[0]!, hasPlantedRandomness: true }
    const hashes = await hashesOf([jobs[0]!, planted, planted], runJob)
    expect(new Set(hashes.map((of) => of?.[0])).size).toBe(3)
  })

  it('fails when its clients use Math.random() and the traps are set', async () => {
    const { options } = jobs[0]!
    const { violation } = await runOnce(options, {
      workload: (ports) => {
        const workload: Workload = new StoreWorkload(options, ports)
        return { counts: workload.counts, machine: (member) => workload.machine(member), end: () => workload.end(), program: async (world) => world.sleep(Math.random()) }
      },
    })
    expect(violation).toMatchObject({ invariant: 'determinism', message: expect.stringContaining('random was used') })
    expect(Math.random()).toBeLessThan(1)
  })
})
