import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RaftLog } from '../../src/log/raft-log.ts'
import { TermRuns } from '../../src/log/term-runs.ts'

describe('TermRuns', () => {
  it('answers like an array of terms', () => {
    const action = fc.record({ truncate: fc.boolean(), count: fc.integer({ min: 1, max: 4 }), rise: fc.nat(2) })
    fc.assert(fc.property(fc.array(action, { maxLength: 20 }), fc.nat(60), fc.nat(30), fc.integer({ min: 1, max: 20 }), (actions, index, term, span) => {
      const runs = new TermRuns()
      const terms: number[] = []
      for (const { truncate, count, rise } of actions) {
        if (truncate && terms.length > 0) {
          const from = Math.max(1, terms.length - count)
          runs.truncateFrom(from)
          terms.length = from - 1
        } else {
          const next = Math.max(1, (terms.at(-1) ?? 0) + rise)
          runs.append(count, next)
          for (let added = 0; added < count; added++) terms.push(next)
        }
      }
      expect(runs.lastIndex).toBe(terms.length)
      expect(runs.lastTerm).toBe(terms.at(-1) ?? 0)
      expect(terms.map((_, position) => runs.term(position + 1))).toEqual(terms)
      const notAbove = terms.slice(0, index).findLastIndex((each) => each <= term) + 1
      expect(runs.lastIndexNotAbove(index, term)).toBe(notAbove)
      const first = index + 1
      const last = index + span
      let difference = first
      while (difference <= last && terms[difference - 1] === term) difference++
      expect(runs.firstDifference(first, last, term)).toBe(difference)
    }), { numRuns: 2_000 })
  })

  it('R17: takes indexes and terms to the largest safe integer and no further', () => {
    for (const count of [2 ** 15, 2 ** 16, 2 ** 31, 2 ** 32, 2 ** 53 - 1]) {
      const runs = new TermRuns()
      runs.append(count, count)
      expect(runs.term(count)).toBe(count)
      expect(runs.lastIndexNotAbove(count, count)).toBe(count)
    }
    const full = new TermRuns()
    full.append(Number.MAX_SAFE_INTEGER, 1)
    expect(() => { full.append(1, 1) }).toThrow('indexes are safe integers')
  })

  it('refuses a falling term, an empty append and a truncation of nothing', () => {
    const runs = new TermRuns()
    runs.append(2, 3)
    expect(() => { runs.append(1, 2) }).toThrow('terms never fall along a log')
    expect(() => { runs.append(0, 3) }).toThrow('indexes are safe integers')
    expect(() => { runs.truncateFrom(3) }).toThrow('truncation removes at least one entry')
    expect(() => runs.term(3)).toThrow('a term is asked of an entry that the log has')
  })
})

describe('RaftLog', () => {
  const twoTerms = [{ firstIndex: 1, term: 1 }, { firstIndex: 4, term: 3 }]

  it('opens with what is durable', () => {
    const log = new RaftLog(twoTerms, 5)
    expect([0, 1, 3, 4, 5].map((index) => log.term(index))).toEqual([0, 1, 1, 3, 3])
    expect(log).toMatchObject({ lastIndex: 5, lastTerm: 3, durableIndex: 5 })
  })

  it('refuses term runs that do not cover the log', () => {
    expect(() => new RaftLog([], 5)).toThrow('the term runs cover the log from index 1')
    expect(() => new RaftLog([{ firstIndex: 2, term: 1 }], 5)).toThrow('the term runs cover the log from index 1')
    expect(() => new RaftLog([{ firstIndex: 1, term: 1 }, { firstIndex: 7, term: 2 }], 5)).toThrow('indexes are safe integers')
  })

  it('refuses a block that leaves a gap or overlaps', () => {
    const log = new RaftLog(twoTerms, 5)
    expect(() => { log.append({ kind: 'commands', firstIndex: 7, count: 1, term: 3 }) }).toThrow('blocks are contiguous')
    expect(() => { log.append({ kind: 'commands', firstIndex: 5, count: 1, term: 3 }) }).toThrow('blocks are contiguous')
  })

  it.each([
    [3, 5, true], [3, 6, true], [4, 1, true], [3, 4, false], [2, 9, false], [0, 0, false],
  ])('E6: a log that ends in term %i at %i is up to date: %s', (term, index, expected) => {
    expect(new RaftLog(twoTerms, 5).isUpToDate(term, index)).toBe(expected)
  })
})

describe('UnstableTail', () => {
  it('moves durableIndex in order; one completion covers all before it', () => {
    const { tail } = new RaftLog([], 0)
    const ids = [2, 4, 6].map((through) => tail.start(through))
    expect(ids).toEqual([1, 2, 3])
    expect(tail.complete(2, 0)).toBe(true)
    expect(tail.durableIndex).toBe(4)
    expect(tail.complete(1, 0)).toBe(false)
    expect(tail.durableIndex).toBe(4)
    expect(tail.isDurable(3)).toBe(false)
    expect(tail.complete(3, 0)).toBe(true)
    expect(tail.durableIndex).toBe(6)
  })

  it('R8: a completion from before a truncation counts for nothing', () => {
    const { tail } = new RaftLog([], 0)
    tail.start(6)
    tail.truncateFrom(3)
    tail.start(5)
    expect(tail.epoch).toBe(1)
    expect(tail.complete(1, 0)).toBe(false)
    expect(tail.durableIndex).toBe(0)
    expect(tail.complete(2, 1)).toBe(true)
    expect(tail.durableIndex).toBe(5)
  })

  it('takes back what was durable and is truncated', () => {
    const { tail } = new RaftLog([{ firstIndex: 1, term: 1 }], 6)
    tail.truncateFrom(4)
    expect(tail.durableIndex).toBe(3)
  })

  it('names the persist that covers an index', () => {
    const { tail } = new RaftLog([{ firstIndex: 1, term: 1 }], 2)
    for (const through of [4, 6]) tail.start(through)
    expect([1, 2, 3, 4, 5, 6].map((index) => tail.persistOf(index))).toEqual([undefined, undefined, 1, 1, 2, 2])
    expect(() => tail.persistOf(7)).toThrow('every entry of the log is durable or handed to the disk')
  })

  it('refuses a completion of what was never asked for', () => {
    expect(() => new RaftLog([], 0).tail.complete(1, 0)).toThrow('a completion names a persist that was asked for')
  })
})
