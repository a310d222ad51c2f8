import { assert, type LogIndex, type Term } from '@copycat/utils'
import type { TermRun } from './log.ts'

/** The terms of the whole log, as runs. */
export class TermHistory {
  private runs: TermRun[] = []

  get lastTerm(): Term {
    return this.runs.at(-1)?.term ?? 0
  }

  all(): readonly TermRun[] {
    return [...this.runs]
  }

  append(firstIndex: LogIndex, term: Term): void {
    assert(term >= this.lastTerm, 'terms do not fall along the log')
    if (term > this.lastTerm) this.runs.push({ firstIndex, term })
  }

  truncate(fromIndex: LogIndex): void {
    while (this.runs.length > 0 && this.runs.at(-1)!.firstIndex >= fromIndex) this.runs.pop()
  }

  at(index: LogIndex): Term {
    let low = 0
    let high = this.runs.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.runs[middle]!.firstIndex <= index) low = middle + 1
      else high = middle
    }
    return low === 0 ? 0 : this.runs[low - 1]!.term
  }
}
