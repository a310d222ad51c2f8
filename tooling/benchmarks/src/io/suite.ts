import type { Ratio, RatioOptions } from './ratio.ts'

/** Rows that are measured in one process, away from all others. */
export interface Suite {
  readonly name: string
  /** Name of the contender that is ours. */
  readonly judged: string
  /** The largest ratio that is wished for of it. */
  readonly aim: number
  run(options: RatioOptions): readonly Ratio[]
}
