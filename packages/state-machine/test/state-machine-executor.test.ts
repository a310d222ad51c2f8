import { HeapBuffer } from '@copycat/buffer'
import { Command, decodeResult, type EncodedResult, type Operation, type OperationType, Query, writeOperation } from '@copycat/protocol'
import { Serializer } from '@copycat/serializer'
import { InvariantError } from '@copycat/utils'
import { describe, expect, it } from 'vitest'
import {
  type ClientSession, type Commit, type Executor, HaltError, type Scheduled, StateMachine, StateMachineExecutor, stopsServer,
} from '../src/index.ts'

const serializer = new Serializer()

class Append extends Command<number> {
  static readonly operation = 'append'
  readonly text: string

  constructor(text: string) {
    super()
    this.text = text
  }
}

class Do extends Command<unknown> {
  static readonly operation = 'do'
}

class Read extends Query<string[]> {
  static readonly operation = 'read'
}

class Journal extends StateMachine {
  readonly lines: string[] = []
  executor: Executor | undefined
  work: (executor: Executor) => unknown = () => undefined
  onQuery: (executor: Executor) => void = () => {}

  configure(executor: Executor): void {
    this.executor = executor
    executor.register(Append, this.append)
    executor.register(Do, () => this.work(executor))
    executor.register(Read, () => {
      this.onQuery(executor)
      return this.lines
    })
  }

  append({ operation, index, time, session }: Commit<Append>): number {
    return this.lines.push(`${operation.text} at ${index}, ${time}, by ${session.id}`)
  }

  override onRegister({ id }: ClientSession): void {
    this.lines.push(`registered ${id}`)
  }

  override onExpire({ id }: ClientSession): void {
    this.lines.push(`expired ${id}`)
    throw new Error('failed at the end')
  }
}

function bytesOf(operation: Operation<unknown>): Uint8Array {
  const out = HeapBuffer.allocate(64)
  out.writeUint8(0xee)
  writeOperation(operation, out, serializer)
  return out.flip().readBytes(out.remaining)
}

function start() {
  const journal = new Journal()
  const errors: unknown[] = []
  const executor = new StateMachineExecutor(journal, { onTimerError: (error) => errors.push(error) })
  const position = { index: 5, time: 1000 }
  const decode = (operation: Operation<unknown>, result: EncodedResult): unknown =>
    decodeResult(operation.constructor as unknown as OperationType<Operation<unknown>>, result as Uint8Array | undefined, serializer)
  return {
    journal, executor, errors, position,
    command: (operation: Operation<unknown>): unknown => {
      const bytes = bytesOf(operation)
      return decode(operation, executor.command(bytes, 1, bytes.length, position, 3))
    },
    query: (operation: Operation<unknown>): unknown => {
      const bytes = bytesOf(operation)
      return decode(operation, executor.query(bytes, 1, bytes.length, position, 3))
    },
  }
}

