import { Command, Query } from '@copycat/protocol'
import { Serializer } from '@copycat/serializer'
import { operationBytes } from '../src/executor-snapshot.ts'
import { type Commit, type Executor, type ReleasedEntry, StateMachine, StateMachineExecutor, type StateMachineExecutorOptions } from '../src/index.ts'

export const serializer: Serializer = new Serializer()

export class Do extends Command<unknown> {
  static readonly operation: string = 'do'
}

export class DoMore extends Do {
  static override readonly operation: string = 'doMore'
}

export class DoQuick extends Do {
  static override readonly operation: string = 'doQuick'
  static readonly compaction = 'QUORUM'
}

export class Other extends Command<unknown> {
  static readonly operation = 'other'
}

export class Ask extends Query<unknown> {
  static readonly operation = 'ask'
}

/** Does what a test says. */
export class Puppet extends StateMachine {
  executor!: Executor
  readonly calls: string[] = []
  work: (commit: Commit<Do>) => unknown = () => undefined
  ask: (commit: Commit<Ask>) => unknown = () => undefined
  hook: (name: string) => void = () => {}
  readonly register: (executor: Executor) => void

  constructor(register: (executor: Executor) => void = () => {}) {
    super()
    this.register = register
  }

  configure(executor: Executor): void {
    this.executor = executor
    executor.register(Do, (commit) => this.work(commit))
    executor.register(DoQuick)
    executor.register(Ask, (commit) => this.ask(commit))
    this.register(executor)
  }

  override onRegister({ id, isOpen }: { id: number, isOpen: boolean }): void {
    this.call(`register ${id} ${isOpen}`)
  }

  override onUnregister({ id, isOpen }: { id: number, isOpen: boolean }): void {
    this.call(`unregister ${id} ${isOpen}`)
  }

  override onExpire({ id, isOpen }: { id: number, isOpen: boolean }): void {
    this.call(`expire ${id} ${isOpen}`)
  }

  override onClose({ id, isOpen }: { id: number, isOpen: boolean }): void {
    this.call(`close ${id} ${isOpen}`)
  }

  private call(text: string): void {
    this.calls.push(text)
    this.hook(text)
  }
}

/** A puppet, and what it has published, given up and thrown where nobody hears it. */
export interface PuppetRun {
  readonly machine: Puppet
  readonly executor: StateMachineExecutor
  readonly events: unknown[]
  readonly released: ReleasedEntry[]
  readonly errors: unknown[]
  submit(operation: Command<unknown>, session?: number): unknown
  query(operation: Query<unknown>): unknown
  open(): number
  end(session: number, end: 'closed' | 'expired'): void
  advance(milliseconds: number): void
}

export function puppet(register?: (executor: Executor) => void, options: StateMachineExecutorOptions = {}): PuppetRun {
  const machine = new Puppet(register)
  const events: unknown[] = []
  const released: ReleasedEntry[] = []
  const errors: unknown[] = []
  const executor = new StateMachineExecutor(machine, {
    serializer, onTimerError: (error) => errors.push(error), ...options,
    host: { publish: (session, event) => events.push([session, serializer.readObject(event)]), released: (entry) => released.push(entry) },
  })
  let index = 0
  const next = (): { index: number, time: number } => ({ index: ++index, time: 1000 + index })
  return {
    machine, executor, events, released, errors,
    submit: (operation: Command<unknown>, session = 1): unknown => {
      const bytes = operationBytes(operation, serializer)
      const result = executor.command(bytes, 0, bytes.length, next(), session)
      return result instanceof Uint8Array ? serializer.readObject(result) : result
    },
    query: (operation: Query<unknown>): unknown => {
      const bytes = operationBytes(operation, serializer)
      const result = executor.query(bytes, 0, bytes.length, { index, time: 1000 + index }, 1)
      return result instanceof Uint8Array ? serializer.readObject(result) : result
    },
    open: (): number => {
      const at = next()
      executor.sessionRegistered(at.index, at)
      return at.index
    },
    end: (session: number, end: 'closed' | 'expired'): void => executor.sessionEnded(session, end, next()),
    advance: (milliseconds: number): void => executor.advance(next().time + milliseconds, index),
  }
}
