import { ResourceClient, ResourceManager } from '@copycat/core'
import { StateMachineClient } from '@copycat/core/testing'
import { Serializer } from '@copycat/serializer'
import fc from 'fast-check'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { DistributedMap } from '../src/index.ts'
import { numRuns } from './worlds.ts'

/** A client on a cluster of one state machine; everything settles within microtasks. */
function resources(): ResourceClient {
  return new ResourceClient(new StateMachineClient(new ResourceManager([DistributedMap])), new Serializer())
}

function newMap<K, V>(): Promise<DistributedMap<K, V>> {
  return resources().create('/map', DistributedMap<K, V>)
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const result: T[] = []
  for await (const item of items) result.push(item)
  return result
}

describe('DistributedMap', () => {
  it('has its type inferred by create and get', async () => {
    const copycat = resources()
    const map = await copycat.create('/users', DistributedMap<string, { name: string }>)
    expectTypeOf(map).toEqualTypeOf<DistributedMap<string, { name: string }>>()
    expectTypeOf(map.get('ada')).resolves.toEqualTypeOf<{ name: string } | undefined>()
    expectTypeOf(map.getOrDefault('ada', null)).resolves.toEqualTypeOf<{ name: string } | null>()
    expectTypeOf(map.remove('ada')).resolves.toEqualTypeOf<{ name: string } | undefined>()
    expectTypeOf(map.remove('ada', { name: '' })).resolves.toEqualTypeOf<boolean>()
    expectTypeOf(map.withOptions({ timeout: 100 })).toEqualTypeOf<DistributedMap<string, { name: string }>>()
    // @ts-expect-error: a key is a string
    await map.get(7)
    const found = await copycat.get('/users', DistributedMap<string, { name: string }>)
    expectTypeOf(found).toEqualTypeOf<DistributedMap<string, { name: string }> | undefined>()
    expect(found).toBeInstanceOf(DistributedMap)
  })

  it('tells a stored undefined or null from no value', async () => {
    const map = await newMap<string, unknown>()
    await map.put('undefined', undefined)
    await map.put('null', null)
    expect(await map.containsKey('undefined')).toBe(true)
    expect(await map.getOrDefault('undefined', 'default')).toBe(undefined)
    expect(await map.getOrDefault('null', 'default')).toBe(null)
    expect(await map.getOrDefault('absent', 'default')).toBe('default')
    expect(await map.size()).toBe(2)
    expect(await map.getAll(['undefined', 'absent', 'null'])).toEqual(new Map<string, unknown>([['undefined', undefined], ['null', null]]))
    expect(await map.remove('undefined', undefined)).toBe(true)
    expect(await map.containsKey('undefined')).toBe(false)
  })

  it('compares keys and values by their bytes', async () => {
    const map = await newMap<unknown, unknown>()
    await map.put({ a: 1, b: 2 }, 'first')
    expect(await map.get({ a: 1, b: 2 })).toBe('first')
    expect(await map.get({ b: 2, a: 1 })).toBe(undefined)
    await map.put(1, 'number')
    expect(await map.get(1n)).toBe(undefined)
    await map.put('list', [1, new Date(5)])
    expect(await map.replace('list', [1, new Date(5)], [])).toBe(true)
    expect(await map.get('list')).toEqual([])
  })

  it('rejects what cannot be encoded, and changes nothing', async () => {
    const map = await newMap<string, unknown>()
    const put = map.put('key', () => {})
    await expect(put).rejects.toMatchObject({ code: 'COPYCAT_SERIALIZATION' })
    expect(await map.isEmpty()).toBe(true)
  })

  it('puts many in one step', async () => {
    const map = await newMap<string, number>()
    await map.put('b', 0)
    await map.putAll(new Map([['a', 1], ['b', 2], ['c', 3]]))
    expect(await collect(map)).toEqual([['b', 2], ['a', 1], ['c', 3]])
    await map.putAll([])
    expect(await map.size()).toBe(3)
  })

  it('behaves as a Map does, whatever the operations', async () => {
    const key = fc.constantFrom<unknown>('a', 'b', 0, -0, null, undefined, [1], { a: 'b' }, '')
    const value = fc.constantFrom<unknown>(1, 2, undefined, null, 'x'.repeat(300), { deep: [new Date(1)] })
    await fc.assert(fc.asyncProperty(fc.commands([
      key.chain((k) => value.map((v) => new PutStep(k, v))), key.chain((k) => value.map((v) => new PutIfAbsentStep(k, v))),
      key.chain((k) => value.map((v) => new ReplaceStep(k, v))),
      fc.tuple(key, value, value).map(([k, expected, v]) => new ReplaceValueStep(k, expected, v)),
      key.map((k) => new RemoveStep(k)), key.chain((k) => value.map((v) => new RemoveValueStep(k, v))),
      key.map((k) => new GetStep(k)), value.map((v) => new ContainsValueStep(v)),
      fc.constant(new IterateStep()), fc.constant(new ClearStep()),
    ], { maxCommands: 60 }), async (commands) => {
      const real = await newMap<unknown, unknown>()
      await fc.asyncModelRun(() => ({ model: new Map<string, [unknown, unknown]>(), real }), commands)
    }), { numRuns })
  })

  it('Z10: iterating sees a key that is there throughout exactly once, and none twice, whatever is written meanwhile', async () => {
    const write = fc.record({ key: fc.integer({ min: 0, max: 30 }), kind: fc.constantFrom('put', 'remove', 'again'), between: fc.nat(12) })
    await fc.assert(fc.asyncProperty(fc.array(write, { maxLength: 60 }), fc.integer({ min: 1, max: 7 }), async (writes, pageSize) => {
      const map = await newMap<number, string>()
      for (let key = 0; key < 20; key++) await map.put(key, 'before')
      const touched = new Set(writes.filter(({ kind }) => kind !== 'put').map(({ key }) => key))
      const seen: number[] = []
      for await (const [key] of map.entries({ pageSize })) {
        seen.push(key)
        for (const { key: written, kind, between } of writes) {
          if (between !== seen.length) continue
          if (kind !== 'put') await map.remove(written)
          if (kind !== 'remove') await map.put(written, 'meanwhile')
        }
      }
      expect(new Set(seen).size).toBe(seen.length)
      for (let key = 0; key < 20; key++) if (!touched.has(key)) expect(seen).toContain(key)
    }), { numRuns })
  })

  it('iterates to an end while somebody adds faster than it reads', async () => {
    const map = await newMap<number, number>()
    await map.put(0, 0)
    let next = 1
    let seen = 0
    for await (const key of map.keys({ pageSize: 1 })) {
      expect(key).toBe(0)
      await map.putAll([[next++, 0], [next++, 0]])
      seen += 1
    }
    expect(seen).toBe(1)
  })

  it('ends a page early where entries are large', async () => {
    const map = await newMap<number, string>()
    const large = 'x'.repeat(200_000)
    for (let key = 0; key < 5; key++) await map.put(key, large)
    expect(await collect(map.keys())).toEqual([0, 1, 2, 3, 4])
    expect((await collect(map.values())).every((value) => value === large)).toBe(true)
  })

  it('iterates over nothing where there is nothing', async () => {
    const map = await newMap<number, number>()
    expect(await collect(map)).toEqual([])
    await map.put(1, 1)
    await map.clear()
    expect(await collect(map.entries({ pageSize: 1 }))).toEqual([])
    await expect(collect(map.keys({ pageSize: 0 }))).rejects.toMatchObject({ code: 'COPYCAT_CONFIGURATION', option: 'pageSize' })
  })
})

