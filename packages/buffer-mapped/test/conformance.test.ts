import fc from 'fast-check'
import type { Buffer } from '@copycat/buffer'
import { bufferFields, checkAgainstModel, checkRoundTrip, testBuffer, testBytes } from '@copycat/buffer/conformance'
import { describe, it } from 'vitest'
import { MappedBuffer, MappedBytes } from '../src/index.ts'
import { stepsWithin, valuesOf } from './arbitrary.ts'
import { temporaryFiles } from './temporary-files.ts'

const newFile = temporaryFiles()
const size = 100_000

testBuffer({ test: { describe, it }, name: 'MappedBuffer', create: (initial, max) => MappedBuffer.allocate(newFile(), initial, max) })
testBytes({ test: { describe, it }, name: 'MappedBytes', create: (count) => MappedBytes.allocate(newFile(), count) })

describe('MappedBuffer', () => {
  it.each(bufferFields)('R17: gives back any $name', (field) => {
    const opened: Buffer[] = []
    fc.assert(fc.property(valuesOf(field.values), fc.constantFrom('little', 'big'), (value, endian) => {
      checkRoundTrip(field, value, (initial, max) => {
        opened.push(MappedBuffer.allocate(newFile(), initial, max))
        return opened.at(-1)!
      }, endian)
    }).afterEach(() => { opened.pop()?.close() }), { numRuns: 60 })
  })

  it('holds what plain bytes hold, whatever is written, read, compacted and flushed in any order', () => {
    fc.assert(fc.property(stepsWithin(size), fc.nat({ max: size }), (steps, initial) => {
      const buffer = MappedBuffer.allocate(newFile(), initial, size)
      try {
        checkAgainstModel(buffer, steps)
      } finally {
        buffer.close()
      }
    }), { numRuns: 30 })
  })
})
