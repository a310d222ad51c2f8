import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { check, report } from '../src/index.ts'
import { atomicObjects } from './atomic-objects.ts'
import { isLinearizable } from './brute-force.ts'
import { legalHistories, mutatedHistories } from './random-histories.ts'

describe('random histories', () => {
  for (const object of atomicObjects) {
    it(`of an atomic ${object.model.name} are linearizable`, () => {
      fc.assert(fc.property(legalHistories(object, 14), (history) => {
        const result = check(history, object.model)
        expect(result.verdict, report(result)).toBe('linearizable')
      }), { numRuns: 300 })
    })

    it(`of a ${object.model.name}, changed at random, are judged as by trying every order`, () => {
      const seen = { linearizable: 0, illegal: 0, unknown: 0 }
      fc.assert(fc.property(mutatedHistories(object, 7), (history) => {
        const result = check(history, object.model)
        seen[result.verdict]++
        expect(result.verdict, report(result)).toBe(isLinearizable(history, object.model) ? 'linearizable' : 'illegal')
      }), { numRuns: 1000 })
      // A test that saw one verdict only would prove little.
      expect(seen.linearizable).toBeGreaterThan(50)
      expect(seen.illegal).toBeGreaterThan(50)
    })
  }
})
