import { unlinkSync } from 'node:fs'
import fc from 'fast-check'
import type { Buffer } from '@copycat/buffer'
import { bufferFields, checkAgainstModel, checkRoundTrip, testBuffer, testBytes } from '@copycat/buffer/conformance'
import { describe, it } from 'vitest'
import { MappedBuffer, MappedBytes } from '../src/index.ts'
import { stepsWithin, valuesOf } from './arbitrary.ts'
import { temporaryFiles } from './temporary-files.ts'

const newFile = temporaryFiles()
const size = 100_000

/** What `allocate` makes, of a file that nobody sees: thousands of them are used here. */
function unlinked<T>(allocate: (path: string) => T): T {
  const path = newFile()
  const allocated = allocate(path)
  unlinkSync(path)
  return allocated
}

const create = (initial: number, max: number): Buffer => unlinked((path) => MappedBuffer.allocate(path, initial, max))

testBuffer({ test: { describe, it }, name: 'MappedBuffer', create })
testBytes({ test: { describe, it }, name: 'MappedBytes', create: (count) => unlinked((path) => MappedBytes.allocate(path, count)) })

describe('MappedBuffer', () => {
  it.each(bufferFields)('R17: gives back any $name', (field) => {
    const opened: Buffer[] = []
    fc.assert(fc.property(valuesOf(field.values), fc.constantFrom('little', 'big'), (value, endian) => {
      checkRoundTrip(field, value, (initial, max) => {
        opened.push(create(initial, max))
        return opened.at(-1)!
      }, endian)
    }).afterEach(() => { opened.pop()?.close() }), { numRuns: 30 })
  })

  it('holds what plain bytes hold, whatever is written, read, compacted and flushed in any order', () => {
    fc.assert(fc.property(stepsWithin(size), fc.nat({ max: size }), (steps, initial) => {
      const buffer = create(initial, size)
      try {
        checkAgainstModel(buffer, steps)
      } finally {
        buffer.close()
      }
    }), { numRuns: 20 })
  })
})
