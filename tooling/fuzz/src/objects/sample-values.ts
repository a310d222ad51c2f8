import { Box, Envelope, Listed, Named, OrderError, Point, sampleSerializer } from './sample-types.ts'

const record = { id: 12_345, name: 'Ada Lovelace', tags: ['math', 'poetry'], active: true, score: 99.5, address: { city: 'London', zip: null } }

function shared(): unknown {
  const point = Object.assign(new Point(), { x: 1, y: { deep: [] } })
  const envelope = Object.assign(new Envelope(), { content: [point, new Map([[point, 1]])], note: 'n' })
  const loop: unknown[] = [point, envelope, new Box(1, point)]
  loop.push(loop, { loop }, new Set([loop]))
  return loop
}

const values: readonly unknown[] = [
  null, undefined, true, 0, -0, 1.5, NaN, -1, 200, 70_000, 2 ** 40, 5n, -5n, 2n ** 100n, '', 'text', 'Grüße €', '\ud800x', 'x'.repeat(300), [], {}, [1, [2, [3]]],
  record, [record, record, { ...record, name: '' }], JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":1}}}'),
  new Map<unknown, unknown>([['a', 1], [{ k: 1 }, new Map()]]), new Set(['a', NaN, [1]]), new Date(1e12), new Date(NaN), new Uint8Array([1, 2, 3]), new Uint8Array(300),
  new Float64Array([1, 2]), Int16Array.of(-1, 2), new BigInt64Array(1), new Uint8ClampedArray(2), new DataView(new ArrayBuffer(3)), new ArrayBuffer(5),
  new Error('plain'), new TypeError('outer', { cause: new RangeError('inner', { cause: { a: 1 } }) }), new AggregateError([new Error('a'), 7], 'both'),
  Object.assign(new Error('coded'), { code: 'E', name: 'Other' }), /a+[^b]/giu, new URL('https://user@example.com:81/path?q=1#h'),
  Object.assign(new Array<unknown>(4), { 1: 'x' }), Object.assign(new Point(), { x: [1], y: new Point() }), Object.assign(new Listed(), { first: 1, second: new Listed() }),
  Object.assign(new Named(), { value: new Named() }), Object.assign(new OrderError('o', { cause: new OrderError('p') }), { order: 7 }),
  Object.assign(new Envelope(), { content: record, note: 'ä' }), new Box(300, new Box(1, new Set([new Box(0, undefined)]))),
  Array.from({ length: 40 }, (_, i) => ({ i })), Array.from({ length: 2500 }, () => ({})), [[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]],
]

/** Encoded values of every kind. */
export function objectSamples(): Uint8Array[] {
  const plain = sampleSerializer(false)
  const keeping = sampleSerializer(true)
  return [...values.map((value) => plain.encode(value)), ...[shared(), [shared(), record, record]].map((value) => keeping.encode(value))].map((bytes) => bytes.slice())
}
