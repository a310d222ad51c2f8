import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SerializationError, Serializer } from '../src/index.ts'

const plain = fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withTypedArray: true, withSparseArray: false,
  withNullPrototype: false, withUnicodeString: true, withBoxedValues: false, maxDepth: 5 })

describe('Serializer', () => {
  it('gives back any nested value', () => {
    const serializer = new Serializer()
    fc.assert(fc.property(plain, value => {
      expect(serializer.readObject(serializer.encode(value))).toStrictEqual(value)
    }), { numRuns: 2000 })
  })
  it('ends in a value or a SerializationError on any bytes', () => {
    const serializer = new Serializer()
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), bytes => {
      try {
        serializer.readObject(bytes)
      } catch (error) {
        expect(error).toBeInstanceOf(SerializationError)
      }
    }), { numRuns: 20_000 })
  })
})
