import type { FaultClass } from '@copycat/simulator/internal'
import { coveragePoints } from '../src/coverage-points.ts'
import type { Totals } from '../src/seeds/tally.ts'

/** Totals of 2000 seeds that are strong in every respect, but for what is changed. */
export function totals(change: Partial<Totals> = {}): Totals {
  return {
    seeds: 2_000, millis: 180_000_000, cpuMicros: 1_500_000_000, events: 1_234_567, acknowledged: 900_000, failed: 50_000, unknown: 50_000,
    leaderChanges: { least: 1, median: 8, most: 90 },
    faults: new Map<FaultClass, { happened: number, enabled: number }>([['kill', { happened: 2_000, enabled: 1_001 }], ['loss', { happened: 123_456, enabled: 900 }]]),
    coverage: new Map(coveragePoints.map((point) => [point, 3])), failures: [], ...change,
  }
}
