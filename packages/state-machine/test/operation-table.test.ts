import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { OperationTable } from '../src/operation-table.ts'

const bytesOf = (name: string): number[] => [name.length, ...Buffer.from(name, 'latin1')]
const name = fc.string({ unit: fc.constantFrom(...'abcXYZ019._-'), minLength: 1, maxLength: 64 })

describe('OperationTable', () => {
  it('finds each name at any place, and no other', () => {
    fc.assert(fc.property(fc.uniqueArray(name, { maxLength: 30 }), name, fc.nat(9), (names, other, shift) => {
      const table = new OperationTable<string>()
      for (const each of names) expect(table.add(each, each)).toBe(true)
      const lookUp = (wanted: string): string | undefined => {
        const bytes = Uint8Array.from([...Array<number>(shift).fill(7), ...bytesOf(wanted), 9, 9])
        return table.find(bytes, shift, bytes.length)
      }
      for (const each of names) {
        expect(lookUp(each)).toBe(each)
        expect(table.named(each)).toBe(each)
      }
      expect(lookUp(other)).toBe(names.includes(other) ? other : undefined)
    }))
  })

  it('tells names with the same hash apart', () => {
    // 31 × 'a' + 'b' = 31 × 'b' + ('b' - 31): the sum comes out the same.
    const [one, two] = ['ab', `b${String.fromCharCode(98 - 31)}`]
    const table = new OperationTable<number>()
    table.add(one, 1)
    const bytes = Uint8Array.from(bytesOf(two))
    expect(table.find(bytes, 0, bytes.length)).toBe(undefined)
    table.add(two, 2)
    expect(table.find(bytes, 0, bytes.length)).toBe(2)
    expect(table.find(Uint8Array.from(bytesOf(one)), 0, 3)).toBe(1)
  })

  it('finds nothing where the name is cut short', () => {
    const table = new OperationTable<number>()
    table.add('put', 1)
    const bytes = Uint8Array.from([...bytesOf('put'), 0])
    expect(table.find(bytes, 0, 4)).toBe(1)
    for (const end of [0, 1, 3]) expect(table.find(bytes, 0, end)).toBe(undefined)
    expect(table.find(new Uint8Array(0), 0, 0)).toBe(undefined)
  })

  it('keeps the first of two values for a name', () => {
    const table = new OperationTable<number>()
    table.add('put', 1)
    expect(table.add('put', 2)).toBe(false)
    expect(table.named('put')).toBe(1)
  })
})
