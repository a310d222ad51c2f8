import fc from 'fast-check'
import { describe, it } from 'vitest'
import { bufferFields, checkAgainstModel, checkRoundTrip } from '../src/conformance/index.ts'
import type { Buffer } from '../src/index.ts'
import { stepsWithin, valuesOf } from './arbitrary.ts'
import { bufferKinds, temporaryFiles } from './kinds.ts'

const newFile = temporaryFiles()
const size = 100_000

describe.each(bufferKinds(newFile))('%s', (_name, create) => {
  it.each(bufferFields)('R17: gives back any $name', (field) => {
    const opened: Buffer[] = []
    fc.assert(fc.property(valuesOf(field.values), fc.constantFrom('little', 'big'), (value, endian) => {
      checkRoundTrip(field, value, (initial, max) => {
        opened.push(create(initial, max))
        return opened.at(-1)!
      }, endian)
    }).afterEach(() => { opened.pop()?.close() }), { numRuns: 60 })
  })

  it('holds what plain bytes hold, whatever is written, read, compacted and flushed in any order', () => {
    fc.assert(fc.property(stepsWithin(size), fc.nat({ max: size }), (steps, initial) => {
      const buffer = create(initial, size)
      try {
        checkAgainstModel(buffer, steps)
      } finally {
        buffer.close()
      }
    }), { numRuns: 40 })
  })
})
