import { ApplicationError, decodeResult, type EncodedResult, type Operation, operationTypeOf, Query, type ResultOf } from '@copycat/protocol'
import { Serializer } from '@copycat/serializer'
import { CopycatError, type LogIndex, type SessionId } from '@copycat/utils'
import { DeterminismTrap } from '../determinism-trap.ts'
import { operationBytes } from '../executor-snapshot.ts'
import { type ReleasedEntry, type SessionEnd, stopsServer } from '../runtime.ts'
import type { Scheduled, StateMachine } from '../state-machine.ts'
import { StateMachineExecutor } from '../state-machine-executor.ts'

/** Options of {@link StateMachineTester}. */
export interface StateMachineTesterOptions {
  /** @default `new Serializer()` */
  readonly serializer?: Serializer
  /** What the state machine starts from, as {@link StateMachineTester.snapshot} made it. @default nothing: its initial state, no sessions */
  readonly snapshot?: TestSnapshot
}

/** Everything that is replicated of a {@link StateMachineTester}, at one moment. */
export interface TestSnapshot {
  readonly index: LogIndex
  readonly time: number
  readonly sessions: readonly SessionId[]
  /** Timers and state. Taken one by one; commands that are applied meanwhile do not show in them. */
  readonly chunks: Iterable<Uint8Array>
}

/** A client of the state machine under test. */
export interface TestSession {
  readonly id: SessionId
  readonly isOpen: boolean
  /** What was published to it, in order; each as it comes out of the serializer. */
  readonly events: readonly unknown[]
  /**
   * Applies a command as the next entry, or answers a query.
   * @throws {ApplicationError} what the handler threw, as its `cause`; {HaltError} what would stop a server.
   */
  submit<O extends Operation<unknown>>(operation: O): ResultOf<O>
}

/**
 * Runs a state machine without a cluster: operations, results and events go through their encoding, time is told, and what would be tolerated, or counted,
 * on a server is an error: clocks and chance in handlers, and entries that are given up twice.
 */
export class StateMachineTester<M extends StateMachine = StateMachine> {
  readonly machine: M
  /** Entries that were given up so far. */
  readonly released: readonly ReleasedEntry[]
  /** Index of the last entry. */
  index: LogIndex = 0
  /** Logged time. */
  time = 1_000_000
  private readonly serializer: Serializer
  private readonly executor: StateMachineExecutor
  private readonly sessions = new Map<SessionId, TesterSession>()
  private readonly errors: unknown[] = []
  private trap: DeterminismTrap | undefined

  constructor(machine: M, options: StateMachineTesterOptions = {}) {
    this.machine = machine
    this.serializer = options.serializer ?? new Serializer()
    const released: ReleasedEntry[] = []
    this.released = released
    this.executor = new StateMachineExecutor(machine, {
      serializer: this.serializer,
      host: {
        publish: (session, event) => this.sessions.get(session)?.received.push(event),
        released: (entry) => released.push(entry),
      },
      trap: { enter: (running) => this.trap?.enter(running), leave: () => this.trap?.leave() },
      onTimerError: (error) => this.errors.push(error),
      onReleasedTwice: (index) => {
        throw new Error(`the commit of entry ${index} was cleaned or released a second time`)
      },
    })
    if (options.snapshot !== undefined) this.install(options.snapshot)
  }

  /** Timers that will fire, in their order. */
  get scheduled(): readonly Scheduled[] {
    return this.executor.scheduled()
  }

  /** Registers a session. @throws what `onRegister` threw, afterwards. */
  register(): TestSession {
    return this.entry(() => {
      const session = new TesterSession(this.index, this.serializer, this.run)
      this.sessions.set(session.id, session)
      this.executor.sessionRegistered(session.id, this)
      return session
    })
  }

  /** The session has ended by itself. @throws what a hook threw, after the others have run. */
  unregister(session: TestSession): void {
    this.end(session, 'closed')
  }

  /** The cluster has given the session up. @throws what a hook threw, after the others have run. */
  expire(session: TestSession): void {
    this.end(session, 'expired')
  }

  /** A session that is open, by its number: after a restore, to go on with it. */
  session(id: SessionId): TestSession {
    const session = this.sessions.get(id)
    if (session?.isOpen !== true) throw new RangeError(`no session ${id} is open`)
    return session
  }

  /** Lets logged time go on by so many milliseconds: what is due fires. @throws what the handler of a timer threw, after the others have fired. */
  advance(milliseconds: number): void {
    this.time += milliseconds
    this.entry(() => this.executor.advance(this.time, this.index))
  }

  /** The state as it is now. @throws {TypeError} unless the state machine is `Snapshottable`. */
  snapshot(): TestSnapshot {
    const sessions = [...this.sessions.values()].filter(({ isOpen }) => isOpen).map(({ id }) => id)
    return { index: this.index, time: this.time, sessions, chunks: this.executor.snapshot() }
  }

  private install({ index, time, sessions, chunks }: TestSnapshot): void {
    this.time = time
    for (const id of sessions) {
      const session = new TesterSession(id, this.serializer, this.run)
      this.sessions.set(id, session)
      this.executor.restoreSession(id)
    }
    this.index = index
    this.executor.install(chunks)
  }

  private end(session: TestSession, end: SessionEnd): void {
    const own = this.sessions.get(session.id)
    if (own === undefined || own !== session) throw new RangeError(`session ${session.id} is not of this tester`)
    own.isOpen = false
    this.entry(() => this.executor.sessionEnded(session.id, end, this))
  }

  private readonly run: RunOperation = (operation, session) => {
    if (!session.isOpen) throw new RangeError(`session ${session.id} has ended`)
    const type = operationTypeOf(operation)
    const bytes = operationBytes(operation, this.serializer)
    const apply = (): EncodedResult => (operation instanceof Query
      ? this.guarded(() => this.executor.query(bytes, 0, bytes.length, this, session.id))
      : this.entry(() => this.executor.command(bytes, 0, bytes.length, this, session.id)))
    try {
      const result = apply()
      return decodeResult(type, typeof result === 'string' ? latin1Bytes(result) : result, this.serializer)
    } catch (error) {
      if (stopsServer(error) || CopycatError.is(error)) throw error
      throw new ApplicationError(error instanceof Error ? `${error.name}: ${error.message}` : String(error), { cause: error })
    }
  }

  /** Applies the next entry. @throws what nobody else gets. */
  private entry<T>(apply: () => T): T {
    this.index += 1
    const result = this.guarded(apply)
    const [error] = this.errors.splice(0)
    if (error !== undefined) throw error instanceof Error ? error : new Error('something that is no Error was thrown', { cause: error })
    return result
  }

  /** The trap is set while the state machine runs, and not for the rest of the process. */
  private guarded<T>(run: () => T): T {
    this.trap = DeterminismTrap.set()
    try {
      return run()
    } finally {
      this.trap.remove()
      this.trap = undefined
    }
  }
}

type RunOperation = <O extends Operation<unknown>>(operation: O, session: TesterSession) => ResultOf<O>

function latin1Bytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0))
}

class TesterSession implements TestSession {
  readonly id: SessionId
  readonly received: Uint8Array[] = []
  isOpen = true
  private readonly serializer: Serializer
  private readonly run: RunOperation

  constructor(id: SessionId, serializer: Serializer, run: RunOperation) {
    this.id = id
    this.serializer = serializer
    this.run = run
  }

  submit<O extends Operation<unknown>>(operation: O): ResultOf<O> {
    return this.run(operation, this)
  }

  get events(): readonly unknown[] {
    return this.received.map((event) => this.serializer.readObject(event))
  }
}
