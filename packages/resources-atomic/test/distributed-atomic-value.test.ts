import type { WriteOptions } from '@copycat/core'
import { installInstruments } from '@copycat/utils/instruments'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { DistributedAtomicValue, type ValueChange } from '../src/index.ts'
import { newWorld, numRuns, settled, type World } from './worlds.ts'

type Stored = number | undefined
type Real = World<DistributedAtomicValue<Stored>>

/** The plain counterpart: a variable, and when it ends. */
class Model {
  value: { readonly value: Stored, readonly due: number, readonly owner: number | undefined } | undefined
  now = 0
  readonly changes: Pick<ValueChange<Stored>, 'type' | 'value' | 'previous'>[] = []

  get present(): Stored {
    return this.value?.value
  }

  set(value: Stored, party: number, { ttl = Infinity, persistence }: WriteOptions): void {
    this.changes.push({ type: this.value === undefined ? 'put' : 'update', value, previous: this.present })
    this.value = { value, due: this.now + ttl, owner: persistence === 'EPHEMERAL' ? party : undefined }
  }

  advance(milliseconds: number): void {
    this.now += milliseconds
    if (this.value !== undefined && this.value.due <= this.now) this.expire()
  }

  end(party: number): void {
    if (this.value?.owner === party) this.expire()
  }

  private expire(): void {
    this.changes.push({ type: 'expire', value: undefined, previous: this.present })
    this.value = undefined
  }
}

interface Step {
  readonly kind: 'get' | 'set' | 'getAndSet' | 'compareAndSet' | 'setIfVersion' | 'update' | 'advance' | 'end'
  readonly party: number
  readonly value: Stored
  readonly expected: Stored
  readonly options: WriteOptions
  readonly milliseconds: number
}

const small = fc.option(fc.nat(2), { nil: undefined })
const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom('get', 'set', 'getAndSet', 'compareAndSet', 'setIfVersion', 'update', 'advance', 'end'),
  party: fc.nat(1), value: small, expected: small, milliseconds: fc.nat(60),
  options: fc.constantFrom<WriteOptions>({}, {}, { ttl: 40 }, { persistence: 'EPHEMERAL' }, { ttl: 50, persistence: 'EPHEMERAL' }),
})

async function run({ kind, party, value, expected, options, milliseconds }: Step, model: Model, { cluster, parties }: Real): Promise<void> {
  const { resource, client } = parties[party]!
  switch (kind) {
    case 'get': return expect(await resource.get()).toBe(model.present)
    case 'set':
      await resource.set(value, options)
      return model.set(value, party, options)
    case 'getAndSet':
      expect(await resource.getAndSet(value, options)).toBe(model.present)
      return model.set(value, party, options)
    case 'compareAndSet':
      expect(await resource.compareAndSet(expected, value, options)).toBe(model.present === expected)
      if (model.present === expected) model.set(value, party, options)
      return
    case 'setIfVersion': {
      const before = await resource.getVersioned()
      expect(before?.value).toBe(model.present)
      const other = parties[1 - party]!.resource
      if (expected !== undefined) {
        await other.set(expected)
        model.set(expected, 1 - party, {})
        await other.set(before?.value)
        model.set(before?.value, 1 - party, {})
      }
      expect(await resource.setIfVersion(before?.version ?? 0, value, options)).toBe(expected === undefined)
      if (expected === undefined) model.set(value, party, options)
      return
    }
    case 'update':
      expect(await resource.update((present) => (present ?? 0) + 1, options)).toBe((model.present ?? 0) + 1)
      return model.set((model.present ?? 0) + 1, party, options)
    case 'advance':
      cluster.advance(milliseconds)
      return model.advance(milliseconds)
    case 'end':
      client.end(milliseconds % 2 === 0 ? 'closed' : 'expired')
      client.recover()
      return model.end(party)
  }
}

async function behavesAsAVariable(parameters: { readonly numRuns: number, readonly endOnFailure?: boolean } = { numRuns }): Promise<void> {
  await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
    const real = await newWorld(DistributedAtomicValue<Stored>, 3)
    const model = new Model()
    const changes: ValueChange<Stored>[] = []
    await real.parties[2]!.resource.onChange((change) => changes.push(change))
    for (const one of steps) await run(one, model, real)
    await settled()
    expect(changes.map(({ type, value, previous }) => ({ type, value, previous }))).toEqual(model.changes)
    const versions = changes.map(({ version }) => version)
    expect(versions).toEqual([...versions].sort((a, b) => a - b))
    expect(await real.parties[0]!.resource.get()).toBe(model.present)
  }), parameters)
}

describe('DistributedAtomicValue', () => {
  afterEach(() => installInstruments(undefined))

  it('behaves as a variable does, whoever writes, also when time passes and sessions end', () => behavesAsAVariable())

  const notices = async (row: string): Promise<void> => {
    installInstruments({ mutant: (name) => name === row, buggify: () => false, cover: () => undefined })
    await expect(behavesAsAVariable({ numRuns: 2000, endOnFailure: true })).rejects.toThrow()
  }

  it('Z9: the model notices a timer that outlives the value that it was for', () => notices('Z9'))

  it('Z6: the model notices a value that is taken for unchanged because it was changed back', () => notices('Z6'))

  it('loses no update, however many are under way', async () => {
    const { parties } = await newWorld(DistributedAtomicValue<number>, 3)
    await Promise.all(parties.flatMap(({ resource }) => Array.from({ length: 10 }, () => resource.update((value) => (value ?? 0) + 1))))
    expect(await parties[0]!.resource.get()).toBe(30)
  })

  it('ends an update by what its function throws', async () => {
    const { parties: [one] } = await newWorld(DistributedAtomicValue<number>)
    await expect(one!.resource.update(() => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(await one!.resource.getVersioned()).toBe(undefined)
  })

  it('takes mode and time from a view too, and refuses what there is not', async () => {
    const { cluster, parties: [one, other] } = await newWorld(DistributedAtomicValue<string>)
    await one!.resource.withOptions({ ttl: 10 }).set('short')
    cluster.advance(10)
    expect(await one!.resource.get()).toBe(undefined)
    await one!.resource.withOptions({ ttl: 10 }).set('for good', { ttl: Infinity, persistence: 'PERSISTENT' })
    cluster.advance(1000)
    one!.client.end('expired')
    expect(await other!.resource.withDefaultConsistency('SERIALIZABLE').get()).toBe('for good')
    await expect(other!.resource.set('x', { ttl: 0 })).rejects.toMatchObject({ code: 'COPYCAT_CONFIGURATION', option: 'ttl' })
    await expect(other!.resource.set('x', { persistence: 'SOMETIMES' as never })).rejects.toMatchObject({ code: 'COPYCAT_CONFIGURATION', option: 'persistence' })
  })
})
