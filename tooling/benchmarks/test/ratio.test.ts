import { describe, expect, it } from 'vitest'
import { formatRatios } from '../src/io/ratio-table.ts'
import { measureRatios } from '../src/io/ratio.ts'

describe('measureRatios', () => {
  it('compares every contender with the first, which is 1 beside itself', () => {
    const calls = { one: 0, other: 0 }
    const ratios = measureRatios({
      id: 'count', contenders: [{ name: 'one', operations: 2, run: () => ++calls.one }, { name: 'other', operations: 1, run: () => ++calls.other }],
    }, { rounds: 3, duration: 1 })
    expect(ratios.map(({ row, name }) => `${row} ${name}`)).toEqual(['count one', 'count other'])
    expect(ratios[0]).toMatchObject({ median: 1, min: 1, max: 1 })
    expect(ratios[1]!.min).toBeGreaterThan(0)
    expect(ratios[1]!.min).toBeLessThanOrEqual(ratios[1]!.median)
    expect(ratios[1]!.median).toBeLessThanOrEqual(ratios[1]!.max)
    expect(Math.min(calls.one, calls.other)).toBeGreaterThan(3)
  })
})

describe('formatRatios', () => {
  it('says of ours whether it reaches its aim', () => {
    const ratio = { row: 'read', nanoseconds: 12.34, min: 1, max: 2 }
    const lines = formatRatios([{ ...ratio, name: 'theirs', median: 1 }, { ...ratio, name: 'ours', median: 1.5 }, { ...ratio, name: 'ours', median: 1.51 }], 'ours', 1.5)
    expect(lines.map((line) => line.split(/ {2,}/).slice(1))).toEqual([
      ['ns', 'ratio', 'min', 'max'], ['12.3', '1.00', '1.00', '2.00'], ['12.3', '1.50', '1.00', '2.00', '<= 1.5'], ['12.3', '1.51', '1.00', '2.00', 'above 1.5'],
    ])
  })
})
