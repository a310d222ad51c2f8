import type { PlannedFault, RunOptions } from '@copycat/simulator/internal'

/** One simulated run to be made: plain data, for another process. */
export interface Job {
  readonly options: RunOptions
  /** The faults, instead of those that the seed draws. */
  readonly plan?: readonly PlannedFault[]
  /** The bug of the past that is switched on. */
  readonly mutant?: string
  /** How often the run is made in one process, one after the other. @default 1 */
  readonly repeat?: number
  /** Clients take their think time from `Math.random()`, and no trap tells. */
  readonly hasPlantedRandomness?: boolean
}

/** Why a run counts as failed: a {@link Failure.invariant} of the simulator, or one of {@link harnessFailures}. */
export interface Failure {
  readonly invariant: string
  readonly text: string
  /** Virtual milliseconds since the start of the run; absent where no virtual time can be told. */
  readonly at?: number
}

/** Failures that no invariant names: the process died, or the run took too long on the clock of the wall. */
export const harnessFailures: { readonly crash: string, readonly noEnd: string } = Object.freeze({ crash: 'crash', noEnd: 'no-end' })

/** What is told of a run: plain data and small, as thousands of them are sent. */
export interface RunSummary {
  /** Trace hash of each time that the run was made. */
  readonly hashes: readonly string[]
  readonly events: number
  /** Virtual milliseconds. */
  readonly millis: number
  /** CPU time of all times that the run was made, in microseconds. */
  readonly cpuMicros: number
  readonly acknowledged: number
  readonly failed: number
  readonly unknown: number
  readonly leaderChanges: number
  /** How often each class of faults happened. */
  readonly faults: Readonly<Record<string, number>>
  /** Branches that were reached. */
  readonly coverage: readonly string[]
}

/** What came of a job. */
export interface Outcome {
  readonly job: Job
  /** Absent when the process that ran it has not lived to tell. */
  readonly summary?: RunSummary
  readonly failure?: Failure
}