type Model = { model: Map<string, [unknown, unknown]> }['model']
type Real = DistributedMap<unknown, unknown>

const serializer = new Serializer()
const identity = (value: unknown): string => Buffer.from(serializer.encode(value)).toString('hex')
const isSame = (a: unknown, b: unknown): boolean => identity(a) === identity(b)

abstract class Step implements fc.AsyncCommand<Model, Real> {
  check(): boolean {
    return true
  }

  abstract run(model: Model, real: Real): Promise<void>

  toString(): string {
    return `${this.constructor.name}(${Object.values(this).map((field) => fc.stringify(field)).join(', ')})`
  }
}

abstract class KeyStep extends Step {
  readonly key: unknown

  constructor(key: unknown) {
    super()
    this.key = key
  }

  present(model: Model): unknown {
    return model.get(identity(this.key))?.[1]
  }

  has(model: Model): boolean {
    return model.has(identity(this.key))
  }

  set(model: Model, value: unknown): void {
    model.set(identity(this.key), [this.key, value])
  }
}

abstract class KeyValueStep extends KeyStep {
  readonly value: unknown

  constructor(key: unknown, value: unknown) {
    super(key)
    this.value = value
  }
}

class PutStep extends KeyValueStep {
  async run(model: Model, real: Real): Promise<void> {
    expect(await real.put(this.key, this.value)).toEqual(this.present(model))
    this.set(model, this.value)
  }
}

