import type { WriteOptions } from '@copycat/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DistributedSet } from '../src/index.ts'
import { newWorld, numRuns, settled } from './worlds.ts'

interface Entry {
  readonly due: number
  readonly owner: number | undefined
}

describe('DistributedSet', () => {
  it('behaves as a Set does, whoever adds and removes, also when time passes and sessions end', async () => {
    const step = fc.record({
      kind: fc.constantFrom('add', 'add', 'remove', 'clear', 'advance', 'end'), party: fc.nat(1), value: fc.constantFrom('a', 'b', 'c', undefined),
      options: fc.constantFrom<WriteOptions>({}, {}, { ttl: 40 }, { persistence: 'EPHEMERAL' }, { ttl: 50, persistence: 'EPHEMERAL' }), milliseconds: fc.nat(60),
    })
    await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const { cluster, parties } = await newWorld(DistributedSet<string | undefined>, 3)
      const model = new Map<string | undefined, Entry>()
      const watching = parties[2]!.resource
      const told = { added: 0, removed: new Array<string | undefined>() }
      const expected = { added: 0, removed: new Array<string | undefined>() }
      await watching.onAdd(() => {
        told.added += 1
      })
      await watching.onRemove((value) => told.removed.push(value))
      let now = 0
      const drop = (value: string | undefined): void => {
        model.delete(value)
        expected.removed.push(value)
      }
      for (const { kind, party, value, options, milliseconds } of steps) {
        const { resource: set, client } = parties[party]!
        if (kind === 'add') {
          expect(await set.add(value, options)).toBe(!model.has(value))
          if (model.has(value)) continue
          expected.added += 1
          model.set(value, { due: now + (options.ttl ?? Infinity), owner: options.persistence === 'EPHEMERAL' ? party : undefined })
        } else if (kind === 'remove') {
          expect(await set.remove(value)).toBe(model.has(value))
          if (model.has(value)) drop(value)
        } else if (kind === 'clear') {
          await set.clear()
          for (const each of [...model.keys()]) drop(each)
        } else if (kind === 'advance') {
          cluster.advance(milliseconds)
          now += milliseconds
          for (const [each, { due }] of [...model].sort(([, a], [, b]) => a.due - b.due)) if (due <= now) drop(each)
        } else {
          client.end('expired')
          client.recover()
          for (const [each, { owner }] of [...model]) if (owner === party) drop(each)
        }
        const values: (string | undefined)[] = []
        for await (const each of set.values({ pageSize: 2 })) values.push(each)
        expect(values).toEqual([...model.keys()])
        expect(await set.size()).toBe(model.size)
        expect(await set.isEmpty()).toBe(model.size === 0)
        expect(await set.contains(value)).toBe(model.has(value))
      }
      await settled()
      expect(told).toEqual(expected)
    }), { numRuns })
  })

  it('refuses what cannot be serialized', async () => {
    const { parties: [one] } = await newWorld(DistributedSet<unknown>)
    await expect(one!.resource.add(() => 0)).rejects.toMatchObject({ code: 'COPYCAT_SERIALIZATION' })
    await expect(one!.resource.contains(Symbol('s'))).rejects.toMatchObject({ code: 'COPYCAT_SERIALIZATION' })
  })
})
