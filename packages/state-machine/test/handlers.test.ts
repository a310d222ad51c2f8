import { describe, expect, it } from 'vitest'
import { type Commit, type Executor, UnmatchedOperation } from '../src/index.ts'
import { Ask, Do, DoMore, DoQuick, Other, puppet, serializer } from './machine-fixture.ts'

describe('handlers', () => {
  it('of a class take those that extend it, and are made known by register(type) alone', () => {
    const { machine, submit } = puppet((executor) => executor.register(DoMore))
    machine.work = ({ operation }) => operation.constructor.name
    expect([submit(new Do()), submit(new DoMore()), submit(new DoQuick())]).toEqual(['Do', 'DoMore', 'DoQuick'])
  })

  it('of the nearest class win', () => {
    class DoEvenMore extends DoMore {
      static override readonly operation = 'doEvenMore'
    }
    const { submit } = puppet((executor) => {
      executor.register(DoMore, () => 'more')
      executor.register(DoEvenMore)
    })
    expect(submit(new DoEvenMore())).toBe('more')
  })

  it('by default get what no class matches, bound to the state machine, with the bytes of its fields', () => {
    const seen: unknown[] = []
    const { submit, query, machine } = puppet((executor) => {
      executor.register(Other)
      executor.register(function (this: unknown, { operation, index }: Commit<unknown>) {
        seen.push(this)
        return [operation instanceof UnmatchedOperation ? serializer.readObject(operation.payload) : operation instanceof Other, index]
      })
    })
    class Strange extends Other {
      static override readonly operation: never = 'strange' as never
      readonly field = 7
    }
    class StrangeQuestion extends Ask {
      static override readonly operation: never = 'strangeQuestion' as never
    }
    expect(submit(new Strange())).toEqual([{ field: 7 }, 1])
    expect(submit(new Other())).toEqual([true, 2])
    expect(query(new StrangeQuestion())).toEqual([{}, 2])
    expect(new Set(seen)).toEqual(new Set([machine]))
  })

  it('need one each, one default, and a mode that there is', () => {
    const wrong = (register: (executor: Executor) => void): (() => void) => () => void puppet(register)
    expect(wrong((executor) => executor.register(Other))).toThrow('needs a handler, a parent with one, or a default handler')
    expect(wrong((executor) => {
      executor.register(() => 1)
      executor.register(() => 2)
    })).toThrow('must be called once')
    class Odd extends Other {
      static readonly compaction: never = 'SOMETIMES' as never
    }
    expect(wrong((executor) => executor.register(Odd, () => 1))).toThrow('must be one of SNAPSHOT, QUORUM, FULL, SEQUENTIAL')
  })

  it('are described by the name of the operation', () => {
    const { executor } = puppet()
    expect(executor.describe(Uint8Array.of(2, 100, 111), 0, 3)).toBe("operation 'do'")
    expect(executor.describe(Uint8Array.of(9, 100), 0, 2)).toBe('an operation that is cut short')
    expect(executor.operations).toEqual(['do', 'doQuick', 'ask'])
  })
})

describe('sessions of a state machine', () => {
  it('end by onUnregister or onExpire, then onClose, and are open to none of them', () => {
    const { open, end, machine } = puppet()
    const [first, second] = [open(), open()]
    machine.hook = () => machine.calls.push([...machine.executor.context.sessions.keys()].join())
    end(first, 'closed')
    end(second, 'expired')
    expect(machine.calls).toEqual([
      'register 1 true', 'register 2 true', 'unregister 1 false', '2', 'close 1 false', '2', 'expire 2 false', '', 'close 2 false', '',
    ])
  })

  it('get what commands, timers and hooks publish, until they end', () => {
    const { open, end, submit, advance, machine, events } = puppet()
    const [first, second] = [open(), open()]
    const all = (): void => {
      for (const session of machine.executor.context.sessions.values()) expect(session.publish('all')).toBe(true)
    }
    machine.work = ({ session }) => {
      session.publish({ to: session.id })
      machine.executor.schedule(5, new Do())
      machine.work = all
    }
    submit(new Do(), second)
    advance(5)
    machine.hook = all
    end(first, 'expired')
    machine.work = ({ session }) => session.publish('late')
    expect(submit(new Do(), first)).toBe(false)
    expect(events).toEqual([[2, { to: 2 }], [1, 'all'], [2, 'all'], [2, 'all'], [2, 'all']])
  })

  it('get nothing of what a handler or hook published that threw', () => {
    const { open, end, submit, advance, machine, events, errors } = puppet()
    const session = open()
    open()
    const fail = (): never => {
      for (const each of machine.executor.context.sessions.values()) each.publish('half done')
      throw new Error('no')
    }
    machine.work = fail
    expect(() => submit(new Do(), session)).toThrow('no')
    machine.work = () => {
      machine.executor.schedule(1, new Do())
      machine.work = fail
    }
    submit(new Do(), session)
    advance(1)
    machine.hook = fail
    end(session, 'closed')
    expect(errors).toHaveLength(3)
    machine.work = ({ session: { publish } }) => typeof publish
    submit(new Do(), session)
    expect(events).toEqual([])
  })

  it('get nothing from queries, and nothing from outside of handlers', () => {
    const { open, query, machine, events } = puppet()
    open()
    const session = machine.executor.context.sessions.get(1)!
    machine.ask = () => session.publish('no')
    expect(() => query(new Ask())).toThrow(/by commands, timers and session hooks only/)
    machine.ask = (commit) => commit.clean()
    expect(() => query(new Ask())).toThrow(/by commands, timers and session hooks only/)
    expect(() => session.publish('no')).toThrow(/by commands, timers and session hooks only/)
    expect(events).toEqual([])
  })
})

describe('commits', () => {
  it('C9: are given up once, and told with what stands between; a second time is counted', () => {
    const { submit, machine, released, executor } = puppet()
    const kept: Commit<Do>[] = []
    machine.work = (commit) => void kept.push(commit)
    submit(new DoQuick())
    submit(new DoQuick())
    submit(new Do())
    machine.work = () => {
      kept[0]!.clean()
      kept[2]!.clean()
      kept[0]!.clean()
      kept[1]!.release()
      kept[1]!.clean()
    }
    submit(new DoQuick())
    // The entry in SNAPSHOT mode is not told; the one whose handle was released first is given up all the same.
    expect(released).toEqual([
      { index: 1, at: 4, compaction: 'QUORUM', lastConditional: 3 }, { index: 2, at: 4, compaction: 'QUORUM', lastConditional: 3 },
    ])
    expect(executor.releasedTwice).toBe(2)
  })

  it('of handlers that threw stay until a snapshot, whatever their class says', () => {
    const { submit, machine, released } = puppet()
    let kept: Commit<Do> | undefined
    machine.work = (commit) => {
      kept = commit
      throw new Error('no')
    }
    expect(() => submit(new DoQuick())).toThrow('no')
    machine.work = (commit) => {
      kept?.clean()
      commit.clean()
    }
    submit(new DoQuick())
    expect(released).toEqual([{ index: 2, at: 2, compaction: 'QUORUM', lastConditional: 1 }])
  })

  it('that end by a timer go last, as nothing in the log hides what was before them', () => {
    const { submit, advance, machine, released } = puppet()
    machine.work = (commit) => {
      machine.executor.schedule(5, new Do())
      machine.work = () => commit.clean()
    }
    submit(new DoQuick())
    advance(5)
    expect(released).toMatchObject([{ index: 1, at: 2, compaction: 'SEQUENTIAL' }])
  })
})
