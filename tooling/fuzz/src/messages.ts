import type { KindName } from './fuzz-kind.ts'
import type { Failure } from './fuzz-run.ts'
import type { Counts } from './tally.ts'

/** What a process is to do. */
export interface Job {
  readonly kind: KindName
  readonly seed: number
  /** Milliseconds; absent: no limit, like {@link inputs}. */
  readonly time?: number
  readonly inputs?: number
}

/** What a process tells about once a second, and at its end. */
export interface Progress {
  /** Of the next input: where it hangs, if it says nothing more. */
  readonly seed: number
  readonly counts: Counts
  /** Bytes by which the process has grown since it was warm. */
  readonly growth: number
  readonly failure: Failure | undefined
  readonly isOver: boolean
}
