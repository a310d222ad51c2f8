import type { PendingOperation, VersionedRegisterInput, VersionedRegisterOutput } from '@copycat/linearizability'
import { DistributedAtomicLong, DistributedAtomicValue } from '@copycat/resources-atomic'
import { DistributedMap } from '@copycat/resources-collections'
import { type Actor, type Calls, deadline } from './calls.ts'
import { MapListener } from './map-listener.ts'
import type { ValueJudge } from './value-judge.ts'

/** Clients that read and write maps, values and numbers, each value in the run only once (I47). */
export class Writers {
  private readonly calls: Calls
  private readonly values: ValueJudge
  private lastId = 0

  constructor(calls: Calls, values: ValueJudge) {
    this.calls = calls
    this.values = values
  }

  async map(path: string, actor: Actor): Promise<void> {
    const map = await this.calls.create(path, DistributedMap<string, number>, actor)
    if (map === undefined) return
    const { random, world } = actor
    if (random.chance(1, 25)) {
      await this.listen(path, map, actor)
      return
    }
    const key = random.pick(['a', 'b'])
    const value = ++this.lastId
    const record = (input: VersionedRegisterInput): PendingOperation<VersionedRegisterOutput> => this.values.registers.invoke(actor.name, `${path} ${key}`, input, world.now())
    switch (random.integer(4)) {
      case 0: {
        await this.calls.judged('put', actor, record({ type: 'set', value }), () => map.put(key, value, { timeout: deadline }), (previous) => ({ previous: previous ?? null }))
        return
      }
      case 1: {
        await this.calls.judged('get', actor, record({ type: 'get' }), () => map.getVersioned(key, { timeout: deadline }), versioned)
        return
      }
      case 2: {
        const present = await this.calls.judged('get', actor, record({ type: 'get' }), () => map.getVersioned(key, { timeout: deadline }), versioned)
        if (present === undefined) return
        await world.sleep(random.integer(300))
        const pending = record({ type: 'compareVersionAndSet', expected: present.version ?? 0, value })
        await this.calls.judged('replaceIfVersion', actor, pending, () => map.replaceIfVersion(key, present.version ?? 0, value, { timeout: deadline }), (isSet) => ({ isSet }))
        return
      }
      default: {
        const present = await this.calls.judged('get', actor, record({ type: 'get' }), () => map.getVersioned(key, { timeout: deadline }), versioned)
        if (typeof present?.value !== 'number') return
        await world.sleep(random.integer(300))
        const expected = present.value
        const pending = record({ type: 'compareAndSet', expected, value })
        await this.calls.judged('replace', actor, pending, () => map.replace(key, expected, value, { timeout: deadline }), (isSet) => ({ isSet }))
      }
    }
  }

  private async listen(path: string, map: DistributedMap<string, number>, actor: Actor): Promise<void> {
    const heard = new MapListener(`${actor.name} on ${path}`, (text) => this.calls.ports.fail('I36', text))
    const listener = await this.calls.attempt('onChange', actor, () => map.onChange((change) => heard.changed(change), { timeout: deadline, onGap: () => heard.gap() }))
    await actor.world.sleep(actor.random.integer(6_000))
    listener?.close()
  }

  async value(path: string, actor: Actor): Promise<void> {
    const place = await this.calls.create(path, DistributedAtomicValue<number>, actor)
    if (place === undefined) return
    const { random, world } = actor
    const value = ++this.lastId
    const record = (input: VersionedRegisterInput): PendingOperation<VersionedRegisterOutput> => this.values.registers.invoke(actor.name, path, input, world.now())
    switch (random.integer(4)) {
      case 0: {
        await this.calls.judged('getAndSet', actor, record({ type: 'set', value }), () => place.getAndSet(value, { timeout: deadline }), (previous) => ({ previous: previous ?? null }))
        return
      }
      case 1: {
        await this.calls.judged('get', actor, record({ type: 'get' }), () => place.getVersioned({ timeout: deadline }), versioned)
        return
      }
      default: {
        const present = await this.calls.judged('get', actor, record({ type: 'get' }), () => place.getVersioned({ timeout: deadline }), versioned)
        if (present === undefined) return
        await world.sleep(random.integer(300))
        const { value: expected = null, version = 0 } = present
        const isByVersion = random.chance(1, 2)
        const pending = record(isByVersion ? { type: 'compareVersionAndSet', expected: version, value } : { type: 'compareAndSet', expected, value })
        await this.calls.judged('set if', actor, pending, () => (isByVersion
          ? place.setIfVersion(version, value, { timeout: deadline })
          : place.compareAndSet(typeof expected === 'number' ? expected : undefined, value, { timeout: deadline })), (isSet) => ({ isSet }))
      }
    }
  }

  async long(path: string, actor: Actor): Promise<void> {
    const long = await this.calls.create(path, DistributedAtomicLong, actor)
    if (long === undefined) return
    const delta = actor.random.between(-5, 9)
    const isRead = actor.random.chance(1, 3)
    const pending = this.values.counters.invoke(actor.name, path, isRead ? { type: 'get' } : { type: 'add', delta }, actor.world.now())
    await this.calls.judged('add', actor, pending, () => (isRead ? long.get({ timeout: deadline }) : long.addAndGet(delta, { timeout: deadline })), Number)
  }
}

function versioned(present: { readonly value: number, readonly version: number } | undefined): { readonly value: number | null, readonly version: number } {
  return { value: present?.value ?? null, version: present?.version ?? 0 }
}
