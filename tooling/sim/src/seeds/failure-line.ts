import type { Failure, Job } from '../jobs/job.ts'

/** The command that repeats a run, e.g. `pnpm sim --seed 7 --profile default`. */
export function commandOf({ options: { seed, profile }, mutant }: Job): string {
  return `pnpm sim --seed ${seed} --profile ${profile}${mutant === undefined ? '' : ` --mutant ${mutant}`}`
}

/** A failed run in one line: how to repeat it, and what was broken. */
export function failureLine(job: Job, { invariant, text }: Failure): string {
  const first = text.split('\n', 1)[0]!
  return `${commandOf(job)}   ${first.startsWith(invariant) ? first : `${invariant}: ${first}`}`
}
