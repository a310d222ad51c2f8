import fc from 'fast-check'

const leaf: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(null, undefined, true, false, -0, NaN, Infinity, -Infinity), fc.integer(), fc.maxSafeInteger(), fc.double(),
  fc.bigInt(), fc.bigInt({ min: -(2n ** 200n), max: 2n ** 200n }), fc.string({ unit: 'binary' }), fc.string({ maxLength: 300 }),
  fc.string({ unit: fc.constantFrom('a', '\ud800', '\udc00', '€'), maxLength: 50 }), fc.date({ noInvalidDate: true }), fc.uint8Array(),
  fc.int16Array(), fc.float64Array(), fc.bigInt64Array(), fc.uint8ClampedArray(), fc.uint8Array().map(bytes => bytes.buffer),
  fc.webUrl().map(url => new URL(url)), fc.constantFrom(/a+[^b]/giu, /\//),
  fc.string().map(message => new TypeError(message)), fc.string().map(message => new Error(message, { cause: message.length })),
  fc.sparseArray(fc.integer(), { maxLength: 20 }),
)

/** Every kind of value that needs no registration, nested. */
export const anyValue: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>(tie => ({
  value: fc.oneof({ depthSize: 'small', withCrossShrink: true }, leaf,
    fc.array(tie('value'), { maxLength: 8 }), fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('constructor', 'toJSON', 'toString')), tie('value'), { maxKeys: 8, noNullPrototype: true }),
    fc.array(fc.tuple(tie('value'), tie('value')), { maxLength: 5 }).map(entries => new Map(entries)),
    fc.array(tie('value'), { maxLength: 5 }).map(values => new Set(values)),
    tie('value').map(cause => new RangeError('outer', { cause })), fc.tuple(tie('value'), tie('value')).map(errors => new AggregateError(errors, 'all'))),
})).value

/** Values that MessagePack has a form for, as msgpackr writes it. */
export const plainValue: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>(tie => ({
  value: fc.oneof({ depthSize: 'small' }, fc.constantFrom(null, undefined, true, false), fc.integer(), fc.maxSafeInteger(),
    fc.double().map(number => number === 0 ? 0 : number), fc.string({ unit: 'binary', maxLength: 100 }), fc.string({ minLength: 20, maxLength: 300 }),
    fc.array(tie('value'), { maxLength: 20 }), fc.dictionary(fc.string().filter(key => key !== '__proto__'), tie('value'), { maxKeys: 20, noNullPrototype: true })),
})).value
