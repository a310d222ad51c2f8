import type { WriteOptions } from '@copycat/core'
import { installInstruments } from '@copycat/utils/instruments'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { DistributedMap, type MapChange, type MapGap } from '../src/index.ts'
import { newWorld, numRuns, settled, type World } from './worlds.ts'

type Change = MapChange<string, number>
type Real = World<DistributedMap<string, number>>

interface Entry {
  readonly value: number
  readonly due: number
  readonly order: number
  readonly owner: number | undefined
}

/** The plain counterpart: a Map whose entries have an end. */
class Model {
  readonly entries = new Map<string, Entry>()
  readonly changes: Omit<Change, 'version'>[] = []
  now = 0
  private order = 0

  put(key: string, value: number, party: number, { ttl = Infinity, persistence }: WriteOptions): void {
    const previous = this.entries.get(key)?.value
    this.changes.push({ type: previous === undefined ? 'put' : 'update', key, value, previous })
    this.entries.set(key, { value, due: this.now + ttl, order: ++this.order, owner: persistence === 'EPHEMERAL' ? party : undefined })
  }

  remove(key: string, type: 'remove' | 'expire'): void {
    const entry = this.entries.get(key)
    if (entry === undefined) return
    this.entries.delete(key)
    this.changes.push({ type, key, value: undefined, previous: entry.value })
  }

  advance(milliseconds: number): void {
    this.now += milliseconds
    const due = [...this.entries].filter(([, entry]) => entry.due <= this.now)
    for (const [key] of due.sort(([, a], [, b]) => (a.due === b.due ? a.order - b.order : a.due - b.due))) this.remove(key, 'expire')
  }

  end(party: number): void {
    for (const [key, { owner }] of [...this.entries]) if (owner === party) this.remove(key, 'expire')
  }
}

interface Step {
  readonly kind: 'put' | 'putIfAbsent' | 'replace' | 'replaceValue' | 'replaceIfVersion' | 'compute' | 'remove' | 'removeIfVersion' | 'putAll' | 'clear' | 'advance' | 'end'
  readonly party: number
  readonly key: string
  readonly value: number
  readonly options: WriteOptions
  readonly milliseconds: number
}

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom(
    'put', 'put', 'putIfAbsent', 'replace', 'replaceValue', 'replaceIfVersion', 'compute', 'remove', 'removeIfVersion', 'putAll', 'clear', 'advance', 'end',
  ),
  party: fc.nat(1), key: fc.constantFrom('a', 'b', 'c'), value: fc.nat(2), milliseconds: fc.nat(60),
  options: fc.constantFrom<WriteOptions>({}, {}, { ttl: 40 }, { persistence: 'EPHEMERAL' }, { ttl: 50, persistence: 'EPHEMERAL' }),
})

async function run({ kind, party, key, value, options, milliseconds }: Step, model: Model, { cluster, parties }: Real): Promise<void> {
  const { resource: map, client } = parties[party]!
  const other = parties[1 - party]!.resource
  const present = model.entries.get(key)?.value
  switch (kind) {
    case 'put':
      expect(await map.put(key, value, options)).toBe(present)
      return model.put(key, value, party, options)
    case 'putIfAbsent':
      expect(await map.putIfAbsent(key, value, options)).toBe(present)
      return present === undefined ? model.put(key, value, party, options) : undefined
    case 'replace':
      expect(await map.withOptions(options).replace(key, value)).toBe(present)
      return present === undefined ? undefined : model.put(key, value, party, options)
    case 'replaceValue':
      expect(await map.replace(key, 1, value, options)).toBe(present === 1)
      return present === 1 ? model.put(key, value, party, options) : undefined
    case 'replaceIfVersion': {
      const before = await map.getVersioned(key)
      const isBetween = milliseconds < 20
      if (isBetween) {
        await other.put(key, 7)
        model.put(key, 7, 1 - party, {})
        await other.put(key, present ?? 0)
        model.put(key, present ?? 0, 1 - party, {})
      }
      expect(await map.replaceIfVersion(key, before?.version ?? 0, value, options)).toBe(!isBetween)
      return isBetween ? undefined : model.put(key, value, party, options)
    }
    case 'compute': {
      const next = present === undefined ? value : present === value ? undefined : present + 1
      expect(await map.compute(key, () => next, options)).toBe(next)
      return next === undefined ? model.remove(key, 'remove') : model.put(key, next, party, options)
    }
    case 'remove':
      expect(await map.remove(key)).toBe(present)
      return model.remove(key, 'remove')
    case 'removeIfVersion':
      expect(await map.removeIfVersion(key, (await other.getVersioned(key))?.version ?? 0)).toBe(present !== undefined)
      return model.remove(key, 'remove')
    case 'putAll':
      await map.putAll([['c', value], ['a', value]], options)
      model.put('c', value, party, options)
      return model.put('a', value, party, options)
    case 'clear':
      await map.clear()
      for (const each of [...model.entries.keys()]) model.remove(each, 'remove')
      return
    case 'advance':
      cluster.advance(milliseconds)
      return model.advance(milliseconds)
    case 'end':
      client.end(milliseconds % 2 === 0 ? 'closed' : 'expired')
      client.recover()
      return model.end(party)
  }
}

