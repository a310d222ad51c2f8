import type { Job } from '../jobs/job.ts'
import { WorkerPool } from '../jobs/worker-pool.ts'
import { type Mutant, mutants } from '../mutants.ts'
import { Progress } from '../seeds/progress.ts'
import { cleanJobs, cleanRunsOf, hunt, type MutantsResult } from './mutant-search.ts'
import { huntLine } from './report.ts'

/** Which mutants are searched for, and how hard. */
export interface MutantsOptions {
  readonly only: readonly string[]
  /** Seeds that a mutant may take. */
  readonly seeds: number
  readonly jobs: number
}

const controlName = 'control'
const controlSeeds = 100
const runLimit = 60_000

/** Searches for mutants, several at a time, and then makes the same runs without a bug. */
export async function runMutants({ only, seeds, jobs }: MutantsOptions, print: (line: string) => void): Promise<MutantsResult> {
  const started = Date.now()
  const pool = new WorkerPool({ workers: jobs, limit: runLimit })
  try {
    const chosen = mutants.filter(({ name }) => name !== controlName && only.includes(name))
    const hunts = await each(chosen, jobs, async (mutant: Mutant) => {
      const found = await hunt(mutant, seeds, (job) => pool.run(job))
      print(huntLine(found))
      return found
    })
    const toRun = cleanJobs(cleanRunsOf(hunts, only.includes(controlName) ? controlSeeds : 0), controlName)
    const progress = new Progress(toRun.length)
    let done = 0
    const clean = await each(toRun, jobs, async (job: Job) => {
      const outcome = await pool.run(job)
      progress.update(++done, 'runs without a bug')
      return outcome
    })
    progress.end()
    return { hunts, clean, millis: Date.now() - started }
  } finally {
    pool.close()
  }
}

/** Results in the order of the items, `many` at a time. */
async function each<Item, Result>(items: readonly Item[], many: number, act: (item: Item) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = []
  let next = 0
  const turn = async (): Promise<void> => {
    for (let at = next++; at < items.length; at = next++) results[at] = await act(items[at]!)
  }
  await Promise.all(Array.from({ length: many }, turn))
  return results
}
