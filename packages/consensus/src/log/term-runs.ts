import { assert } from '@copycat/utils'
import type { LogIndex, Term } from '@copycat/utils'
import { cover } from '@copycat/utils/instruments'

/** One stretch of the log in which all entries have the same term. */
export interface TermRun {
  readonly firstIndex: LogIndex
  readonly term: Term
}

/**
 * Which term stands at which index, from index 1 on. Terms never fall along a log (§3.5), so that a run per term says
 * everything: a few bytes for millions of entries, and holes left by cleaning stay covered.
 */
export class TermRuns {
  readonly #firstIndexes: LogIndex[] = []
  readonly #terms: Term[] = []
  #lastIndex: LogIndex = 0
  #lastTerm: Term = 0
  /** Where the last run starts: nearly all questions are about it. */
  #lastRunStart: LogIndex = 1

  get lastIndex(): LogIndex {
    return this.#lastIndex
  }

  /** Term of the last entry; 0 when there is none. */
  get lastTerm(): Term {
    return this.#lastTerm
  }

  /** Term at `index`; 0 at index 0. @throws {InvariantError} when there is no such entry. */
  term(index: LogIndex): Term {
    assert(index >= 0 && index <= this.#lastIndex, 'a term is asked of an entry that the log has')
    if (index === 0) return 0
    if (index >= this.#lastRunStart) return this.#lastTerm
    return this.#terms[this.#runOf(index)]!
  }

  /** Adds `count` entries of `term` behind the last one. */
  append(count: number, term: Term): void {
    assert(count >= 1 && Number.isSafeInteger(this.#lastIndex + count), 'indexes are safe integers')
    assert(term >= this.#lastTerm && Number.isSafeInteger(term) && term >= 1, 'terms never fall along a log')
    if (term > this.#lastTerm) {
      this.#lastRunStart = this.#lastIndex + 1
      this.#firstIndexes.push(this.#lastRunStart)
      this.#terms.push(term)
      this.#lastTerm = term
    }
    this.#lastIndex += count
  }

  /** Forgets `index` and all behind it. */
  truncateFrom(index: LogIndex): void {
    assert(index >= 1 && index <= this.#lastIndex, 'truncation removes at least one entry')
    while (this.#firstIndexes.length > 0 && this.#firstIndexes.at(-1)! >= index) {
      this.#firstIndexes.pop()
      this.#terms.pop()
    }
    this.#lastIndex = index - 1
    this.#lastTerm = this.#terms.at(-1) ?? 0
    this.#lastRunStart = this.#firstIndexes.at(-1) ?? 1
  }

  /** Last index at or below `index` whose term is not above `term`; 0 when there is none. One step per run. */
  lastIndexNotAbove(index: LogIndex, term: Term): LogIndex {
    const start = Math.min(index, this.#lastIndex)
    if (start < 1) return 0
    let run = this.#runOf(start)
    if (this.#terms[run]! <= term) return start
    cover('term-runs.hint-skips-a-term')
    while (run > 0 && this.#terms[run]! > term) run--
    return this.#terms[run]! > term ? 0 : this.#firstIndexes[run + 1]! - 1
  }

  /** First index from `first` to `last` at which the log has another term, or has nothing; `last + 1` when there is none. */
  firstDifference(first: LogIndex, last: LogIndex, term: Term): LogIndex {
    const end = Math.min(last, this.#lastIndex)
    if (first > end) return first
    const run = this.#runOf(first)
    if (this.#terms[run] !== term) return first
    const nextRunStart = this.#firstIndexes[run + 1] ?? this.#lastIndex + 1
    return Math.min(nextRunStart, last + 1)
  }

  /** Number of the run that holds `index`, by binary search. */
  #runOf(index: LogIndex): number {
    let low = 0
    let high = this.#firstIndexes.length - 1
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if (this.#firstIndexes[middle]! <= index) low = middle
      else high = middle - 1
    }
    return low
  }
}