const plain = ({ type, key, value, previous }: Change): Omit<Change, 'version'> => ({ type, key, value, previous })

/** Reads a watch until it waits, for as long as it is asked to. */
class Reader {
  readonly items: (Change | MapGap)[] = []
  readonly controller = new AbortController()
  readonly done: Promise<void>

  constructor(map: DistributedMap<string, number>, options: Parameters<DistributedMap<string, number>['watch']>[0] = {}) {
    this.done = this.read(map.watch({ ...options, signal: this.controller.signal }))
  }

  get changes(): Change[] {
    return this.items.filter((item) => item.type !== 'gap')
  }

  get last(): number {
    return this.changes.at(-1)?.version ?? 0
  }

  async stop(): Promise<void> {
    await settled()
    this.controller.abort(new Error('enough'))
    await this.done
  }

  private async read(watch: AsyncIterable<Change | MapGap>): Promise<void> {
    try {
      for await (const item of watch) this.items.push(item)
    } catch (error) {
      if ((error as Error).message !== 'enough') throw error
    }
  }
}

async function behavesAsAMap(parameters: { readonly numRuns: number, readonly endOnFailure?: boolean } = { numRuns }): Promise<void> {
  await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
    const real = await newWorld(DistributedMap<string, number>, 3)
    const [{ resource: map }, , { resource: listening }] = [real.parties[0]!, real.parties[1]!, real.parties[2]!]
    const model = new Model()
    const [all, ofA]: [Change[], Change[]] = [[], []]
    await listening.onChange((change) => all.push(change))
    await listening.onChange('a', (change) => ofA.push(change))
    const watch = new Reader(listening, { from: 1 })
    await settled()
    for (const one of steps) await run(one, model, real)
    await watch.stop()
    expect(all.map(plain)).toEqual(model.changes)
    expect(ofA.map(plain)).toEqual(model.changes.filter(({ key }) => key === 'a'))
    expect(watch.items.slice(1)).toEqual(all)
    expect(watch.items[0]).toEqual({ type: 'gap' })
    const entries: [string, number][] = []
    for await (const entry of map) entries.push(entry)
    expect(new Map(entries)).toEqual(new Map([...model.entries].map(([key, { value }]) => [key, value])))
    expect(await map.size()).toBe(model.entries.size)
  }), parameters)
}

describe('the changes of a DistributedMap', () => {
  afterEach(() => installInstruments(undefined))

  it('are those of a Map, whoever writes, also when time passes and sessions end', () => behavesAsAMap())

  const notices = async (row: string): Promise<void> => {
    installInstruments({ mutant: (name) => name === row, buggify: () => false, cover: () => undefined })
    await expect(behavesAsAMap({ numRuns: 2000, endOnFailure: true })).rejects.toThrow()
  }

  it('Z9: the model notices a timer that outlives the value that it was for', () => notices('Z9'))

  it('Z6: the model notices a value that is taken for unchanged because it was changed back', () => notices('Z6'))

  it('Z11: the model notices a replacement that does not look at what it expects', () => notices('Z11'))
})

