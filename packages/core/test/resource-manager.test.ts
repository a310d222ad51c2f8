import { Command, Query } from '@copycat/protocol'
import { Serializer } from '@copycat/serializer'
import { type ClientSession, type Commit, type Executor, HaltError, StateMachine } from '@copycat/state-machine'
import { CopycatError, type Logger, type SessionId, silentLogger } from '@copycat/utils'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { type ReadOptions, Resource, ResourceClient, ResourceDeletedError, ResourceManager, ResourceTypeError } from '../src/index.ts'
import { StateMachineClient, StateMachineCluster } from '../src/testing/index.ts'

class Add extends Command<number> {
  static readonly operation = 'add'
  readonly amount: number

  constructor(amount: number) {
    super()
    this.amount = amount
  }
}

class AddLater extends Command {
  static readonly operation = 'addLater'
  readonly amount: number
  readonly delay: number

  constructor(amount: number, delay: number) {
    super()
    this.amount = amount
    this.delay = delay
  }
}

class Fail extends Command {
  static readonly operation = 'fail'
}

class Value extends Query<number> {
  static readonly operation = 'value'
}

class Unheard extends Command {
  static readonly operation = 'unheard'
}

class CounterStateMachine extends StateMachine {
  value = 0
  readonly ended: SessionId[] = []

  configure(executor: Executor): void {
    executor.register(Add, this.add)
    executor.register(Value, () => this.value)
    executor.register(AddLater, ({ operation: { amount, delay } }) => {
      executor.schedule(delay, new Add(amount))
    })
    executor.register(Fail, () => {
      this.value += 1000
      throw new Error('no such luck')
    })
  }

  add({ operation }: Commit<Add>): number {
    if (operation.amount === 13) throw new Error('unlucky')
    this.value += operation.amount
    return this.value
  }

  override onExpire(): void {
    throw new Error('a hook that fails')
  }

  override onUnregister({ id }: ClientSession): void {
    this.value = -id
  }
}

class Counter extends Resource {
  static readonly type: string = 'counter'
  static readonly version: number = 1

  static stateMachine(): StateMachine {
    return new CounterStateMachine()
  }

  add(amount: number): Promise<number> {
    return this.submit(new Add(amount))
  }

  addLater(amount: number, delay: number): Promise<void> {
    return this.submit(new AddLater(amount, delay))
  }

  fail(): Promise<void> {
    return this.submit(new Fail())
  }

  unheard(): Promise<void> {
    return this.submit(new Unheard())
  }

  value(options?: ReadOptions): Promise<number> {
    return this.submit(new Value(), options)
  }
}

class Other extends Counter {
  static override readonly type = 'other'
}

class Newer extends Counter {
  static override readonly version = 2
}

function cluster(types: ConstructorParameters<typeof ResourceManager>[0] = [Counter, Other], logger: Logger = silentLogger) {
  const manager = new ResourceManager(types, { logger })
  const machines = new StateMachineCluster(manager)
  const client = new StateMachineClient(machines)
  return { manager, machines, client, copycat: new ResourceClient(client, new Serializer()) }
}