describe('StateMachineExecutor', () => {
  it('runs the handler of an operation and encodes what it returns', () => {
    const { command, query } = start()
    expect(command(new Append('a'))).toBe(1)
    expect(command(new Append('b'))).toBe(2)
    expect(query(new Read())).toEqual(['a at 5, 1000, by 3', 'b at 5, 1000, by 3'])
  })

  it('takes no query for a command, no command for a query, and nothing unknown or unreadable', () => {
    const { command, query, executor, position, journal } = start()
    class Unknown extends Command {
      static readonly operation = 'unknown'
    }
    const unknown = { code: 'COPYCAT_UNKNOWN_OPERATION', outcome: 'not-applied' }
    expect(() => command(new Read())).toThrow(expect.objectContaining(unknown))
    expect(() => query(new Append('a'))).toThrow(expect.objectContaining(unknown))
    expect(() => command(new Unknown())).toThrow(expect.objectContaining(unknown))
    expect(() => command(new Unknown())).toThrow("this state machine has no operation 'unknown'")
    const bytes = bytesOf(new Append('text'))
    for (let end = 1; end < bytes.length; end++) {
      expect(() => executor.command(bytes, 1, end, position, 1)).toThrow(expect.objectContaining(unknown))
    }
    expect(journal.lines).toEqual([])
  })

  it('takes a returned promise for an error, and leaves no rejection behind', async () => {
    const { command, journal } = start()
    journal.work = () => Promise.reject(new Error('later'))
    expect(() => command(new Do())).toThrow("the handler of 'do' returned a promise; handlers are synchronous")
    // An unhandled rejection would fail this run.
    await new Promise((resolve) => setImmediate(resolve))
  })

  it('gives up the server where the error depends on the machine', () => {
    const { command, journal } = start()
    const recurse = (): number => recurse() + 1
    journal.work = recurse
    expect(() => command(new Do())).toThrow(HaltError)
    journal.work = () => {
      throw new RangeError('an ordinary one')
    }
    expect(() => command(new Do())).toThrow(RangeError)
    expect([new HaltError(''), new InvariantError(''), new RangeError('')].map(stopsServer)).toEqual([true, true, false])
  })

  it('fires timers as commands of nobody, at their due time and the index of the entry that reached it', () => {
    const { command, executor, journal } = start()
    journal.work = (each) => {
      each.schedule(10.2, new Append('later'))
      each.schedule({ delay: 5, interval: 4 }, new Append('again'))
    }
    command(new Do())
    expect(executor.nextDue).toBe(1005)
    executor.advance(1004, 8)
    executor.advance(1012, 9)
    expect(journal.lines).toEqual(['again at 9, 1005, by 0', 'again at 9, 1009, by 0', 'later at 9, 1011, by 0'])
    expect(executor.nextDue).toBe(1013)
  })

  it('fires no cancelled timer, and none after it was closed', () => {
    const { command, executor, journal } = start()
    const scheduled: Scheduled[] = []
    journal.work = (each) => scheduled.push(each.schedule(1, new Append('a')), each.schedule({ delay: 2, interval: 1 }, new Append('b')))
    command(new Do())
    expect(() => scheduled[0]!.cancel()).toThrow(/given up by commands/)
    journal.work = () => scheduled[0]!.cancel()
    command(new Do())
    expect(executor.nextDue).toBe(1002)
    executor.close()
    expect(executor.nextDue).toBe(Infinity)
    executor.advance(2000, 9)
    expect(journal.lines).toEqual([])
  })

  it('makes an application error, not a stopped server, of a timer that cannot be set', () => {
    const { command, query, journal } = start()
    for (const delay of [NaN, Infinity, { delay: 1, interval: NaN }, { delay: 1, interval: -1 }]) {
      journal.work = (executor) => executor.schedule(delay, new Append('a'))
      expect(() => command(new Do())).toThrow(TypeError)
    }
    for (const operation of [new Read(), new (class extends Command {})()]) {
      journal.work = (executor) => executor.schedule(1, operation)
      expect(() => command(new Do())).toThrow(/is not a registered command/)
    }
    journal.onQuery = (executor) => executor.schedule(1, new Append('a'))
    expect(() => query(new Read())).toThrow(/timers set and entries given up by commands/)
    expect(() => journal.executor!.schedule(1, new Append('a'))).toThrow(/timers set and entries given up by commands/)
  })

  it('reports what timers and hooks throw, but stops at an error that must stop the server', () => {
    const { command, executor, journal, errors, position } = start()
    journal.work = (each) => {
      each.schedule(1, new Do())
      journal.work = () => {
        throw new Error('failed in a timer')
      }
    }
    command(new Do())
    executor.advance(1001, 6)
    executor.sessionRegistered(4, position)
    executor.sessionEnded(4, 'expired', position)
    expect(errors).toMatchObject([{ message: 'failed in a timer' }, { message: 'failed at the end' }])
    expect(journal.lines).toEqual(['registered 4', 'expired 4'])
    journal.work = (each) => {
      each.schedule(1, new Do())
      journal.work = () => {
        throw new InvariantError('broken')
      }
    }
    command(new Do())
    expect(() => executor.advance(1001, 7)).toThrow(InvariantError)
  })

  it('refuses operations without a usable name, twice the same, or too late', () => {
    class Nameless extends Command {
      static readonly operation = 'no spaces'
    }
    class Twin extends Command {
      static readonly operation = 'append'
    }
    class Broken extends StateMachine {
      readonly types: OperationType<Operation<void>>[]

      constructor(...types: OperationType<Operation<void>>[]) {
        super()
        this.types = types
      }

      configure(executor: Executor): void {
        executor.register(Append, () => 1)
        for (const type of this.types) executor.register(type, () => {})
      }
    }
    for (const type of [Nameless, Twin]) {
      const wrong = { code: 'COPYCAT_CONFIGURATION', value: type.operation }
      expect(() => new StateMachineExecutor(new Broken(type))).toThrow(expect.objectContaining(wrong))
    }
    const { journal } = start()
    expect(() => journal.executor!.register(Twin, () => {})).toThrow(/must be registered in configure/)
  })

  it('replays one list of operations on two instances to the same results', () => {
    const runs = [start(), start()].map(({ command, executor, journal, query }) => {
      journal.work = (each) => {
        each.schedule(3, new Append('timer'))
      }
      const results = [command(new Append('a')), command(new Do()), executor.advance(1003, 6), command(new Append('b')), query(new Read())]
      return JSON.stringify(results)
    })
    expect(runs[0]).toBe(runs[1])
    expect(runs[0]).toContain('timer at 6, 1003')
  })
})