describe('DistributedMap, watched', () => {
  it('ends behind the last change when the map is deleted, as its listeners do', async () => {
    const { parties: [one, other] } = await newWorld(DistributedMap<string, number>)
    const heard: number[] = []
    let gone = 0
    await one!.resource.onChange(({ value }) => heard.push(value!), { onDelete: () => gone++ })
    const watch = one!.resource.watch()
    const first = watch.next()
    await settled()
    await other!.resource.put('a', 1)
    await other!.resource.put('a', 2)
    await other!.resource.delete()
    await settled()
    expect(heard).toEqual([1, 2])
    expect(gone).toBe(1)
    expect(await first).toMatchObject({ value: { key: 'a', value: 1 } })
    expect(await watch.next()).toMatchObject({ value: { key: 'a', value: 2 } })
    await expect(watch.next()).rejects.toMatchObject({ code: 'COPYCAT_RESOURCE_DELETED', path: '/it' })
    expect(await watch.next()).toEqual({ done: true, value: undefined })
  })

  it('ends while it waits when the map is deleted', async () => {
    const { parties: [one, other] } = await newWorld(DistributedMap<string, number>)
    const next = one!.resource.watch().next()
    await settled()
    await other!.resource.delete()
    await expect(next).rejects.toMatchObject({ code: 'COPYCAT_RESOURCE_DELETED' })
  })

  it('begins with what is there where that is asked for, and shows each later change once', async () => {
    const { parties: [one, other] } = await newWorld(DistributedMap<string, number>)
    const [map, writer] = [one!.resource, other!.resource]
    await map.putAll([['a', 1], ['b', 2]])
    const watch = new Reader(map, { initial: true })
    await writer.put('b', 3)
    await writer.remove('a')
    await settled()
    await writer.put('c', 4)
    await watch.stop()
    const state = new Map<string, number>()
    for (const { type, key, value } of watch.changes) if (type === 'put' || type === 'update') state.set(key, value!)
    else state.delete(key)
    expect(state).toEqual(new Map([['b', 3], ['c', 4]]))
    expect(watch.items.every(({ type }) => type !== 'gap')).toBe(true)
    const seen = watch.changes.map(({ key, version }) => `${key} ${version}`)
    expect(new Set(seen).size).toBe(seen.length)
  })

  it('goes on where it was left, also in the midst of what one command has changed', async () => {
    const { parties: [one, other] } = await newWorld(DistributedMap<string, number>)
    const [map, writer] = [one!.resource, other!.resource]
    const first = new Reader(map)
    await settled()
    await writer.put('a', 1)
    await first.stop()
    await writer.putAll([['a', 2], ['b', 2]])
    await writer.remove('a')
    const second = new Reader(map, { from: first.last })
    await writer.put('c', 3)
    await second.stop()
    expect(second.items.map((item) => item.type)).toEqual(['update', 'put', 'remove', 'put'])
    const third = new Reader(map, { from: first.last, key: 'a' })
    await third.stop()
    expect(third.items.map((item) => item.type)).toEqual(['update', 'remove'])
  })

  it('goes on in a new session without a gap, as long as the changes are kept', async () => {
    const { parties: [one, other] } = await newWorld(DistributedMap<string, number>)
    const watch = new Reader(one!.resource)
    await settled()
    await other!.resource.put('a', 1)
    await settled()
    one!.client.end('expired')
    await other!.resource.put('b', 2)
    one!.client.recover()
    await settled()
    await other!.resource.put('c', 3)
    await watch.stop()
    expect(watch.items.map((item) => item.type === 'gap' ? 'gap' : item.key)).toEqual(['a', 'b', 'c'])
  })

  it('says where changes are missing, and shows the state again where that was asked for', async () => {
    const { parties: [one, other] } = await newWorld(DistributedMap<string, number>)
    const [plainWatch, stateWatch] = [new Reader(one!.resource), new Reader(one!.resource, { initial: true })]
    await settled()
    one!.client.end('expired')
    for (let at = 0; at < 2200; at++) await other!.resource.put('a', at)
    one!.client.recover()
    await settled()
    await other!.resource.put('b', 1)
    await plainWatch.stop()
    await stateWatch.stop()
    expect(plainWatch.items.map((item) => item.type === 'gap' ? 'gap' : item.key)).toEqual(['gap', 'b'])
    expect(stateWatch.items.map((item) => item.type === 'gap' ? 'gap' : `${item.key} ${item.value}`)).toEqual(['gap', 'a 2199', 'b 1'])
  })

  it('misses nothing where events are lost while the session lives', async () => {
    const { parties: [one, other] } = await newWorld(DistributedMap<string, number>)
    const watch = one!.resource.watch()
    const first = watch.next()
    await settled()
    await other!.resource.put('a', 1)
    expect((await first).value).toMatchObject({ key: 'a', value: 1 })
    const second = watch.next()
    one!.client.miss(true)
    await other!.resource.put('b', 2)
    one!.client.miss(false)
    await other!.resource.put('c', 3)
    expect((await second).value).toMatchObject({ key: 'b', value: 2 })
    expect((await watch.next()).value).toMatchObject({ key: 'c', value: 3 })
  })

  it('from version 0 begins with all changes that there were, or with a gap', async () => {
    const { parties: [one, other] } = await newWorld(DistributedMap<string, number>)
    await one!.resource.put('a', 1)
    const types: string[] = []
    for await (const change of other!.resource.watch({ from: 0, initial: true })) {
      types.push(change.type)
      if (types.length === 2) break
    }
    expect(types).toEqual(['gap', 'put'])
  })

  it('waits for a slow reader, and reads what it could not keep from the map', async () => {
    const { parties: [one, other] } = await newWorld(DistributedMap<string, number>)
    const watch = one!.resource.watch()
    const first = watch.next()
    await settled()
    for (let at = 0; at < 1500; at++) await other!.resource.put('a', at)
    const seen: number[] = []
    for (let next = await first; next.done !== true; next = await watch.next()) {
      if (next.value.type !== 'gap') seen.push(next.value.value!)
      if (seen.at(-1) === 1499) break
    }
    await watch.return()
    expect(seen).toEqual(Array.from({ length: 1500 }, (_, at) => at))
  })

  it('ends with its signal, and leaves no subscription behind', async () => {
    const { parties: [one] } = await newWorld(DistributedMap<string, number>)
    const controller = new AbortController()
    const next = one!.resource.watch({ signal: controller.signal }).next()
    await settled()
    controller.abort(new Error('stop'))
    await expect(next).rejects.toThrow('stop')
    await expect(one!.resource.watch({ signal: controller.signal }).next()).rejects.toThrow('stop')
  })
})

describe('DistributedMap, computed', () => {
  it('computes only where there is a value, or none, as it is told', async () => {
    const { parties: [one] } = await newWorld(DistributedMap<string, number>)
    const map = one!.resource
    expect(await map.computeIfPresent('a', (value) => value + 1)).toBe(undefined)
    expect(await map.computeIfAbsent('a', () => 5)).toBe(5)
    expect(await map.computeIfAbsent('a', () => 6)).toBe(5)
    expect(await map.computeIfPresent('a', (value) => value + 1)).toBe(6)
    expect(await map.computeIfAbsent('b', () => undefined)).toBe(undefined)
    expect(await map.computeIfPresent('a', () => undefined)).toBe(undefined)
    expect(await map.isEmpty()).toBe(true)
  })

  it('loses no step of many that are under way', async () => {
    const { parties } = await newWorld(DistributedMap<string, number>, 3)
    await Promise.all(parties.flatMap(({ resource }) => Array.from({ length: 8 }, () => resource.compute('a', (value = 0) => value + 1))))
    expect(await parties[0]!.resource.get('a')).toBe(24)
  })
})