describe('ResourceManager', () => {
  it('creates a resource once, however often it is asked to', async () => {
    const { copycat } = cluster()
    const first = await copycat.create('/a', Counter)
    expectTypeOf(first).toEqualTypeOf<Counter>()
    const second = await copycat.create('/a', Counter)
    expect(await first.add(1)).toBe(1)
    expect(await second.add(2)).toBe(3)
    expect(await first.value()).toBe(3)
    expect(await (await copycat.get('/a', Counter))?.value()).toBe(3)
    expect(first.path).toBe('/a')
  })

  it('knows what exists', async () => {
    const { copycat } = cluster()
    expect(await copycat.exists('/a')).toBe(false)
    expect(await copycat.get('/a', Counter)).toBe(undefined)
    await copycat.create('/a', Counter)
    expect(await copycat.exists('/a')).toBe(true)
    expect(await copycat.delete('/a')).toBe(true)
    expect(await copycat.exists('/a')).toBe(false)
    expect(await copycat.delete('/a')).toBe(false)
  })

  it('keeps instances of a deleted resource dead when its path is created again', async () => {
    const { copycat } = cluster()
    const old = await copycat.create('/a', Counter)
    await old.add(5)
    await old.delete()
    const error = await old.add(1).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(ResourceDeletedError)
    expect(error).toMatchObject({ code: 'COPYCAT_RESOURCE_DELETED', outcome: 'not-applied', path: '/a' })
    expect((error as Error).message).toBe("the resource at '/a' was deleted")
    const fresh = await copycat.create('/a', Counter)
    expect(await fresh.value()).toBe(0)
    await expect(old.add(1)).rejects.toBeInstanceOf(ResourceDeletedError)
    await expect(old.value()).rejects.toBeInstanceOf(ResourceDeletedError)
    await expect(old.delete()).rejects.toBeInstanceOf(ResourceDeletedError)
    expect(await fresh.value()).toBe(0)
  })

  it('reads deletions of old and by force, byte by byte, and refuses what is no such thing', async () => {
    const { client, copycat } = cluster()
    const send = (...bytes: readonly number[]): Promise<number | undefined> => client.submitCommand((out) => out.writeBytes(Uint8Array.from(bytes)), (result) => result?.[0])
    const path = [2, 47, 97]
    await copycat.create('/a', Counter)
    expect(await send(2, ...path)).toBe(1)
    await copycat.create('/a', Counter)
    expect(await send(2, ...path, 1)).toBe(1)
    await copycat.create('/a', Counter)
    for (const end of [[0], [2], [1, 1]]) await expect(send(2, ...path, ...end)).rejects.toMatchObject({ code: 'COPYCAT_UNKNOWN_OPERATION' })
    expect(await copycat.exists('/a')).toBe(true)
    const id = client.cluster.index - 3
    await expect(send(3, id, 0, 0, 0, 0, 0, 0, 0, 7)).rejects.toMatchObject({ code: 'COPYCAT_UNKNOWN_OPERATION' })
    await expect(send(3, 255, 0, 0, 0, 0, 0, 0, 0, 1)).rejects.toMatchObject({ code: 'COPYCAT_RESOURCE_DELETED' })
    await send(3, id, 0, 0, 0, 0, 0, 0, 0, 1)
    expect(await copycat.exists('/a')).toBe(false)
  })

  it('names both types when a path is of another one', async () => {
    const { copycat } = cluster()
    await copycat.create('/a', Counter)
    for (const call of [copycat.create('/a', Other), copycat.get('/a', Other)]) {
      const error = await call.catch((reason: unknown) => reason)
      expect(error).toBeInstanceOf(ResourceTypeError)
      expect(error).toMatchObject({ code: 'COPYCAT_RESOURCE_TYPE', outcome: 'not-applied', requested: 'other/1', actual: 'counter/1' })
      expect((error as Error).message).toBe("'/a' is a resource of type counter/1, not other/1")
    }
    expect(await (await copycat.get('/a', Counter))?.value()).toBe(0)
  })

  it('refuses to log a create of a type or version that a voter does not know', async () => {
    const { copycat, manager, machines } = cluster([Counter])
    await expect(copycat.create('/b', Other)).rejects.toMatchObject({ code: 'COPYCAT_UNKNOWN_RESOURCE', outcome: 'not-applied' })
    await expect(copycat.create('/b', Newer)).rejects.toMatchObject({ code: 'COPYCAT_UNKNOWN_RESOURCE' })
    expect(machines.index).toBe(1)
    const asked: string[] = []
    const bytes = createBytes('/b', 'counter', 1)
    const refusal = manager.admit(bytes, 0, bytes.length, (type) => asked.push(type) === 0)
    expect(asked).toEqual(['counter/1'])
    expect(CopycatError.is(refusal, 'COPYCAT_UNKNOWN_RESOURCE')).toBe(true)
  })

  it('stops the server at a committed create of a type that it does not know', () => {
    const { manager } = cluster([Counter])
    const bytes = createBytes('/b', 'strange', 3)
    expect(() => manager.command(bytes, 0, bytes.length, { index: 7, time: 0 }, 1)).toThrow(HaltError)
    expect(() => manager.command(bytes, 0, bytes.length, { index: 7, time: 0 }, 1)).toThrow(/entry 7 .*strange\/3/)
  })

  it('Z12: a handler that throws disturbs no other resource, and its own only by what it had changed', async () => {
    const { copycat } = cluster()
    const [bad, good] = [await copycat.create('/bad', Counter), await copycat.create('/good', Counter)]
    await good.add(1)
    await expect(bad.fail()).rejects.toMatchObject({ code: 'COPYCAT_APPLICATION', outcome: 'applied', message: 'no such luck' })
    expect(await good.add(1)).toBe(2)
    expect(await bad.value()).toBe(1000)
    await expect(bad.unheard()).rejects.toMatchObject({ code: 'COPYCAT_UNKNOWN_OPERATION', outcome: 'not-applied' })
    expect(await bad.add(1)).toBe(1001)
  })

  it('Z12: a timer or hook that throws is reported and holds up no other', async () => {
    const errors: unknown[] = []
    const { copycat, machines } = cluster(undefined, { ...silentLogger, error: (_message, details) => errors.push(details) })
    const [bad, good] = [await copycat.create('/bad', Counter), await copycat.create('/good', Counter)]
    await bad.addLater(13, 10)
    await good.addLater(4, 10)
    machines.advance(10)
    expect(await good.value()).toBe(4)
    expect(errors).toMatchObject([{ message: 'unlucky' }])
    machines.endSession(9, 'expired')
    expect(errors).toHaveLength(3)
    expect(await good.value()).toBe(4)
  })

  it('tells every resource of the end of a session', async () => {
    const { copycat, machines } = cluster()
    const [a, b] = [await copycat.create('/a', Counter), await copycat.create('/b', Other)]
    machines.endSession(9, 'closed')
    expect(await a.value()).toBe(-9)
    expect(await b.value()).toBe(-9)
  })

  it('fires the timers of all resources in one order, and none of a deleted one', async () => {
    const { copycat, machines, manager } = cluster()
    const [kept, deleted] = [await copycat.create('/kept', Counter), await copycat.create('/deleted', Counter)]
    await deleted.addLater(1, 5)
    await kept.addLater(2, 50)
    expect(manager.nextDue).toBe(machines.time + 5)
    await deleted.delete()
    expect(manager.nextDue).toBe(machines.time + 50)
    machines.advance(49)
    expect(await kept.value()).toBe(0)
    machines.advance(1)
    expect(await kept.value()).toBe(2)
    expect(manager.nextDue).toBe(Infinity)
  })

  it('lists paths in order, by prefix, also beyond a page', async () => {
    const { copycat } = cluster()
    const paths = Array.from({ length: 2100 }, (_, at) => `/many/${at}`)
    for (const path of ['/z', '/a', '/ab', '/a/b', ...paths]) await copycat.create(path, Counter)
    await copycat.delete('/z')
    expect(await copycat.keys('/a')).toEqual(['/a', '/a/b', '/ab'])
    expect(await copycat.keys('/many/')).toEqual(paths.sort())
    expect(await copycat.keys()).toHaveLength(2103)
    expect(await copycat.keys('/none')).toEqual([])
  })

  it('says at once which paths and types cannot be', async () => {
    const { copycat, machines } = cluster()
    for (const path of ['', 'a', 'a/b', `/${'x'.repeat(1024)}`, '/\ud800', undefined as never]) {
      for (const call of [copycat.exists(path), copycat.get(path, Counter), copycat.create(path, Counter), copycat.delete(path)]) {
        await expect(call).rejects.toMatchObject({ code: 'COPYCAT_CONFIGURATION', option: 'path' })
      }
    }
    await expect(copycat.create('/a', class {} as never)).rejects.toMatchObject({ code: 'COPYCAT_CONFIGURATION' })
    expect(machines.index).toBe(1)
    const longest = `/${'ä'.repeat(1023)}`
    await copycat.create(longest, Counter)
    expect(await copycat.keys()).toEqual([longest])
  })

  it('answers malformed operations alike everywhere, and admits none that it can tell', () => {
    const { manager } = cluster()
    const position = { index: 1, time: 0 }
    for (const bytes of [[], [0], [99], [1], [1, 2, 97, 98], [4, 1, 2], [2, 200, 1], [3, 1], [5], [7, 1]]) {
      const payload = Uint8Array.from(bytes)
      expect(() => manager.command(payload, 0, payload.length, position, 1)).toThrow(CopycatError)
      expect(() => manager.query(payload, 0, payload.length, position, 1)).toThrow(CopycatError)
    }
    for (const bytes of [[], [0], [99], [1], [1, 2, 97, 98], [5, 2, 47, 97], [8]]) {
      expect(manager.admit(Uint8Array.from(bytes), 0, bytes.length, () => true)).toBeInstanceOf(CopycatError)
    }
    const command = Uint8Array.from([4, 250, 255, 255, 255, 255, 255, 31, 0, 1, 97])
    expect(() => manager.command(command, 0, command.length, position, 1)).toThrow(ResourceDeletedError)
  })

  it('refuses classes that are no resource types', () => {
    class Nameless extends Counter {
      static override readonly type = 'with space'
    }
    class Zero extends Counter {
      static override readonly version = 0
    }
    for (const types of [[Nameless], [Zero], [Counter, Counter], [class {} as never], [undefined as never]]) {
      expect(() => new ResourceManager(types)).toThrow(expect.objectContaining({ code: 'COPYCAT_CONFIGURATION' }))
    }
    expect(new ResourceManager([Counter, Newer]).resourceTypes).toEqual(['counter/1', 'counter/2'])
  })
})

