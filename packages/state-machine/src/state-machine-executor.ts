import {
  encodeResult, type EncodedResult, isWireName, Query, type Operation, type OperationType, readOperation, readOperationName,
  UnknownOperationError,
} from '@copycat/protocol'
import { Serializer } from '@copycat/serializer'
import { ConfigurationError, type CopycatError, type LogIndex, type SessionId } from '@copycat/utils'
import { OperationTable } from './operation-table.ts'
import { HaltError, type Position, type SessionEnd, type StateMachineRuntime, stopsServer } from './runtime.ts'
import type { Delay, Executor, Handler, Scheduled, StateMachine } from './state-machine.ts'
import { type QueuedTimer, TimerQueue } from './timer-queue.ts'

/** Options of {@link StateMachineExecutor}. */
export interface StateMachineExecutorOptions {
  /** For operations and results without a codec of their own. @default `new Serializer()` */
  readonly serializer?: Serializer
  /** Shared by state machines that are run as one, so that their timers fire in one order. @default its own */
  readonly timers?: TimerQueue
  /** Gets what the handler of a timer or a session hook threw; nobody else could. @default dropped */
  readonly onTimerError?: (error: unknown) => void
}

interface Registration {
  readonly type: OperationType<Operation<unknown>>
  readonly handler: Handler<Operation<unknown>>
  readonly isQuery: boolean
}

/** Runs one {@link StateMachine}: finds the handler of an operation's bytes and encodes what it returns. */
export class StateMachineExecutor implements StateMachineRuntime, Executor {
  readonly resourceTypes: readonly string[] = []
  private readonly machine: StateMachine
  private readonly serializer: Serializer
  private readonly timers: TimerQueue
  private readonly ownTimers = new Set<QueuedTimer>()
  private readonly onTimerError: (error: unknown) => void
  private readonly registrations = new OperationTable<Registration>()
  private configured = false
  /** Logged time of the command or timer that runs now; undefined between them and in a query. */
  private now: number | undefined

  /** Configures the machine. @throws {ConfigurationError} on an operation without a usable name, or two of one name. */
  constructor(machine: StateMachine, options: StateMachineExecutorOptions = {}) {
    this.machine = machine
    this.serializer = options.serializer ?? new Serializer()
    this.timers = options.timers ?? new TimerQueue()
    this.onTimerError = options.onTimerError ?? ((): void => {})
    machine.configure(this)
    this.configured = true
  }

  get nextDue(): number {
    return this.timers.nextDue
  }

  register<O extends Operation<unknown>>(type: OperationType<O>, handler: Handler<O>): void {
    const option = `${type.name}.operation`
    if (this.configured) throw new ConfigurationError(option, type.operation, 'must be registered in configure()')
    if (!isWireName(type.operation)) {
      throw new ConfigurationError(option, type.operation, 'must be 1 to 64 characters from a-z A-Z 0-9 . _ -')
    }
    const isNew = this.registrations.add(type.operation, {
      type: type,
      handler: handler.bind(this.machine) as unknown as Handler<Operation<unknown>>,
      isQuery: (type.prototype as unknown) instanceof Query,
    })
    if (!isNew) throw new ConfigurationError(option, type.operation, 'must be unique within its state machine')
  }

  /** These are mistakes of application code: errors like any other that a handler throws, so they stop nobody. */
  schedule(delay: Delay, operation: Operation<unknown>): Scheduled {
    const { now } = this
    if (now === undefined) throw new TypeError('timers are set by commands, session hooks and timers only')
    const registration = this.registrations.named((operation.constructor as unknown as OperationType<Operation<unknown>>).operation)
    if (registration === undefined || registration.isQuery) throw new TypeError(`${operation.constructor.name} is not a registered command`)
    const after = Math.max(0, Math.ceil(typeof delay === 'number' ? delay : delay.delay))
    const interval = typeof delay === 'number' ? 0 : Math.ceil(delay.interval)
    if (!Number.isSafeInteger(now + after) || !Number.isSafeInteger(interval) || interval < 0) {
      throw new TypeError('a delay and an interval are finite numbers of milliseconds, the interval not negative')
    }
    const timer = this.timers.add(now + after, interval, (due, index) => {
      if (interval === 0) this.ownTimers.delete(timer)
      this.run(registration, operation, { index, time: due }, 0, due)
    })
    this.ownTimers.add(timer)
    return { cancel: () => this.cancel(timer) }
  }

