import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { KeyTable } from '../src/key-table.ts'

describe('KeyTable', () => {
  it('is a map of strings, before it is split and after', () => {
    const key = fc.oneof(fc.string({ maxLength: 12 }), fc.nat(9_999).map((number) => `key ${number}`))
    fc.assert(fc.property(fc.nat(6_000), fc.array(fc.tuple(key, fc.option(fc.integer(), { nil: undefined })), { maxLength: 60 }), (filled, changes) => {
      const [table, model] = [new KeyTable<number | undefined>(), new Map<string, number | undefined>()]
      const both = [table, model]
      for (let number = 0; number < filled; number++) for (const map of both) map.set(`key ${number}`, number)
      for (const [at, [changed, value]] of changes.entries()) {
        if (at % 3 === 0) expect(table.delete(changed)).toBe(model.delete(changed))
        else for (const map of both) map.set(changed, value)
        expect([table.size, table.has(changed), table.get(changed)]).toEqual([model.size, model.has(changed), model.get(changed)])
      }
      for (const [known, value] of model) if (table.get(known) !== value) expect.fail(`${known} is ${table.get(known)}, not ${value}`)
    }), { numRuns: 40 })
  })
})
