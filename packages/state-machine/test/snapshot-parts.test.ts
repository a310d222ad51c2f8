import { describe, expect, it } from 'vitest'
import { SnapshotList, SnapshotParts, VersionedMap } from '../src/index.ts'

class State {
  numbers: readonly number[] = []
  readonly map = new VersionedMap<number>()
  readonly words = new VersionedMap<string>()
  readonly parts = new SnapshotParts(this.map, new SnapshotList<number>(() => [...this.numbers], (items) => {
    this.numbers = items
  }), this.words)
}

describe('SnapshotParts', () => {
  it('capture all parts at once, and install each by its own chunks', () => {
    const state = new State()
    state.numbers = Array.from({ length: 1000 }, (_, at) => at)
    for (let at = 0; at < 20_000; at++) state.map.set(`key ${at}`, at)
    state.words.set('a', 'before')
    const snapshot = state.parts.snapshot()
    const chunks = [snapshot.next().value as Uint8Array]
    state.numbers = []
    state.map.set('key 1', -1)
    state.words.set('a', 'after')
    chunks.push(...snapshot)
    const other = new State()
    other.words.set('b', 'gone')
    other.parts.install(chunks)
    expect(other.numbers).toHaveLength(1000)
    expect(other.map.size).toBe(20_000)
    expect(other.map.get('key 1')).toBe(1)
    expect([...other.words]).toEqual([['a', 'before']])
  })

  it('install nothing where there is nothing, and refuse what is not theirs', () => {
    const state = new State()
    state.numbers = [1]
    state.parts.install([...new State().parts.snapshot()])
    expect(state.numbers).toEqual([])
    expect(() => state.parts.install([Uint8Array.of(3, 0)])).toThrow(RangeError)
    expect(() => state.parts.install([Uint8Array.of(2), Uint8Array.of(0)])).toThrow(RangeError)
  })

  it('let go of every part when they are not taken to the end', () => {
    const state = new State()
    state.map.set('a', 1)
    const snapshot = state.parts.snapshot()
    snapshot.return?.()
    expect(snapshot.next().done).toBe(true)
  })
})
