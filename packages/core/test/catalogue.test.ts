import { InvariantError } from '@copycat/utils'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Catalogue } from '../src/catalogue.ts'

const path = fc.string({ unit: fc.constantFrom('a', 'b', '/', 'ä', '\u{1f600}'), maxLength: 5 }).map((rest) => `/${rest}`)

describe('Catalogue', () => {
  it('lists as a sorted set does, by prefix and from any place', () => {
    fc.assert(fc.property(fc.uniqueArray(path), fc.array(path), path, fc.option(path), fc.nat(5), (added, removed, prefix, from, countMax) => {
      const catalogue = new Catalogue()
      const model = new Set<string>()
      for (const each of added) {
        catalogue.add(each)
        model.add(each)
      }
      for (const each of removed) if (model.delete(each)) catalogue.remove(each)
      const after = from ?? ''
      const expected = [...model].sort().filter((each) => each.startsWith(prefix) && each > after)
      expect(catalogue.list(prefix, after, countMax)).toEqual(expected.slice(0, countMax))
      expect(catalogue.list('', '', Infinity)).toEqual([...model].sort())
    }))
  })

  it('is not told twice of one path, nor of one that it does not hold', () => {
    const catalogue = new Catalogue()
    catalogue.add('/a')
    expect(() => catalogue.add('/a')).toThrow(InvariantError)
    expect(() => catalogue.remove('/b')).toThrow(InvariantError)
  })
})
