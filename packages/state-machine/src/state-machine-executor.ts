import { encodeResult, type EncodedResult, isWireName, type Operation } from '@copycat/protocol'
import { Serializer } from '@copycat/serializer'
import type { CopycatError, LogIndex, SessionId } from '@copycat/utils'
import { type ClientSession, outsideOfHandlers, type Publisher, SessionTable } from './client-session.ts'
import type { DeterminismTrap } from './determinism-trap.ts'
import { EntryLedger, LoggedCommit } from './entry-ledger.ts'
import { readSnapshot, snapshotChunks } from './executor-snapshot.ts'
import { fieldsOf, HandlerTable, operationNameAt, type Registration } from './handler-table.ts'
import { MachineTimers } from './machine-timers.ts'
import { haltIfMachineDependent, type Position, type SessionEnd, type StateMachineHost, type StateMachineRuntime, stopsServer } from './runtime.ts'
import { isSnapshottable, type Snapshottable } from './snapshottable.ts'
import type {
  DefaultHandler, Delay, EntryKey, Executor, ExecutorContext, Handler, RegisteredType, Scheduled, StateMachine,
} from './state-machine.ts'
import { TimerQueue } from './timer-queue.ts'

/** Options of {@link StateMachineExecutor}. */
export interface StateMachineExecutorOptions {
  /** For operations, results and events without a codec of their own. @default `new Serializer()` */
  readonly serializer?: Serializer
  /** Shared by state machines that are run as one, so that their timers fire in one order. @default its own */
  readonly timers?: TimerQueue
  /**
   * The sessions, shared by state machines that are run as one. Who hands it in registers and ends sessions in it before it tells
   * the executors. @default its own, kept by `sessionRegistered` and `sessionEnded`
   */
  readonly sessions?: SessionTable
  /** Where events and released entries go, as {@link StateMachineRuntime.attach} says too. @default nowhere */
  readonly host?: StateMachineHost
  /** Springs when a handler uses what differs from server to server. For development and tests. @default none is set */
  readonly trap?: Pick<DeterminismTrap, 'enter' | 'leave'>
  /** Gets what the handler of a timer or a session hook threw; nobody else could. @default dropped */
  readonly onTimerError?: (error: unknown) => void
  /** Told of a commit that was cleaned or released a second time; what it throws, the handler gets. For tests. @default it is counted */
  readonly onReleasedTwice?: (index: LogIndex) => void
}

const nothing = (): void => {}
const noHost: StateMachineHost = { publish: nothing, released: nothing }

/** Runs one {@link StateMachine}: finds the handler of an operation's bytes and encodes what it returns. */
export class StateMachineExecutor implements StateMachineRuntime, Executor, Publisher {
  readonly resourceTypes: readonly string[] = []
  readonly context: ExecutorContext
  private readonly machine: StateMachine
  private readonly serializer: Serializer
  private readonly sessions: SessionTable
  private readonly ownsSessions: boolean
  private readonly timers: MachineTimers
  private readonly handlers: HandlerTable
  private readonly entries: EntryLedger
  private readonly trap: Pick<DeterminismTrap, 'enter' | 'leave'> | undefined
  private readonly onTimerError: (error: unknown) => void
  private host: StateMachineHost
  /** Logged time of the command, timer or hook that runs now; undefined between them and in a query. */
  private now: number | undefined
  /** What the handler that runs now has published. */
  private events: { readonly session: SessionId, readonly event: Uint8Array }[] = []

  /** Configures the machine. @throws {ConfigurationError} on an operation without a usable name or handler, or two of one name. */
  constructor(machine: StateMachine, options: StateMachineExecutorOptions = {}) {
    this.machine = machine
    this.serializer = options.serializer ?? new Serializer()
    this.ownsSessions = options.sessions === undefined
    this.sessions = options.sessions ?? new SessionTable()
    this.context = Object.freeze({ sessions: this.sessions.open })
    this.host = options.host ?? noHost
    this.trap = options.trap
    this.onTimerError = options.onTimerError ?? nothing
    const checkChange = (): void => void this.changing()
    this.entries = new EntryLedger(checkChange, options.onReleasedTwice ?? nothing)
    this.timers = new MachineTimers(options.timers ?? new TimerQueue(), (operation, due, index) => this.fire(operation, due, index), checkChange)
    this.handlers = new HandlerTable(machine)
    machine.configure(this)
    this.handlers.seal()
  }

  get nextDue(): number {
    return this.timers.nextDue
  }

  /** Names of the registered classes of operations. */
  get operations(): readonly string[] {
    return this.handlers.operations
  }

