import type { WriteOptions } from '@copycat/core'
import { forGood, Subscribe } from '@copycat/core/internal'
import { testStateMachine } from '@copycat/state-machine/conformance'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DistributedMultiMap, type MultiMapChange } from '../src/index.ts'
import * as operations from '../src/map-operations.ts'
import { CountOf, PairsOf, ReplaceAllOf } from '../src/multi-map-operations.ts'
import { MultiMapStateMachine } from '../src/multi-map-state-machine.ts'
import { newWorld, numRuns, settled } from './worlds.ts'

interface Pair {
  readonly key: string
  readonly value: number
  due: number
  owner: number | undefined
}

describe('DistributedMultiMap', () => {
  it('behaves as a list of pairs does, also when time passes and sessions end', async () => {
    const step = fc.record({
      kind: fc.constantFrom('put', 'put', 'put', 'remove', 'removeAll', 'replaceValues', 'clear', 'advance', 'end'), party: fc.nat(1),
      key: fc.constantFrom('a', 'ab', 'x'.repeat(200)), value: fc.nat(2), milliseconds: fc.nat(60),
      options: fc.constantFrom<WriteOptions>({}, {}, { ttl: 40 }, { persistence: 'EPHEMERAL' }),
    })
    await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const { cluster, parties } = await newWorld(DistributedMultiMap<string, number>, 3)
      let pairs: Pair[] = []
      const [told, toldOfA, expected]: string[][] = [[], [], []]
      const textOf = ({ type, key, value }: Pick<MultiMapChange<string, number>, 'type' | 'key' | 'value'>): string => `${type} ${key} ${value}`
      const watching = parties[2]!.resource
      await watching.onChange((change) => told!.push(textOf(change)))
      await watching.onChangeOf('a', (change) => toldOfA!.push(textOf(change)))
      let now = 0
      const drop = (type: 'remove' | 'expire', goes: (pair: Pair) => boolean): Pair[] => {
        const gone = pairs.filter(goes)
        pairs = pairs.filter((pair) => !gone.includes(pair))
        for (const pair of gone) expected!.push(textOf({ type, ...pair }))
        return gone
      }
      const put = (key: string, value: number, party: number, options: WriteOptions): void => {
        pairs.push({ key, value, due: now + (options.ttl ?? Infinity), owner: options.persistence === 'EPHEMERAL' ? party : undefined })
        expected!.push(textOf({ type: 'put', key, value }))
      }
      for (const { kind, party, key, value, options, milliseconds } of steps) {
        const { resource: map, client } = parties[party]!
        const of = pairs.filter((pair) => pair.key === key)
        const present = of.find((pair) => pair.value === value)
        if (kind === 'put') {
          expect(await map.put(key, value, options)).toBe(present === undefined)
          if (present === undefined) put(key, value, party, options)
        } else if (kind === 'remove') {
          expect(await map.remove(key, value)).toBe(present !== undefined)
          drop('remove', (pair) => pair === present)
        } else if (kind === 'removeAll') {
          expect(await map.removeAll(key)).toEqual(of.map((pair) => pair.value))
          drop('remove', (pair) => pair.key === key)
        } else if (kind === 'replaceValues') {
          expect(await map.replaceValues(key, [value, 7])).toEqual(of.map((pair) => pair.value))
          drop('remove', (pair) => pair.key === key && pair.value !== value && pair.value !== 7)
          for (const each of [value, 7]) {
            const kept = of.find((pair) => pair.value === each)
            if (kept === undefined) put(key, each, party, {})
            else Object.assign(kept, { due: Infinity, owner: undefined })
          }
        } else if (kind === 'clear') {
          await map.clear()
          drop('remove', () => true)
        } else if (kind === 'advance') {
          cluster.advance(milliseconds)
          now += milliseconds
          for (const due of [...pairs].sort((a, b) => a.due - b.due)) if (due.due <= now) drop('expire', (pair) => pair === due)
        } else {
          client.end('expired')
          client.recover()
          drop('expire', ({ owner }) => owner === party)
        }
        const entries: [string, number][] = []
        for await (const entry of map.entries({ pageSize: 3 })) entries.push(entry)
        expect(entries).toEqual(pairs.map((pair) => [pair.key, pair.value]))
        const valuesOfKey = pairs.filter((pair) => pair.key === key).map((pair) => pair.value)
        expect(await map.get(key)).toEqual(valuesOfKey)
        expect(await map.count(key)).toBe(valuesOfKey.length)
        expect(await map.containsKey(key)).toBe(valuesOfKey.length > 0)
        expect(await map.containsEntry(key, value)).toBe(valuesOfKey.includes(value))
        expect(await map.size()).toBe(pairs.length)
        expect(await map.isEmpty()).toBe(pairs.length === 0)
      }
      await settled()
      expect(told).toEqual(expected)
      expect(toldOfA).toEqual(expected!.filter((text) => text.split(' ')[1] === 'a'))
      const [keys, values]: [string[], number[]] = [[], []]
      for await (const key of watching.keys({ pageSize: 2 })) keys.push(key)
      for await (const value of watching.values()) values.push(value)
      expect(keys).toEqual([...new Set(pairs.map(({ key }) => key))])
      expect(values).toEqual(pairs.map(({ value }) => value))
    }), { numRuns })
  })
})

describe('the state machine of a multimap', () => {
  testStateMachine({
    test: { describe, it }, create: () => new MultiMapStateMachine(), logs: 4,
    operation: (random) => {
      const key = random.pick(['\x01a', '\x02ab'])
      const retention = { ttl: random.chance(0.2) ? random.integer(500) : 0, isEphemeral: random.chance(0.2) }
      return random.pick([
        new operations.PutIfAbsent(`${key}1`, '', retention), new operations.PutIfAbsent(`${key}2`, '', retention), new operations.RemoveKey(`${key}1`),
        new ReplaceAllOf(key, [`${key}1`], forGood), new ReplaceAllOf(key, [], retention), new Subscribe(1, key), new PairsOf(key),
      ])
    },
    probes: [new PairsOf('\x01a'), new CountOf('\x02ab'), new operations.Size()],
  })
})
