import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SerializationError, Serializer } from '../src/index.ts'

const serializer = new Serializer()
const shortText = fc.oneof(fc.string({ maxLength: 14 }), fc.string({ unit: 'binary', maxLength: 6 }), fc.constantFrom('ä', 'x'.repeat(12), 'x'.repeat(13)))
const element = fc.oneof({ weight: 5, arbitrary: shortText }, { weight: 5, arbitrary: fc.double() }, fc.integer(), fc.constant(null), fc.constant([1.5, 'in it']))

describe('values of a kind that follow one another in an array', () => {
  it('come back as they went in, whatever stands between them', () => {
    fc.assert(fc.property(fc.array(element, { maxLength: 60 }), (array) => {
      expect(serializer.readObject(serializer.writeObject(array))).toStrictEqual(array)
    }), { numRuns: 500 })
  })

  it.each([
    ['floats', Array.from({ length: 9 }, (_, i) => i + 0.5)],
    ['short strings', Array.from({ length: 9 }, (_, i) => `text ${i}`)],
  ])('are refused when the bytes end within them: %s', (_what, array) => {
    const bytes = serializer.writeObject(array)
    for (let length = 0; length < bytes.length; length++) expect(() => serializer.readObject(bytes.slice(0, length))).toThrow(SerializationError)
  })

  it('take time in proportion to their bytes where every one has to be read alone', () => {
    const array = Array.from({ length: 200_000 }, (_, i) => (i % 4 === 3 ? 'ä' : 'a'))
    const start = performance.now()
    expect(serializer.readObject(serializer.writeObject(array))).toHaveLength(200_000)
    // A look at thousands of bytes for each would take half a minute.
    expect(performance.now() - start).toBeLessThan(5_000)
  })
})