  /** Commits that were cleaned or released although they had been already: mistakes of the state machine, without effect. */
  get releasedTwice(): number {
    return this.entries.releasedTwiceCount
  }

  attach(host: StateMachineHost): void {
    this.host = host
  }

  register(handler: DefaultHandler): void
  register<O extends Operation<unknown>>(type: RegisteredType<O>, handler?: Handler<O>): void
  register(first: RegisteredType<Operation<unknown>> | DefaultHandler, handler?: Handler<Operation<unknown>>): void {
    if (handler === undefined && !isOperationType(first)) this.handlers.addDefault(first as DefaultHandler)
    else this.handlers.add(first as RegisteredType<Operation<unknown>>, handler)
  }

  /** These are mistakes of application code: errors like any other that a handler throws, so they stop nobody. */
  schedule(delay: Delay, operation: Operation<unknown>): Scheduled {
    const now = this.changing()
    const registration = this.handlers.ofInstance(operation)
    if (registration === undefined || registration.isQuery) throw new TypeError(`${operation.constructor.name} is not a registered command`)
    return this.timers.add(delay, operation, now)
  }

  scheduled(): Scheduled[] {
    return this.timers.list()
  }

  supersede(key: EntryKey): void {
    this.changing()
    this.entries.supersede(key)
  }

  publish(session: ClientSession, event: unknown): boolean {
    this.changing()
    if (session.isOpen) this.events.push({ session: session.id, event: this.serializer.encode(event) })
    return session.isOpen
  }

  admit(): CopycatError | undefined {
    return undefined
  }

  command(bytes: Uint8Array, start: number, end: number, position: Position, session: SessionId): EncodedResult {
    const registration = this.handlers.find(bytes, start, end, false)
    const { index, time } = position
    const operation = fieldsOf(registration, bytes, start, end, this.serializer)
    const commit = new LoggedCommit(index, time, this.sessions.find(session), operation, registration.compaction, this.entries)
    if (registration.compaction === 'SNAPSHOT') this.entries.lastConditional = index
    this.now = time
    try {
      const result = encodeResult(registration.type, this.handle(registration, commit), this.serializer)
      if (registration.supersedes !== undefined) this.supersedeBy(registration, commit, true)
      this.sendEvents()
      return result
    } catch (error) {
      commit.failed()
      this.entries.lastConditional = index
      throw this.failed(error)
    } finally {
      this.settle(index, false)
    }
  }

  query(bytes: Uint8Array, start: number, end: number, { index, time }: Position, session: SessionId): EncodedResult {
    const registration = this.handlers.find(bytes, start, end, true)
    const operation = fieldsOf(registration, bytes, start, end, this.serializer)
    const commit = new LoggedCommit(index, time, this.sessions.find(session), operation, 'SNAPSHOT', this.entries)
    try {
      return encodeResult(registration.type, this.handle(registration, commit), this.serializer)
    } catch (error) {
      throw haltIfMachineDependent(error)
    }
  }

  advance(time: number, index: LogIndex): void {
    if (this.timers.nextDue <= time) this.timers.fireDue(time, index, (error) => this.report(error))
  }

  sessionRegistered(id: SessionId, position: Position): void {
    const session = this.ownsSessions ? this.sessions.register(id) : this.sessions.find(id)
    const { machine } = this
    if (machine.onRegister !== undefined) this.runHook('onRegister', position, () => machine.onRegister?.(session, position))
  }

  sessionEnded(id: SessionId, end: SessionEnd, position: Position): void {
    const session = this.ownsSessions ? this.sessions.end(id) : this.sessions.find(id)
    const { machine } = this
    if (end === 'closed' && machine.onUnregister !== undefined) this.runHook('onUnregister', position, () => machine.onUnregister?.(session, position))
    if (end === 'expired' && machine.onExpire !== undefined) this.runHook('onExpire', position, () => machine.onExpire?.(session, position))
    if (machine.onClose !== undefined) this.runHook('onClose', position, () => machine.onClose?.(session, position))
  }

  /** Whether it is to be deleted by force only. */
  get isHeld(): boolean {
    return this.machine.isHeld?.() === true
  }

  /** It is deleted: the last that it hears. For who runs several over one queue. */
  deleted(position: Position): void {
    const { machine } = this
    if (machine.onDelete !== undefined) this.runHook('onDelete', position, () => machine.onDelete?.(position))
    this.close()
  }

  describe(bytes: Uint8Array, start: number, end: number): string {
    const name = operationNameAt(bytes, start, end)
    return name === undefined ? 'an operation that is cut short' : `operation '${isWireName(name) ? name : '?'}'`
  }

  /** Makes a session known that a snapshot has, without telling the state machine: it was told long ago. Before {@link install}. */
  restoreSession(id: SessionId): void {
    this.sessions.register(id)
  }