class PutIfAbsentStep extends KeyValueStep {
  async run(model: Model, real: Real): Promise<void> {
    expect(await real.putIfAbsent(this.key, this.value)).toEqual(this.present(model))
    if (!this.has(model)) this.set(model, this.value)
  }
}

class ReplaceStep extends KeyValueStep {
  async run(model: Model, real: Real): Promise<void> {
    expect(await real.replace(this.key, this.value)).toEqual(this.present(model))
    if (this.has(model)) this.set(model, this.value)
  }
}

class ReplaceValueStep extends KeyValueStep {
  readonly expected: unknown

  constructor(key: unknown, expected: unknown, value: unknown) {
    super(key, value)
    this.expected = expected
  }

  async run(model: Model, real: Real): Promise<void> {
    const matches = this.has(model) && isSame(this.present(model), this.expected)
    expect(await real.replace(this.key, this.expected, this.value)).toBe(matches)
    if (matches) this.set(model, this.value)
  }
}

class RemoveStep extends KeyStep {
  async run(model: Model, real: Real): Promise<void> {
    expect(await real.remove(this.key)).toEqual(this.present(model))
    model.delete(identity(this.key))
  }
}

class RemoveValueStep extends KeyValueStep {
  async run(model: Model, real: Real): Promise<void> {
    const matches = this.has(model) && isSame(this.present(model), this.value)
    expect(await real.remove(this.key, this.value)).toBe(matches)
    if (matches) model.delete(identity(this.key))
  }
}

class GetStep extends KeyStep {
  async run(model: Model, real: Real): Promise<void> {
    expect(await real.get(this.key)).toEqual(this.present(model))
    expect(await real.containsKey(this.key)).toBe(this.has(model))
    expect(await real.getOrDefault(this.key, 'none')).toEqual(this.has(model) ? this.present(model) : 'none')
  }
}

class ContainsValueStep extends Step {
  readonly value: unknown

  constructor(value: unknown) {
    super()
    this.value = value
  }

  async run(model: Model, real: Real): Promise<void> {
    expect(await real.containsValue(this.value)).toBe([...model.values()].some(([, value]) => isSame(value, this.value)))
  }
}

class IterateStep extends Step {
  async run(model: Model, real: Real): Promise<void> {
    expect(await real.size()).toBe(model.size)
    expect(await real.isEmpty()).toBe(model.size === 0)
    expect(await collect(real.entries({ pageSize: 2 }))).toEqual([...model.values()])
    expect(await collect(real.keys({ pageSize: 3 }))).toEqual([...model.values()].map(([key]) => key))
    expect(await collect(real.values())).toEqual([...model.values()].map(([, value]) => value))
  }
}

class ClearStep extends Step {
  async run(model: Model, real: Real): Promise<void> {
    await real.clear()
    model.clear()
  }
}
