import { coveragePoints } from '../coverage-points.ts'
import type { Totals } from './tally.ts'

/** Fewer seeds than this are not judged: chance would be the judge. */
export const seedsJudged = 1_000

const faultsPerThousandSeeds = 1_000
const leaderChangesMedian = 3

/** Why a run of many seeds proves little, a line each; empty when it is not weak, or too short to tell. */
export function weaknesses(totals: Totals, points: readonly string[] = coveragePoints): string[] {
  const { seeds, faults, leaderChanges, acknowledged, failed, unknown, coverage } = totals
  if (seeds < seedsJudged) return []
  const rare = [...faults].filter(([, { happened }]) => happened * 1_000 / seeds < faultsPerThousandSeeds)
  const operations = acknowledged + failed + unknown
  const missed = points.filter((point) => !coverage.has(point))
  return [
    ...rare.map(([fault, { happened }]) => `${fault} happened ${happened} times in ${seeds} seeds, less than ${faultsPerThousandSeeds} times per 1000`),
    ...(leaderChanges.median < leaderChangesMedian ? [`the median of leader changes is ${leaderChanges.median}, below ${leaderChangesMedian}`] : []),
    ...(acknowledged * 2 < operations || operations === 0 ? [`${acknowledged} of ${operations} operations were acknowledged, fewer than half`] : []),
    ...missed.map((point) => `${point} was not reached`),
  ]
}
