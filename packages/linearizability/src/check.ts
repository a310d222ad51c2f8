import { describeFailure } from './failure.ts'
import type { Failure } from './failure.ts'
import type { History } from './history.ts'
import { ExactMemo, HashMemo } from './memo.ts'
import type { Memo } from './memo.ts'
import type { Model } from './model.ts'
import { partition } from './partition.ts'
import { Search } from './search.ts'
import type { Verdict } from './search.ts'

/** Options of {@link check}. */
export interface CheckOptions {
  /**
   * Most calls of `model.step` for one key, before its verdict is `unknown`. `Infinity` means no limit; the time and memory of
   * some histories grow exponentially with the number of operations that overlap.
   * @default 10_000_000
   */
  readonly stepsMax?: number
}

/** What came of a check. */
export interface CheckResult<Input = unknown, Output = unknown> {
  /**
   * - `linearizable`: there is an order of all operations that explains every output.
   * - `illegal`: there is none; {@link failure} tells where it breaks.
   * - `unknown`: the limit of steps came first for some keys, and no other key is illegal. Treat it as a failed check.
   */
  readonly verdict: Verdict
  /** How many parts the history has that were judged apart: keys, mostly. */
  readonly partitions: number
  /** How many operations were judged. Failed ones are not, nor are reads of unknown outcome. */
  readonly operations: number
  /** Calls of `model.step`. */
  readonly steps: number
  /** Present when the verdict is `illegal`: the first part that breaks; those after it were not looked at. */
  readonly failure?: Failure<Input, Output>
  /** Present when the verdict is `unknown`: the keys that are not decided. */
  readonly undecided?: readonly string[]
}

/** Makes the memo of a search: the first one is quick and may see a violation where there is none, the second one confirms. */
export interface MemoFactories {
  quick(): Memo
  exact(): Memo
}

const stepsMaxDefault = 10_000_000

/**
 * Judges whether a history could have come from one object that does one operation at a time, each at some moment between its
 * call and its return. Synchronous; takes milliseconds for most histories, and never more than `stepsMax` steps for one key, twice.
 * @throws {RangeError} when `stepsMax` is not a positive number.
 */
export function check<State, Input, Output>(
  history: History<Input, Output>, model: Model<State, Input, Output>, options: CheckOptions = {},
): CheckResult<Input, Output> {
  return checkWith(history, model, options, { quick: () => new HashMemo(), exact: () => new ExactMemo() })
}

/** {@link check} with memos of the caller's choice. */
export function checkWith<State, Input, Output>(
  history: History<Input, Output>, model: Model<State, Input, Output>, options: CheckOptions, memos: MemoFactories,
): CheckResult<Input, Output> {
  const stepsMax = options.stepsMax ?? stepsMaxDefault
  if (!(stepsMax > 0)) throw new RangeError(`stepsMax must be a positive number, but is ${stepsMax}`)
  const partitions = partition(history, model)
  const undecided: string[] = []
  let steps = 0
  let failure: Failure<Input, Output> | undefined
  for (const part of partitions) {
    let result = new Search(model, part, memos.quick(), stepsMax).run()
    steps += result.steps
    if (result.verdict === 'illegal') {
      // Two places with the same hash may have hidden the order that explains it all.
      result = new Search(model, part, memos.exact(), stepsMax).run()
      steps += result.steps
    }
    if (result.verdict === 'unknown') undecided.push(part.key)
    if (result.best === undefined) continue
    failure = describeFailure(part, model, result.best)
    break
  }
  const operations = partitions.reduce((sum, { definite, uncertain }) => sum + definite.length + uncertain.length, 0)
  const counts = { partitions: partitions.length, operations, steps }
  if (failure !== undefined) return { verdict: 'illegal', ...counts, failure }
  return undecided.length > 0 ? { verdict: 'unknown', ...counts, undecided } : { verdict: 'linearizable', ...counts }
}
