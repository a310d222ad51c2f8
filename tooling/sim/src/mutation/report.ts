import { align, median } from '../table.ts'
import type { Hunt, MutantsResult } from './mutant-search.ts'

const medianMost = 50

/** What the search for mutants came to, as lines for people. */
export function formatMutants({ hunts, clean, millis }: MutantsResult): string[] {
  const seeds = hunts.map((found) => found.seeds)
  const failed = clean.filter(({ failure }) => failure !== undefined)
  return [
    ...align([['mutant', 'seeds', 'caught by', 'seconds', 'other failures before'], ...hunts.map(row)]),
    '',
    `${hunts.filter(({ invariant }) => invariant !== undefined).length} of ${hunts.length} caught; seeds until caught: median ${median(seeds)}, most ${Math.max(0, ...seeds)}`,
    `${clean.length} runs of the same seeds without a bug: ${failed.length} failed`,
    ...failed.map(({ job, failure }) => `  seed ${job.options.seed}: ${failure!.text.split('\n', 1)[0]!}`),
    `${(millis / 60_000).toFixed(1)} minutes in all`,
  ]
}

function row({ mutant, seeds, invariant, millis, otherwise }: Hunt): string[] {
  return [mutant.name, String(seeds), invariant ?? 'NOBODY', (millis / 1_000).toFixed(1), othersOf(otherwise)]
}

/** The search for one mutant in a line, to be told as soon as it is over. */
export function huntLine({ mutant: { name }, seeds, invariant, otherwise }: Hunt): string {
  const others = otherwise.size === 0 ? '' : ` (otherwise: ${othersOf(otherwise)})`
  return `${name}: ${invariant === undefined ? 'NOT caught' : `caught by ${invariant}`}, ${seeds} seeds${others}`
}

function othersOf(otherwise: Hunt['otherwise']): string {
  return [...otherwise].map(([name, count]) => `${name} × ${count}`).join(', ')
}

/** Why the simulator is not to be trusted, a line each; empty when it is. */
export function shortcomings({ hunts, clean }: MutantsResult): string[] {
  const middle = median(hunts.map(({ seeds }) => seeds))
  const failed = clean.filter(({ failure }) => failure !== undefined).length
  return [
    ...hunts.filter(({ invariant }) => invariant === undefined).map(({ mutant, seeds }) => `${mutant.name} is not caught in ${seeds} seeds`),
    ...(middle > medianMost ? [`the median of seeds until caught is ${middle}, above ${medianMost}`] : []),
    ...(failed > 0 ? [`${failed} runs without a bug failed`] : []),
  ]
}
