import { describeFailure } from './failure.ts'
import type { Failure } from './failure.ts'
import type { History } from './history.ts'
import { ExactMemo, HashMemo } from './memo.ts'
import type { Memo } from './memo.ts'
import type { Model } from './model.ts'
import { type Partition, partition } from './partition.ts'
import { Search } from './search.ts'
import type { SearchResult, Verdict } from './search.ts'
import { Turns } from './turns.ts'

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
 * call and its return. Synchronous; takes milliseconds for most histories, and never more than `stepsMax` steps for one key, three times.
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
    const result = judge(part, model, stepsMax, memos)
    steps += result.steps
    if (result.verdict === 'unknown') undecided.push(part.key)
    if (result.verdict !== 'illegal' || result.best === undefined) continue
    failure = describeFailure(part, model, result.best)
    break
  }
  const operations = partitions.reduce((sum, { definite, uncertain }) => sum + definite.length + uncertain.length, 0)
  const counts = { partitions: partitions.length, operations, steps }
  if (failure !== undefined) return { verdict: 'illegal', ...counts, failure }
  return undecided.length > 0 ? { verdict: 'unknown', ...counts, undecided } : { verdict: 'linearizable', ...counts }
}

/** Looks for the order of one part. */
function judge<State, Input, Output>(
  part: Partition<Input, Output>, model: Model<State, Input, Output>, stepsMax: number, memos: MemoFactories,
): SearchResult<State> {
  const foreseen = model.foresee?.(part)
  if (foreseen === undefined) {
    const quick = new Search(model, part, memos.quick(), stepsMax).run()
    // Two places with the same hash may have hidden the order that explains it all.
    return quick.verdict === 'illegal' ? confirmed(quick, new Search(model, part, memos.exact(), stepsMax).run()) : quick
  }
  const turns = (): Turns => new Turns(foreseen.definite.map((operation) => foreseen.turnOf(operation)), foreseen.exceptionsMax)
  const quick = new Search(foreseen.model, foreseen, memos.quick(), stepsMax, turns()).run()
  if (quick.verdict !== 'illegal') return quick
  // What was asked tells best where it breaks, if it can be judged, or else how far it can be followed.
  const plain = confirmed(quick, new Search(model, part, memos.exact(), stepsMax).run())
  if (plain.verdict !== 'unknown') return plain
  const exact = confirmed(plain, new Search(foreseen.model, foreseen, memos.exact(), stepsMax, turns()).run())
  return plain.best === undefined ? exact : { ...exact, best: plain.best }
}

function confirmed<State>(before: SearchResult<State>, result: SearchResult<State>): SearchResult<State> {
  return { ...result, steps: before.steps + result.steps }
}
