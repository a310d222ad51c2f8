import { align } from '../table.ts'

/** Runs made in one way, against the same runs as they went first. */
export interface Comparison {
  readonly way: string
  readonly seeds: number
  /** Seeds that went otherwise, or to no end. */
  readonly differing: readonly number[]
  /** Whether they must go otherwise, as something was planted in them. */
  readonly mustDiffer: boolean
}

/** Whether the runs went as they must. */
export function isAsItMustBe({ seeds, differing, mustDiffer }: Comparison): boolean {
  return differing.length === (mustDiffer ? seeds : 0)
}

/** The comparisons as lines for people. */
export function formatComparisons(comparisons: readonly Comparison[]): string[] {
  return align([
    ['', 'seeds', 'differ', ''],
    ...comparisons.map((comparison) => {
      const { way, seeds, differing, mustDiffer } = comparison
      const verdict = isAsItMustBe(comparison) ? 'ok' : mustDiffer ? 'WRONG: all must differ' : `WRONG: ${differing.slice(0, 10).join(', ')}`
      return [way, String(seeds), String(differing.length), verdict]
    }),
  ])
}
