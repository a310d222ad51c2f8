import type { RaftClient } from '@copycat/client'
import { describe, expect, it } from 'vitest'
import { EventJournal } from '../../src/workload/event-journal.ts'

/** A journal with one client, whose session 5 was sent one event at each of these indexes. */
class Bench {
  readonly broken: string[] = []
  readonly journal: EventJournal
  readonly session: { id: number } = { id: 5 }
  private event: (event: unknown) => void = () => {}
  private gap: () => void = () => {}

  constructor(mayLose: boolean, ...indexes: readonly number[]) {
    this.journal = new EventJournal({ mayLose, fail: (invariant) => void this.broken.push(invariant) })
    for (const [at, index] of indexes.entries()) this.journal.told(5, at + 1, index)
    const { session } = this
    Object.assign(session, {
      onReceive: (callback: (event: unknown) => void) => {
        this.event = callback
      },
      onGap: (callback: () => void) => {
        this.gap = callback
      },
    })
    this.journal.watch({ session } as unknown as RaftClient, 'a client')
  }

  /** The client is given these, by their numbers; 0: a gap. */
  hears(...numbers: readonly number[]): this {
    for (const number of numbers) {
      if (number === 0) this.gap()
      else this.event([number, number * 10, 'put r0'])
    }
    return this
  }
}

describe('EventJournal', () => {
  it('finds nothing wrong with events that come once each and in order, or after a gap that may be', () => {
    expect(new Bench(false, 10, 20, 30).hears(1, 2, 3).broken).toEqual([])
    expect(new Bench(true, 10, 20, 30).hears(1, 0, 3).broken).toEqual([])
  })

  it('I37: takes a session in the place of one that ended for a gap, told as one, with numbers of its own', () => {
    const bench = new Bench(false, 10, 20).hears(1, 2)
    for (const [number, index] of [10, 20].entries()) bench.journal.told(9, number + 1, index)
    bench.session.id = 9
    expect(bench.hears(0, 1, 2).broken).toEqual([])
    expect(bench.hears(0).broken).toEqual(['I37'])
  })

  it('I37: finds a session in the place of one that ended, of which no gap was told, or whose first event is missing', () => {
    const silent = new Bench(false, 10, 20).hears(1)
    silent.session.id = 9
    expect(silent.hears(1).broken).toEqual(['I36'])
    const bench = new Bench(false, 10, 20).hears(1)
    bench.journal.told(9, 1, 10)
    bench.journal.told(9, 2, 20)
    bench.session.id = 9
    expect(bench.hears(0, 2).broken).toEqual(['I37'])
  })

  it('I36: finds one that comes twice, out of order, or from nowhere', () => {
    expect(new Bench(false, 10, 20).hears(1, 1).broken).toEqual(['I36'])
    expect(new Bench(true, 10, 20).hears(0, 2, 1).broken).toEqual(['I36'])
    expect(new Bench(false, 11, 20).hears(1).broken).toEqual(['I36'])
  })

  it('I37: finds one that is missing in silence, and a gap where nothing was lost', () => {
    expect(new Bench(false, 10, 20).hears(2).broken).toEqual(['I37'])
    expect(new Bench(false, 10, 20).hears(1, 0).broken).toEqual(['I37'])
  })

  it('I38: finds a result that comes before an event that it was made behind', () => {
    const bench = new Bench(false, 10, 20, 30).hears(1)
    bench.journal.answered(5, 15, 'get')
    bench.journal.counted(5, 1)
    expect(bench.broken).toEqual([])
    bench.journal.answered(5, 20, 'get')
    bench.journal.counted(5, 2)
    expect(bench.broken).toEqual(['I38', 'I38'])
  })
})
