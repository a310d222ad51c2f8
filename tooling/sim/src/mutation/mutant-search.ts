import type { Job, Outcome } from '../jobs/job.ts'
import type { FaultHint, Mutant } from '../mutants.ts'
import { hintsKey, mutantOptions } from './mutant-options.ts'

/** What the search for one mutant came to. */
export interface Hunt {
  readonly mutant: Mutant
  /** How many seeds were run. */
  readonly seeds: number
  /** The invariant that named it; undefined: nobody did. */
  readonly invariant: string | undefined
  /** Failures that do not name the bug, and how often they came before it was named. */
  readonly otherwise: ReadonlyMap<string, number>
  readonly millis: number
}

/** What the search for many came to. */
export interface MutantsResult {
  readonly hunts: readonly Hunt[]
  /** Runs without a bug. */
  readonly clean: readonly Outcome[]
  readonly millis: number
}

type RunJob = (job: Job) => Promise<Outcome>

/** Runs seeds 1, 2, … with the mutant switched on, until an invariant of those that name it is broken. */
export async function hunt(mutant: Mutant, seedsMax: number, run: RunJob): Promise<Hunt> {
  const started = Date.now()
  const otherwise = new Map<string, number>()
  for (let seed = 1; seed <= seedsMax; seed++) {
    const { failure } = await run({ options: mutantOptions(seed, mutant.profile ?? []), mutant: mutant.name })
    if (failure === undefined) continue
    if (names(mutant, failure.invariant)) return { mutant, seeds: seed, invariant: failure.invariant, otherwise, millis: Date.now() - started }
    otherwise.set(failure.invariant, (otherwise.get(failure.invariant) ?? 0) + 1)
  }
  return { mutant, seeds: seedsMax, invariant: undefined, otherwise, millis: Date.now() - started }
}

function names({ caughtBy }: Mutant, invariant: string): boolean {
  return caughtBy.some((candidate) => candidate === invariant)
}

/** Runs that must be clean: with these hints, seeds 1 to {@link seeds}. */
export interface CleanRuns {
  readonly hints: readonly FaultHint[]
  readonly seeds: number
}

/** Everything that was run with a mutant, once for all mutants that have the same hints; and at least `seedsLeast` seeds of the plainest kind. */
export function cleanRunsOf(hunts: readonly Hunt[], seedsLeast: number): CleanRuns[] {
  const byKey = new Map<string, CleanRuns>([[hintsKey(), { hints: [], seeds: seedsLeast }]])
  for (const { mutant: { profile: hints = [] }, seeds } of hunts) {
    const key = hintsKey(hints)
    byKey.set(key, { hints, seeds: Math.max(seeds, byKey.get(key)?.seeds ?? 0) })
  }
  return [...byKey.values()].filter(({ seeds }) => seeds > 0)
}

/** The same runs without a bug, under the name of a mutant that product code does not know. */
export function cleanJobs(runs: readonly CleanRuns[], control: string): Job[] {
  return runs.flatMap(({ hints, seeds }) => Array.from({ length: seeds }, (_, at) => ({ options: mutantOptions(at + 1, hints), mutant: control })))
}
