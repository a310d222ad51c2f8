import { Command, Query } from '@copycat/protocol'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { type ClientSession, type Commit, type Executor, HaltError, type Snapshottable, StateMachine, VersionedMap } from '../src/index.ts'
import { StateMachineTester } from '../src/testing/index.ts'

class Put extends Command<string | undefined> {
  static readonly operation = 'put'
  static readonly compaction = 'QUORUM'
  readonly key: string
  readonly value: string
  readonly ttl: number | undefined

  constructor(key: string, value: string, ttl?: number) {
    super()
    this.key = key
    this.value = value
    this.ttl = ttl
  }

  static supersedes({ key }: Put): string {
    return key
  }
}

class Remove extends Command<boolean> {
  static readonly operation = 'remove'
  static readonly compaction = 'SEQUENTIAL'
  readonly key: string

  constructor(key: string) {
    super()
    this.key = key
  }

  static supersedes({ key }: Remove): string {
    return key
  }
}

class Do extends Command<unknown> {
  static readonly operation = 'do'
}

class Get extends Query<string | undefined> {
  static readonly operation = 'get'
  readonly key: string

  constructor(key: string) {
    super()
    this.key = key
  }
}

class Values extends StateMachine implements Snapshottable {
  readonly values = new VersionedMap<string>()
  work: (commit: Commit<Do>) => unknown = () => undefined

  configure(executor: Executor): void {
    executor.register(Put, ({ operation: { key, value, ttl } }) => {
      if (ttl !== undefined) executor.schedule(ttl, new Remove(key))
      for (const session of executor.context.sessions.values()) session.publish({ key, value })
      return this.values.set(key, value)
    })
    executor.register(Remove, ({ operation: { key } }) => this.values.delete(key))
    executor.register(Do, (commit) => this.work(commit))
    executor.register(Get, ({ operation: { key } }) => this.values.get(key))
  }

  override onExpire({ id }: ClientSession): void {
    if (this.values.has('fail')) throw new Error(`session ${id} expired`)
  }

  snapshot(): Iterable<Uint8Array> {
    return this.values.snapshot()
  }

  install(chunks: Iterable<Uint8Array>): void {
    this.values.install(chunks)
  }
}

describe('StateMachineTester', () => {
  it('applies operations, hands out events, and lets logged time go on', () => {
    const tester = new StateMachineTester(new Values())
    const [ada, bob] = [tester.register(), tester.register()]
    const previous = ada.submit(new Put('a', '1', 50))
    expectTypeOf(previous).toEqualTypeOf<string | undefined>()
    expectTypeOf(ada.submit(new Remove('x'))).toEqualTypeOf<boolean>()
    expectTypeOf(tester.machine).toEqualTypeOf<Values>()
    expect([previous, bob.submit(new Get('a')), tester.index]).toEqual([undefined, '1', 4])
    expect([ada.events, bob.events]).toEqual([[{ key: 'a', value: '1' }], [{ key: 'a', value: '1' }]])
    tester.advance(49)
    expect(bob.submit(new Get('a'))).toBe('1')
    tester.advance(1)
    expect(bob.submit(new Get('a'))).toBe(undefined)
  })

  it('says which entries were given up, and when', () => {
    const tester = new StateMachineTester(new Values())
    const ada = tester.register()
    ada.submit(new Put('a', '1'))
    ada.submit(new Put('a', '2', 10))
    ada.submit(new Put('b', '1'))
    ada.submit(new Remove('b'))
    tester.advance(10)
    expect(tester.released.map(({ index, at, compaction }) => [index, at, compaction])).toEqual([
      [2, 3, 'QUORUM'], [4, 5, 'QUORUM'], [5, 5, 'SEQUENTIAL'], [3, 6, 'SEQUENTIAL'],
    ])
  })

  it('throws where a commit is given up twice', () => {
    const tester = new StateMachineTester(new Values())
    const ada = tester.register()
    tester.machine.work = (commit) => {
      commit.clean()
      commit.release()
    }
    expect(() => ada.submit(new Do())).toThrow('the commit of entry 2 was cleaned or released a second time')
  })

  it('goes on from a snapshot as the original does, whatever became of that meanwhile', () => {
    const tester = new StateMachineTester(new Values())
    const ada = tester.register()
    ada.submit(new Put('a', '1', 50))
    const snapshot = tester.snapshot()
    ada.submit(new Put('a', '2'))
    const restored = new StateMachineTester(new Values(), { snapshot })
    const again = restored.session(ada.id)
    expect([restored.index, again.submit(new Get('a')), restored.scheduled[0]?.operation]).toEqual([2, '1', new Remove('a')])
    restored.advance(50)
    expect(again.submit(new Get('a'))).toBe(undefined)
    again.submit(new Put('b', '1'))
    expect(again.events).toEqual([{ key: 'b', value: '1' }])
    expect(() => new StateMachineTester(new (class extends StateMachine { configure(): void {} })()).snapshot()).toThrow(/is not Snapshottable/)
  })

  it('throws what a handler, a timer or a hook threw', () => {
    const tester = new StateMachineTester(new Values())
    const ada = tester.register()
    tester.machine.work = () => {
      throw new RangeError('no')
    }
    expect(() => ada.submit(new Do())).toThrow(expect.objectContaining({ code: 'COPYCAT_APPLICATION', message: 'RangeError: no' }))
    ada.submit(new Put('fail', ''))
    expect(() => tester.expire(ada)).toThrow('session 1 expired')
    expect(ada.isOpen).toBe(false)
    expect(() => ada.submit(new Do())).toThrow('session 1 has ended')
    expect(() => tester.session(1)).toThrow('no session 1 is open')
  })

  it('halts where a handler reads the clock, and leaves the clock as it was', () => {
    const tester = new StateMachineTester(new Values())
    const ada = tester.register()
    const { now } = Date
    tester.machine.work = () => Date.now()
    expect(() => ada.submit(new Do())).toThrow(HaltError)
    expect(Date.now).toBe(now)
  })
})
