import fc from 'fast-check'
import type { BufferStep, FieldValues } from '@copycat/buffer/conformance'

/** Any value that a field can hold. */
export function valuesOf(values: FieldValues): fc.Arbitrary<unknown> {
  switch (values.kind) {
    case 'integer': return fc.integer({ min: values.min, max: values.max })
    case 'bigint': return fc.bigInt({ min: values.min, max: values.max })
    case 'boolean': return fc.boolean()
    case 'float': return fc.float()
    case 'double': return fc.double()
    case 'text': return fc.string({ unit: 'grapheme', maxLength: 60 })
    case 'latin1': return fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)), maxLength: 60 })
    case 'bytes': return fc.uint8Array({ maxLength: 60 })
  }
}

/** Walks over the first `size` bytes of a buffer. */
export function stepsWithin(size: number): fc.Arbitrary<BufferStep[]> {
  const at = fc.nat({ max: size - 10_000 })
  return fc.array(fc.oneof<fc.Arbitrary<BufferStep>[]>(
    fc.record({ kind: fc.constant('write'), at, bytes: fc.integer({ min: 0, max: 10_000 }).map((length) => Uint8Array.from({ length }, (_, i) => length + i)) }),
    fc.record({ kind: fc.constant('read'), at, length: fc.nat({ max: 10_000 }) }),
    fc.record({ kind: fc.constant('integer'), at, value: fc.nat({ max: 2 ** 31 }) }),
    fc.record({ kind: fc.constant('compact'), from: at, length: fc.nat({ max: 10_000 }) }).map(({ from, length }) => ({ kind: 'compact', from, to: from + length })),
    fc.constant({ kind: 'flush' }),
  ), { maxLength: 30 })
}
