import type { FaultClass } from '../faults/fault-classes.ts'
import type { RunResult } from '../run.ts'

/** What came of one seed. */
export interface SimulatedRun {
  readonly seed: number
  /** Equal for two runs that went alike, to the last event. */
  readonly hash: string
  readonly servers: number
  readonly clients: number
  /** Virtual milliseconds. */
  readonly millis: number
  /** Operations that succeeded, or whose handler threw; those that had no effect; those of unknown outcome. */
  readonly acknowledged: number
  readonly failed: number
  readonly unknown: number
  /** Terms that had a leader. */
  readonly leaderChanges: number
  /** Entries of the log that were committed. */
  readonly committed: number
  /** How often each class of faults really happened. */
  readonly faults: ReadonlyMap<FaultClass, number>
}

/** What came of a simulation in which nothing was wrong. */
export interface SimulationReport {
  readonly runs: readonly SimulatedRun[]
  /** Sums over all runs. */
  readonly millis: number
  readonly acknowledged: number
  readonly failed: number
  readonly unknown: number
  readonly faults: ReadonlyMap<FaultClass, number>
}

export function simulatedRun({ options, hash, millis, acknowledged, failed, unknown, leaderChanges, committed, faults }: RunResult): SimulatedRun {
  const { seed, servers, clients } = options
  return Object.freeze({ seed, hash, servers, clients, millis, acknowledged, failed, unknown, leaderChanges, committed, faults })
}

export function simulationReport(runs: readonly SimulatedRun[]): SimulationReport {
  const faults = new Map<FaultClass, number>()
  for (const run of runs) for (const [fault, count] of run.faults) faults.set(fault, count + (faults.get(fault) ?? 0))
  const sum = (field: 'millis' | 'acknowledged' | 'failed' | 'unknown'): number => runs.reduce((total, run) => total + run[field], 0)
  return Object.freeze({ runs, millis: sum('millis'), acknowledged: sum('acknowledged'), failed: sum('failed'), unknown: sum('unknown'), faults })
}
