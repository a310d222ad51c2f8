import { drawOptions, type ProfileName } from '@copycat/simulator/internal'
import type { Outcome } from '../jobs/job.ts'
import { WorkerPool } from '../jobs/worker-pool.ts'
import { failureLine } from './failure-line.ts'
import { Progress } from './progress.ts'
import { Tally, type Totals } from './tally.ts'

/** Which seeds are run, and by how many processes. */
export interface SeedsOptions {
  readonly seeds: number
  readonly from: number
  readonly profile: ProfileName
  readonly jobs: number
}

/** Runs seeds in other processes, and tells a failed one at once. */
export async function runSeeds({ seeds, from, profile, jobs }: SeedsOptions, print: (line: string) => void): Promise<Totals> {
  const pool = new WorkerPool({ workers: Math.min(jobs, seeds) })
  const tally = new Tally()
  const progress = new Progress(seeds)
  const one = async (seed: number): Promise<void> => {
    const outcome: Outcome = await pool.run({ options: drawOptions(seed, profile) })
    tally.add(outcome)
    if (outcome.failure !== undefined) print(failureLine(outcome.job, outcome.failure))
    progress.update(tally.seeds, `${tally.failed} failed`)
  }
  let next = from
  const turn = async (): Promise<void> => {
    while (next < from + seeds) await one(next++)
  }
  try {
    await Promise.all(Array.from({ length: Math.min(jobs, seeds) }, turn))
  } finally {
    progress.end()
    pool.close()
  }
  return tally.totals()
}
