import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { OrderedEntries } from '../src/ordered-entries.ts'

const keysOf = (entries: OrderedEntries, after: number, through: number): string[] =>
  [...entries.between(after, through)].map(({ key }) => key)

describe('OrderedEntries', () => {
  it('keeps the place of a key that is overwritten, and gives a new one to a key that comes back', () => {
    const entries = new OrderedEntries()
    for (const key of ['a', 'b', 'c']) entries.set(key, '1')
    entries.set('a', '2')
    entries.remove('b')
    entries.set('b', '3')
    expect(keysOf(entries, 0, entries.lastOrdinal)).toEqual(['a', 'c', 'b'])
    expect(entries.lastOrdinal).toBe(4)
  })

  it('gives no ordinal twice, not after it was cleared either', () => {
    const entries = new OrderedEntries()
    entries.set('a', '1')
    const before = entries.lastOrdinal
    entries.clear()
    expect(entries.size).toBe(0)
    entries.set('b', '1')
    expect(keysOf(entries, before, Infinity)).toEqual(['b'])
    expect(keysOf(entries, 0, before)).toEqual([])
  })

  it('goes on from any ordinal, whatever was removed in between', () => {
    const step = fc.record({ key: fc.nat(15).map(String), removes: fc.boolean() })
    fc.assert(fc.property(fc.array(step, { maxLength: 200 }), fc.nat(120), fc.nat(120), (steps, after, through) => {
      const entries = new OrderedEntries()
      const model = new Map<string, number>()
      let ordinal = 0
      for (const { key, removes } of steps) {
        if (removes) {
          expect(entries.remove(key) !== undefined).toBe(model.delete(key))
        } else {
          if (!model.has(key)) model.set(key, ++ordinal)
          entries.set(key, 'value')
        }
      }
      expect(entries.size).toBe(model.size)
      expect(keysOf(entries, after, through)).toEqual([...model].filter(([, at]) => at > after && at <= through).map(([key]) => key))
    }))
  })
})
