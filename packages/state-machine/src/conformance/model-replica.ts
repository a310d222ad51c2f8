import { latin1FromBytes } from '@copycat/buffer'
import type { EncodedResult } from '@copycat/protocol'
import { CopycatError, type LogIndex, type SessionId } from '@copycat/utils'
import type { DeterminismTrap } from '../determinism-trap.ts'
import { operationBytes } from '../executor-snapshot.ts'
import { type ReleasedEntry, stopsServer } from '../runtime.ts'
import { isSnapshottable } from '../snapshottable.ts'
import type { StateMachine } from '../state-machine.ts'
import { StateMachineExecutor } from '../state-machine-executor.ts'
import type { LogEntry } from './model-log.ts'
import type { StateMachineSetup } from './suite-setup.ts'

/** What came of an entry, as text: equal exactly when the bytes are. */
export interface Output {
  readonly result: string
  /** With the session of each. */
  readonly events: readonly string[]
}

/** A snapshot as the suite takes it. */
export interface ModelSnapshot {
  readonly index: LogIndex
  readonly time: number
  readonly sessions: readonly SessionId[]
  readonly chunks: Iterable<Uint8Array>
}

/** One state machine that applies a log, whole or with holes. */
export class ModelReplica {
  applied: LogIndex = 0
  /** What it has said about entries that were given up, by their index. */
  readonly released: Map<LogIndex, ReleasedEntry> = new Map()
  /** Entries at which timers fired. */
  readonly firedAt: Set<LogIndex> = new Set()
  private readonly setup: StateMachineSetup
  private readonly machine: StateMachine
  private readonly executor: StateMachineExecutor
  private time = 0
  private events: string[] = []
  private failures: string[] = []

  constructor(setup: StateMachineSetup, trap: DeterminismTrap, snapshot?: ModelSnapshot) {
    this.setup = setup
    this.machine = setup.create()
    this.executor = new StateMachineExecutor(this.machine, {
      serializer: setup.serializer,
      trap,
      host: {
        publish: (session, event) => this.events.push(`to ${session}: ${textOf(event)}`),
        released: (entry) => this.released.set(entry.index, entry),
      },
      onTimerError: (error) => this.failures.push(errorText(error)),
    })
    if (snapshot === undefined) return
    for (const session of snapshot.sessions) this.executor.restoreSession(session)
    this.executor.install(snapshot.chunks)
    this.applied = snapshot.index
    this.time = snapshot.time
  }

  get isSnapshottable(): boolean {
    return isSnapshottable(this.machine)
  }

  /** Applies the next entry; of a run of holes only the last has a time. */
  apply(entry: LogEntry, isInsideOfHoles: boolean = false): Output {
    this.applied = entry.index
    this.events = []
    this.failures = []
    if (!isInsideOfHoles) {
      this.time = entry.time
      if (this.executor.nextDue <= entry.time) this.firedAt.add(entry.index)
      this.executor.advance(entry.time, entry.index)
    }
    const result = this.run(entry)
    return { result: [result, ...this.failures].join('; '), events: this.events }
  }

  query(operation: Uint8Array): string {
    const session = this.executor.context.sessions.keys().next().value ?? 0
    return outcome(() => this.executor.query(operation, 0, operation.length, { index: this.applied, time: this.time }, session))
  }

  /** Answers of the probes, timers, sessions and, where there is one, the snapshot, each with its name. */
  state(): ReadonlyMap<string, string> {
    const { probes, serializer } = this.setup
    const state = new Map<string, string>()
    for (const probe of probes) state.set(`the answer to ${JSON.stringify(probe)} (${probe.constructor.name})`, this.query(operationBytes(probe, serializer)))
    const timers = this.executor.scheduled().map(({ due, interval, operation }) => `${due}+${interval}:${textOf(operationBytes(operation, serializer))}`)
    state.set('the list of timers', timers.join())
    state.set('the list of sessions', [...this.executor.context.sessions.keys()].join())
    if (isSnapshottable(this.machine)) state.set('the snapshot', Array.from(this.machine.snapshot(), textOf).join())
    return state
  }

  /** State and timers, in chunks that are made while they are taken. */
  snapshot(): ModelSnapshot {
    return { index: this.applied, time: this.time, sessions: [...this.executor.context.sessions.keys()], chunks: this.executor.snapshot() }
  }

  private run(entry: LogEntry): string {
    const { index, time } = entry
    switch (entry.kind) {
      case 'register':
        this.executor.sessionRegistered(index, { index, time })
        return ''
      case 'end':
        this.executor.sessionEnded(entry.session, entry.end, { index, time })
        return ''
      case 'command': return outcome(() => this.executor.command(entry.operation, 0, entry.operation.length, { index, time }, entry.session))
      default: return ''
    }
  }
}

function outcome(run: () => EncodedResult): string {
  try {
    return textOf(run())
  } catch (error) {
    if (stopsServer(error)) throw error
    return errorText(error)
  }
}

function errorText(error: unknown): string {
  if (CopycatError.is(error)) return `${error.code} ${error.message}`
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
}

/** Bytes as text of one character each. */
function textOf(bytes: EncodedResult): string {
  if (bytes === undefined) return 'nothing'
  return typeof bytes === 'string' ? bytes : latin1FromBytes(bytes)
}