describe('Resource', () => {
  it('rejects an operation without a name on the wire, it does not throw', async () => {
    class Anonymous extends Command {}
    class Careless extends Counter {
      anonymous(): Promise<void> {
        return this.submit(new Anonymous())
      }
    }
    const { copycat } = cluster()
    const counter = await copycat.create('/a', Careless)
    await expect(counter.anonymous()).rejects.toThrow("class Anonymous needs a static field 'operation'")
  })

  it('gives the options of a view to the calls that name none', async () => {
    const { client, copycat } = cluster()
    const seen: (ReadOptions | undefined)[] = []
    const recording = new ResourceClient({
      lease: client.lease,
      nextRequest: () => client.nextRequest(),
      backOff: () => client.backOff(),
      onEvent: (callback) => client.onEvent(callback),
      onGap: (callback) => client.onGap(callback),
      submitCommand: (write, decode, options) => {
        seen.push(options)
        return client.submitCommand(write, decode)
      },
      submitQuery: (write, decode, options) => {
        seen.push(options)
        return client.submitQuery(write, decode)
      },
    }, new Serializer())
    await copycat.create('/a', Counter)
    const counter = (await recording.get('/a', Counter))!
    const view = counter.withOptions({ timeout: 100, consistency: 'SERIALIZABLE' })
    await view.add(3)
    await view.value({ timeout: 5 })
    await view.withOptions({ timeout: 7 }).value()
    expect(await counter.value()).toBe(3)
    expect(seen).toEqual([
      undefined, { timeout: 100, consistency: 'SERIALIZABLE' }, { timeout: 5, consistency: 'SERIALIZABLE' },
      { timeout: 7, consistency: 'SERIALIZABLE' }, undefined,
    ])
  })
})

function createBytes(path: string, type: string, version: number): Uint8Array {
  return Uint8Array.from([1, path.length, ...Buffer.from(path), type.length, ...Buffer.from(type), version])
}

