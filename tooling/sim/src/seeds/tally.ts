import type { FaultClass } from '@copycat/simulator/internal'
import type { Outcome } from '../jobs/job.ts'
import { median } from '../table.ts'

/** Of a class of faults: how often it happened, and in how many runs it could. */
export interface FaultTally {
  readonly happened: number
  readonly enabled: number
}

/** What many runs came to. */
export interface Totals {
  readonly seeds: number
  /** Virtual milliseconds. */
  readonly millis: number
  readonly cpuMicros: number
  readonly events: number
  readonly acknowledged: number
  readonly failed: number
  readonly unknown: number
  readonly leaderChanges: { readonly least: number, readonly median: number, readonly most: number }
  /** The classes that at least one run had. */
  readonly faults: ReadonlyMap<FaultClass, FaultTally>
  /** Branches that were reached, and in how many runs. */
  readonly coverage: ReadonlyMap<string, number>
  /** In the order of their seeds. */
  readonly failures: readonly Outcome[]
}

/** Adds up runs, in whatever order they end. */
export class Tally {
  private readonly sums = { seeds: 0, millis: 0, cpuMicros: 0, events: 0, acknowledged: 0, failed: 0, unknown: 0 }
  private readonly leaderChanges: number[] = []
  private readonly faults = new Map<FaultClass, { happened: number, enabled: number }>()
  private readonly coverage = new Map<string, number>()
  private readonly failures: Outcome[] = []

  get seeds(): number {
    return this.sums.seeds
  }

  get failed(): number {
    return this.failures.length
  }

  add(outcome: Outcome): void {
    const { job, summary, failure } = outcome
    this.sums.seeds += 1
    if (failure !== undefined) this.failures.push(outcome)
    if (summary === undefined) return
    for (const sum of ['millis', 'cpuMicros', 'events', 'acknowledged', 'failed', 'unknown'] as const) this.sums[sum] += summary[sum]
    this.leaderChanges.push(summary.leaderChanges)
    for (const fault of job.options.faults) {
      const tally = this.faults.get(fault) ?? { happened: 0, enabled: 0 }
      this.faults.set(fault, { happened: tally.happened + (summary.faults[fault] ?? 0), enabled: tally.enabled + 1 })
    }
    for (const name of summary.coverage) this.coverage.set(name, (this.coverage.get(name) ?? 0) + 1)
  }

  totals(): Totals {
    return {
      ...this.sums,
      leaderChanges: { least: Math.min(...this.leaderChanges), median: median(this.leaderChanges), most: Math.max(...this.leaderChanges) },
      faults: new Map(this.faults), coverage: new Map(this.coverage),
      failures: [...this.failures].sort((a, b) => a.job.options.seed - b.job.options.seed),
    }
  }
}
