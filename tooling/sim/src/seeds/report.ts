import type { ProfileName } from '@copycat/simulator/internal'
import { pointsOf } from '../coverage-points.ts'
import { align, whole } from '../table.ts'
import { failureLine } from './failure-line.ts'
import type { Totals } from './tally.ts'

/** Simulated hours of a cluster per minute of a processor. */
export function clusterHoursPerCpuMinute({ millis, cpuMicros }: Pick<Totals, 'millis' | 'cpuMicros'>): number {
  return cpuMicros === 0 ? 0 : (millis / 3_600_000) / (cpuMicros / 60_000_000)
}

/** What many seeds came to, as lines for people. */
export function formatTotals(totals: Totals, profile: ProfileName): string[] {
  const { seeds, millis, cpuMicros, events, leaderChanges, failures } = totals
  return [
    `${whole(seeds)} seeds of profile ${profile}: ${(millis / 3_600_000).toFixed(2)} cluster-hours in ${(cpuMicros / 60_000_000).toFixed(2)} CPU-minutes, `
    + `${clusterHoursPerCpuMinute(totals).toFixed(2)} cluster-hours per CPU-minute`,
    operationsLine(totals),
    `leader changes: median ${leaderChanges.median}, least ${leaderChanges.least}, most ${leaderChanges.most}; events: ${whole(events)}`,
    '',
    ...align([['faults', 'happened', 'enabled in seeds'], ...faultRows(totals)]),
    '',
    ...coverageLines(totals, pointsOf(profile)),
    '',
    failures.length === 0 ? 'no violation' : `failed: ${failures.length}`,
    ...failures.map(({ job, failure }) => `  ${failureLine(job, failure!)}`),
  ]
}

function operationsLine({ millis, acknowledged, failed, unknown }: Totals): string {
  const share = (count: number): string => `${whole(count)} (${(100 * count / Math.max(1, acknowledged + failed + unknown)).toFixed(1)} %)`
  const perSecond = millis === 0 ? 0 : acknowledged / (millis / 1_000)
  return `operations: ${share(acknowledged)} acknowledged, ${share(failed)} failed, ${share(unknown)} unknown; ${perSecond.toFixed(1)} acknowledged per virtual second`
}

function faultRows({ faults }: Totals): string[][] {
  return [...faults].sort(([, a], [, b]) => b.happened - a.happened).map(([fault, { happened, enabled }]) => [fault, whole(happened), whole(enabled)])
}

function coverageLines({ coverage }: Totals, points: readonly string[]): string[] {
  const missed = points.filter((point) => !coverage.has(point))
  return [`coverage points: ${points.length - missed.length} of ${points.length} hit`, ...missed.map((point) => `  not hit: ${point}`)]
}