  admit(): CopycatError | undefined {
    return undefined
  }

  command(bytes: Uint8Array, start: number, end: number, position: Position, session: SessionId): EncodedResult {
    const registration = this.find(bytes, start, end)
    if (registration.isQuery) throw new UnknownOperationError(`'${registration.type.operation}' is a query, not a command`)
    return this.runEncoded(registration, bytes, start, end, position, session, position.time)
  }

  query(bytes: Uint8Array, start: number, end: number, position: Position, session: SessionId): EncodedResult {
    const registration = this.find(bytes, start, end)
    if (!registration.isQuery) throw new UnknownOperationError(`'${registration.type.operation}' is a command, not a query`)
    return this.runEncoded(registration, bytes, start, end, position, session, undefined)
  }

  advance(time: number, index: LogIndex): void {
    if (this.timers.nextDue <= time) this.timers.fireDue(time, index, (error) => this.report(error))
  }

  sessionRegistered(session: SessionId, position: Position): void {
    if (this.machine.onRegister !== undefined) this.runHook(position, () => this.machine.onRegister?.(session, position))
  }

  sessionEnded(session: SessionId, end: SessionEnd, position: Position): void {
    if (this.machine.onEnd !== undefined) this.runHook(position, () => this.machine.onEnd?.(session, end, position))
  }

  /** Cancels every timer of this state machine; for who runs several over one queue and gives this one up. */
  close(): void {
    for (const timer of this.ownTimers) this.timers.cancel(timer)
    this.ownTimers.clear()
  }

  private cancel(timer: QueuedTimer): void {
    this.timers.cancel(timer)
    this.ownTimers.delete(timer)
  }

  private find(bytes: Uint8Array, start: number, end: number): Registration {
    const registration = this.registrations.find(bytes, start, end)
    if (registration === undefined) throw new UnknownOperationError(unknownOperationText(bytes, start, end))
    return registration
  }

  private runEncoded(
    registration: Registration, bytes: Uint8Array, start: number, end: number, position: Position, session: SessionId,
    now: number | undefined,
  ): EncodedResult {
    const { type } = registration
    let operation: Operation<unknown>
    try {
      operation = readOperation(type, bytes, start + 1 + type.operation.length, end, this.serializer)
    } catch (error) {
      const cause = haltIfMachineDependent(error)
      throw new UnknownOperationError(`the fields of operation '${type.operation}' cannot be read`, { cause })
    }
    const result = this.run(registration, operation, position, session, now)
    try {
      return encodeResult(type, result, this.serializer)
    } catch (error) {
      throw haltIfMachineDependent(error)
    }
  }

  private run(
    registration: Registration, operation: Operation<unknown>, position: Position, session: SessionId, now: number | undefined,
  ): unknown {
    this.now = now
    try {
      const result: unknown = registration.handler({ index: position.index, time: position.time, session, operation })
      if (result instanceof Promise) rejectPromise(registration.type.operation, result)
      return result
    } catch (error) {
      throw haltIfMachineDependent(error)
    } finally {
      this.now = undefined
    }
  }

  /** A hook that throws has the same effect everywhere: none beyond what it had done. */
  private runHook(position: Position, hook: () => void): void {
    this.now = position.time
    try {
      hook()
    } catch (error) {
      this.report(haltIfMachineDependent(error))
    } finally {
      this.now = undefined
    }
  }

  private report(error: unknown): void {
    if (stopsServer(error)) throw error
    this.onTimerError(error)
  }
}

function rejectPromise(operation: string, promise: Promise<unknown>): never {
  // Should it reject as well, that is not to end the process as a rejection that nobody handles.
  promise.catch(() => undefined)
  throw new TypeError(`the handler of '${operation}' returned a promise; handlers are synchronous`)
}

function unknownOperationText(bytes: Uint8Array, start: number, end: number): string {
  try {
    return `this state machine has no operation '${readOperationName(bytes, start, end)}'`
  } catch {
    return 'an operation is cut short'
  }
}

/** Stack overflow depends on how deep this machine's stack is: another server may not have it. */
function haltIfMachineDependent(error: unknown): unknown {
  if (error instanceof RangeError && /call stack|allocation/i.test(error.message)) {
    throw new HaltError('a handler ran out of stack or memory', { cause: error })
  }
  return error
}
