import { assert } from '@copycat/utils'
import type { LogIndex, Term } from '@copycat/utils'
import { mutant } from '@copycat/utils/instruments'
import type { BlockRange } from '../messages.ts'
import { TermRuns } from './term-runs.ts'
import type { TermRun } from './term-runs.ts'
import { UnstableTail } from './unstable-tail.ts'

/** The log as the core knows it: indexes, terms and what of it is durable, never bytes. */
export class RaftLog {
  readonly #runs: TermRuns = new TermRuns()
  readonly tail: UnstableTail

  /** @param termRuns of the durable log, ascending from index 1; empty when the log is. */
  constructor(termRuns: readonly TermRun[], lastIndex: LogIndex) {
    assert(termRuns.length > 0 ? termRuns[0]!.firstIndex === 1 : lastIndex === 0, 'the term runs cover the log from index 1')
    termRuns.forEach((run, position) => {
      const end = termRuns[position + 1]?.firstIndex ?? lastIndex + 1
      this.#runs.append(end - run.firstIndex, run.term)
    })
    this.tail = new UnstableTail(lastIndex)
  }

  get lastIndex(): LogIndex {
    return this.#runs.lastIndex
  }

  get lastTerm(): Term {
    return this.#runs.lastTerm
  }

  /** Everything up to here survives a crash. */
  get durableIndex(): LogIndex {
    return this.tail.durableIndex
  }

  term(index: LogIndex): Term {
    return this.#runs.term(index)
  }

  /** Whether the log holds an entry of `term` at `index`; index 0 of term 0 is always there (§3.5). */
  holds(index: LogIndex, term: Term): boolean {
    return index <= this.#runs.lastIndex && this.#runs.term(index) === term
  }

  append(block: BlockRange): void {
    assert(block.firstIndex === this.lastIndex + 1, 'blocks are contiguous')
    this.#runs.append(block.count, block.term)
  }

  /** Removes `index` and all behind it, which starts a new epoch. */
  truncateFrom(index: LogIndex): void {
    this.#runs.truncateFrom(index)
    this.tail.truncateFrom(index)
  }

  lastIndexNotAbove(index: LogIndex, term: Term): LogIndex {
    return this.#runs.lastIndexNotAbove(index, term)
  }

  firstDifference(first: LogIndex, last: LogIndex, term: Term): LogIndex {
    return this.#runs.firstDifference(first, last, term)
  }

  /** Whether a log that ends in (`lastTerm`, `lastIndex`) is at least as up to date: term first, then index (§3.6.1). */
  isUpToDate(lastTerm: Term, lastIndex: LogIndex): boolean {
    if (mutant('E6-unchecked')) return true
    if (mutant('E6')) return lastIndex >= this.lastIndex
    return lastTerm !== this.lastTerm ? lastTerm > this.lastTerm : lastIndex >= this.lastIndex
  }
}
