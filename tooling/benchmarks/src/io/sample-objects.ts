const record = {
  id: 12_345, name: 'Ada Lovelace', tags: ['math', 'poetry'], active: true, score: 99.5,
  address: { street: 'St James Square', city: 'London', zip: 'SW1' }, visits: [1, 2, 3, 500, 70_000],
}

function nested(depth: number): unknown {
  let value: unknown = 1
  for (let i = 0; i < depth; i++) value = { child: value, level: i }
  return value
}

/** Plain values, which bare msgpackr and JSON can write as well. */
export const sampleObjects: readonly (readonly [string, unknown])[] = [
  ['map entry', { key: 'user/1', value: 'abc' }],
  ['record', record],
  ['100 records', Array.from({ length: 100 }, (_, id) => ({ ...structuredClone(record), id }))],
  ['1000 integers', Array.from({ length: 1000 }, (_, i) => i * 37)],
  ['200 floats', Array.from({ length: 200 }, (_, i) => i / 7)],
  ['200 short strings', Array.from({ length: 200 }, (_, i) => `user/${i * 7919}`)],
  ['text of 64 bytes', 'copycat '.repeat(8)],
  ['text of 4 KiB', 'copycat '.repeat(512)],
  ['text of 340 characters, not ASCII', 'Grüße aus Köln € '.repeat(20)],
  ['30 levels', nested(30)],
]