  /**
   * State and timers as they are now, in chunks that are made while they are taken; sessions are the server's to keep. Between two calls only.
   * @throws {TypeError} unless the state machine is {@link Snapshottable}.
   */
  snapshot(): IterableIterator<Uint8Array> {
    const { lastConditional } = this.entries
    return snapshotChunks({ lastConditional, timers: this.timers.capture() }, this.snapshottable().snapshot(), this.serializer)
  }

  /** Takes the state and timers of a snapshot in place of its own; what was given up before is forgotten. @throws anything when it is none: the server stops. */
  install(chunks: Iterable<Uint8Array>): void {
    const machine = this.snapshottable()
    const decode = (bytes: Uint8Array): Operation<unknown> =>
      fieldsOf(this.handlers.find(bytes, 0, bytes.length, false), bytes, 0, bytes.length, this.serializer)
    const { captured, machine: own } = readSnapshot(chunks, this.serializer, decode)
    this.close()
    this.entries.clear()
    this.entries.lastConditional = captured.lastConditional
    for (const timer of captured.timers) this.timers.restore(timer)
    machine.install(own)
  }

  /** Cancels every timer of this state machine; for who runs several over one queue and gives this one up. */
  close(): void {
    this.timers.clear()
  }

  private snapshottable(): Snapshottable {
    const { machine } = this
    if (!isSnapshottable(machine)) throw new TypeError(`${machine.constructor.name} is not Snapshottable`)
    return machine
  }

  /** @returns the logged time. @throws {TypeError} unless something runs that may change the state. */
  private changing(): number {
    if (this.now === undefined) throw new TypeError(outsideOfHandlers)
    return this.now
  }

  private handle(registration: Registration, commit: LoggedCommit<Operation<unknown>>): unknown {
    const { trap, sessions } = this
    sessions.publisher = this
    try {
      trap?.enter(registration.words)
      const result: unknown = registration.handler(commit)
      if (typeof result === 'object' && result !== null && isThenable(result)) rejectPromise(registration.type.operation, result)
      return result
    } finally {
      sessions.publisher = undefined
      trap?.leave()
    }
  }

  private fire(operation: Operation<unknown>, due: number, index: LogIndex): void {
    const registration = this.handlers.ofInstance(operation)!
    // A timer has no entry that could be given up.
    const commit = new LoggedCommit(index, due, nobody, operation, 'SNAPSHOT', this.entries)
    this.now = due
    try {
      this.handle(registration, commit)
      if (registration.supersedes !== undefined) this.supersedeBy(registration, commit, false)
      this.sendEvents()
    } catch (error) {
      throw this.failed(error)
    } finally {
      this.settle(index, true)
    }
  }

  /** A hook that throws has the same effect everywhere: none beyond what it had done. */
  private runHook(name: string, position: Position, hook: () => void): void {
    this.now = position.time
    this.sessions.publisher = this
    try {
      try {
        this.trap?.enter(name)
        hook()
      } finally {
        this.trap?.leave()
      }
      this.sendEvents()
    } catch (error) {
      this.report(this.failed(error))
    } finally {
      this.sessions.publisher = undefined
      this.settle(position.index, true)
    }
  }

  private supersedeBy(registration: Registration, commit: LoggedCommit<Operation<unknown>>, isEntry: boolean): void {
    const key = registration.supersedes!(commit.operation)
    if (key !== undefined) this.entries.applied(commit, key, isEntry)
  }

  private sendEvents(): void {
    if (this.events.length === 0) return
    for (const { session, event } of this.events) this.host.publish(session, event)
    this.events = []
  }

  private failed(error: unknown): unknown {
    this.events = []
    return haltIfMachineDependent(error)
  }

  private settle(index: LogIndex, byItself: boolean): void {
    this.now = undefined
    this.entries.settle(index, byItself, (entry) => this.host.released(entry))
  }

  private report(error: unknown): void {
    if (stopsServer(error)) throw error
    this.onTimerError(error)
  }
}

/** Whom commits of timers name. */
const nobody: ClientSession = Object.freeze({ id: 0, isOpen: false, publish: () => false })

function isOperationType(value: object): boolean {
  return 'operation' in value
}

function isThenable(value: object): value is PromiseLike<unknown> {
  return typeof (value as { readonly then?: unknown }).then === 'function'
}

function rejectPromise(operation: string, promise: PromiseLike<unknown>): never {
  // Should it reject as well, that is not to end the process as a rejection that nobody handles.
  promise.then(undefined, () => undefined)
  throw new TypeError(`the handler of '${operation}' returned a promise; handlers are synchronous`)
}
