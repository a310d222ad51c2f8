import fc from 'fast-check'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { type MapCapture, VersionedMap } from '../src/index.ts'

type Change = readonly ['set', string, number] | readonly ['delete', string] | readonly ['clear'] | readonly ['capture'] | readonly ['release']

const key = fc.string({ unit: fc.constantFrom('a', 'b', 'ü', '\u{1f600}'), maxLength: 3 })
const change: fc.Arbitrary<Change> = fc.oneof(
  { weight: 8, arbitrary: fc.tuple(fc.constant('set' as const), key, fc.nat()) },
  { weight: 4, arbitrary: fc.tuple(fc.constant('delete' as const), key) },
  { weight: 1, arbitrary: fc.constantFrom<Change>(['clear'], ['capture'], ['capture'], ['release']) },
)

function run(map: VersionedMap<number>, model: Map<string, number>, [kind, name, value]: Change): void {
  if (kind === 'set') {
    expect(map.set(name, value)).toBe(model.get(name))
    model.set(name, value)
  } else if (kind === 'delete') expect(map.delete(name)).toBe(model.delete(name))
  else if (kind === 'clear') {
    map.clear()
    model.clear()
  }
}

const sorted = (model: Map<string, number>): [string, number][] => [...model].sort(([a], [b]) => (a < b ? -1 : 1))

describe('VersionedMap', () => {
  it('is a map in the order of its keys, and its captures stay as they were', () => {
    fc.assert(fc.property(fc.array(change, { maxLength: 120 }), (changes) => {
      const [map, model] = [new VersionedMap<number>(), new Map<string, number>()]
      const captures: [MapCapture<number>, [string, number][]][] = []
      for (const each of changes) {
        run(map, model, each)
        if (each[0] === 'capture') captures.push([map.capture(), sorted(model)])
        if (each[0] === 'release') captures.shift()?.[0].release()
      }
      expect([...map]).toEqual(sorted(model))
      expect(map.size).toBe(model.size)
      for (const [capture, entries] of captures) {
        expect([...capture]).toEqual(entries)
        expect(capture.size).toBe(entries.length)
        for (const [name, value] of entries) expect([capture.has(name), capture.get(name)]).toEqual([true, value])
        for (const name of model.keys()) expect(capture.has(name)).toBe(entries.some(([other]) => other === name))
      }
    }))
  })

  it('may change between any two entries that are taken of a capture', () => {
    fc.assert(fc.property(fc.array(change, { maxLength: 60 }), fc.array(change, { maxLength: 60 }), (before, during) => {
      const [map, model] = [new VersionedMap<number>(), new Map<string, number>()]
      for (const each of before) run(map, model, each)
      const expected = sorted(model)
      const seen: [string, number][] = []
      for (const entry of map.capture()) {
        seen.push(entry)
        const next = during.shift()
        if (next !== undefined) run(map, model, next)
      }
      expect(seen).toEqual(expected)
    }))
  })

  it('comes back from a snapshot that was taken while it changed', () => {
    fc.assert(fc.property(fc.array(change, { maxLength: 60 }), fc.array(change, { maxLength: 60 }), (before, during) => {
      const [map, model] = [new VersionedMap<number>(), new Map<string, number>()]
      for (const each of before) run(map, model, each)
      const chunks = map.snapshot()
      const expected = sorted(model)
      for (const each of during) run(map, model, each)
      const restored = new VersionedMap<number>()
      restored.set('gone', 1)
      restored.install(chunks)
      expect([...restored]).toEqual(expected)
    }))
  })

  it('keeps tens of thousands of keys in order, whatever order they come and go in', () => {
    for (const name of [(at: number) => String(at).padStart(6, '0'), (at: number) => String((at * 7919) % 20_011).padStart(6, '0')]) {
      const map = new VersionedMap<number>()
      for (let at = 0; at < 20_000; at++) map.set(name(at), at)
      for (let at = 0; at < 20_000; at += 3) map.delete(name(at))
      const keys = [...map.keys()]
      expect(keys).toHaveLength(13_333)
      expect(keys).toEqual([...keys].sort())
      expect([...map.keys(keys[9000])]).toEqual(keys.slice(9000))
    }
  })

  it('meets keys that come behind the current one, and not those that go', () => {
    const map = new VersionedMap<number>()
    for (const name of ['b', 'd', 'f']) map.set(name, 0)
    const seen: string[] = []
    for (const name of map.keys('b')) {
      seen.push(name)
      if (name === 'b') {
        map.delete('d')
        map.set('a', 1)
        map.set('e', 1)
      }
    }
    expect(seen).toEqual(['b', 'e', 'f'])
  })

  it('writes chunks that are alike for equal entries, and no longer than a frame', () => {
    const [one, two] = [new VersionedMap<string>(), new VersionedMap<string>()]
    for (let at = 0; at < 3000; at++) one.set(`key ${at}`, 'x'.repeat(50))
    for (let at = 2999; at >= 0; at--) two.set(`key ${at}`, 'x'.repeat(50))
    const [first, second] = [[...one.snapshot()], [...two.snapshot()]]
    expect(Buffer.concat(first).equals(Buffer.concat(second))).toBe(true)
    expect(first.length).toBeGreaterThan(1)
    for (const chunk of first) expect(chunk.length).toBeLessThan(70 * 1024)
    expect(() => new VersionedMap<string>().install([first[0]!.subarray(0, 1000)])).toThrow(/passes the limit/)
  })

  it('cannot be read from a capture that was released, also by the end of its chunks', () => {
    const map = new VersionedMap<number>()
    map.set('a', 1)
    const capture = map.capture()
    capture.release()
    capture.release()
    expect(() => capture.get('a')).toThrow('this capture of a map was released')
    const chunks = map.snapshot()
    expect([...chunks]).toHaveLength(1)
    expect(chunks.next()).toEqual({ done: true, value: undefined })
    const given = map.snapshot()
    given.return?.()
    expect(given.next().done).toBe(true)
  })

  it('knows a value that is undefined from none', () => {
    const map = new VersionedMap<number | undefined>()
    map.set('a', undefined)
    const capture = map.capture()
    map.delete('a')
    expect([map.has('a'), capture.has('a'), capture.has('b')]).toEqual([false, true, false])
    expectTypeOf(map.get('a')).toEqualTypeOf<number | undefined>()
    expectTypeOf(new VersionedMap<Date>().get('a')).toEqualTypeOf<Date | undefined>()
  })
})
