import { WorkerPool } from '../jobs/worker-pool.ts'
import type { ShrinkCommand } from '../options.ts'
import { caseOf } from '../replay/replay.ts'
import { writeCase } from './case-file.ts'
import { formatShrunk } from './report.ts'
import { shrink } from './shrink-case.ts'

/** Makes a seed that fails small, tells and writes it. @returns whether the seed was clean. */
export async function runShrink({ runs, minutes, json, ...choice }: ShrinkCommand, print: (line: string) => void): Promise<boolean> {
  const original = caseOf(choice)
  const pool = new WorkerPool({ workers: 1 })
  try {
    const { failure } = await pool.run(original)
    if (failure === undefined) {
      print(`seed ${choice.seed} of profile ${choice.profile} does not fail: there is nothing to shrink`)
      return true
    }
    print(failure.text.split('\n', 1)[0]!)
    const shrunk = await shrink(original, failure, { runs, millis: minutes * 60_000 }, (job) => pool.run(job))
    print('')
    for (const line of formatShrunk(original, shrunk)) print(line)
    if (json !== undefined) {
      writeCase(json, shrunk.case, { failure: shrunk.failure })
      print(`\npnpm sim --case ${json}`)
    }
    return false
  } finally {
    pool.close()
  }
}
