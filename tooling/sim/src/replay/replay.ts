import { drawOptions, drawPlan, type RunResult } from '@copycat/simulator/internal'
import { runWithResult } from '../jobs/run-job.ts'
import { mutantOptions } from '../mutation/mutant-options.ts'
import { mutants } from '../mutants.ts'
import type { Choice } from '../options.ts'
import { writeCase } from '../shrink/case-file.ts'
import type { Case } from '../shrink/shrink-case.ts'
import { formatResult } from './report.ts'

/** The run that a seed stands for; with a mutant, the one that the search for this mutant makes of it. */
export function caseOf({ seed, profile, mutant: name }: Omit<Choice, 'json'>): Case {
  const mutant = mutants.find((candidate) => candidate.name === name)
  const options = mutant === undefined ? drawOptions(seed, profile) : mutantOptions(seed, mutant.profile ?? [])
  return { options, plan: drawPlan(options), ...(mutant === undefined ? {} : { mutant: mutant.name }) }
}

/** Repeats a run on this thread and tells all of it. @returns whether it was clean. */
export async function replay(repeated: Case, json: string | undefined, print: (line: string) => void): Promise<boolean> {
  const result = await runWithResult(repeated, { hasChart: true })
  for (const line of formatResult(result)) print(line)
  if (json !== undefined) writeCase(json, repeated, plain(result))
  return result.violation === undefined
}

function plain({ violation, faults, coverage, ...rest }: RunResult): Record<string, unknown> {
  return {
    ...rest,
    ...(violation === undefined ? {} : { failure: { invariant: violation.invariant, text: violation.message, at: violation.at } }),
    faults: Object.fromEntries(faults), coverage: Object.fromEntries(coverage),
  }
}
