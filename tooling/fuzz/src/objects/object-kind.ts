import { HeapBuffer } from '@copycat/buffer'
import type { FuzzKind } from '../fuzz-kind.ts'
import { Mutator } from '../mutation.ts'
import { SeededRandom } from '../seeded-random.ts'
import { ViolationError } from '../tally.ts'
import type { Tally } from '../tally.ts'
import { sampleSerializer, sampleTypes } from './sample-types.ts'
import { objectSamples } from './sample-values.ts'

const codes = ['COPYCAT_SERIALIZATION']
/** Of this many values that were read, one is written and read again. */
const writtenAgain = 8

/** Mutated encoded objects, against `readObject` of a whole array of bytes and of an input. */
export function objectKind(): FuzzKind {
  const random = new SeededRandom(0)
  const mutator = new Mutator(random, 32_768)
  const samples = objectSamples()
  const short = samples.filter(({ length }) => length < 1000)
  // What was read may refer to itself: only a serializer that keeps references can write that.
  const serializer = sampleSerializer(true)
  const prototypes = sampleTypes.map((type) => type.prototype as object)

  const checkWrittenAgain = (value: unknown): void => {
    const bytes = serializer.encode(value).slice()
    const again = serializer.encode(serializer.readObject(bytes))
    // What engines rewrite (a regular expression, a URL) they have rewritten by now.
    if (Buffer.compare(again, bytes) !== 0) throw new ViolationError('a value that was read is not the same when written and read again')
  }

  return {
    name: 'objects',
    prototypes,
    run(seed: number, tally: Tally): void {
      random.start(seed)
      // The few long samples cost most of the time.
      const sample = random.once(64) ? random.pick(samples) : random.pick(short)
      const bytes = mutator.mutate(sample, short)
      if (random.once(4)) {
        tally.decode('readObject(input)', codes, () => {
          const input = HeapBuffer.wrap(bytes)
          while (input.remaining > 0) serializer.readObject(input)
        })
        return
      }
      let value: unknown
      const isAccepted = tally.decode('readObject(bytes)', codes, () => {
        value = serializer.readObject(bytes)
      })
      if (isAccepted && random.once(writtenAgain)) checkWrittenAgain(value)
    },
  }
}
