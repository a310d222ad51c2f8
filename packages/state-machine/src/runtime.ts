import type { EncodedResult } from '@copycat/protocol'
import { type CopycatError, InvariantError, type LogIndex, type SessionId } from '@copycat/utils'
import type { Compaction } from './compaction.ts'

/** Where in the log, and when, an operation takes effect. */
export interface Position {
  /** Index of the entry; for a query, of the last one applied. */
  readonly index: LogIndex
  /** Logged time, integer milliseconds since 1970; never decreases from one command to the next. */
  readonly time: number
}

/** How a session ended: its client closed it, or the cluster gave it up. */
export type SessionEnd = 'closed' | 'expired'

/** An entry whose command contributes to the state no more. */
export interface ReleasedEntry {
  readonly index: LogIndex
  /** Index of the entry that was applied when it was released; `at >= index`. */
  readonly at: LogIndex
  /**
   * What its command declared; never `SNAPSHOT`, as those entries go by a snapshot alone. `SEQUENTIAL` also where its effect ended by itself, by a timer or
   * with its session: nothing that stands above it in the log hides what was there before it.
   */
  readonly compaction: Exclude<Compaction, 'SNAPSHOT'>
  /**
   * Index of the last command of the same state machine, up to `at`, that only a snapshot takes out of the log; 0: none. What that one did may
   * depend on everything below it.
   */
  readonly lastConditional: LogIndex
}

/**
 * What a server offers to the state machine that it runs. Called from within `command`, `advance` and the session calls of
 * {@link StateMachineRuntime}, never from a query and never later.
 */
export interface StateMachineHost {
  /**
   * An event for a session that has not ended, in the order of publishing. The host numbers it by the entry that it applies (log index, ordinal
   * from 1 within the entry, over timers, hooks and commands alike), keeps it until it is acknowledged, and sends it.
   * Handlers that throw publish nothing: their events do not come here.
   * @param event the host's to keep.
   */
  publish(session: SessionId, event: Uint8Array): void
  /**
   * An entry was released. It may become a hole in the log by the rules of cleaning only: `isRemovable` of this package has them. An entry at which
   * timers fire counts as `SEQUENTIAL`, whatever its command declared: the host sees that from `nextDue`.
   */
  released(entry: ReleasedEntry): void
}

/**
 * What a server runs: a state machine that takes operations as bytes. `StateMachineExecutor` makes one of a
 * {@link StateMachine}; only who multiplexes several (the resource manager) implements it otherwise.
 *
 * The server calls in log order, one call at a time. All is synchronous. What these methods do may depend on
 * their arguments and earlier calls only, never on the machine: every server must come to the same state, results and events.
 */
export interface StateMachineRuntime {
  /** Resource types that it can run, as `type/version`; announced to the other members. */
  readonly resourceTypes: readonly string[]
  /** Logged time at which the earliest timer is due, or Infinity. */
  readonly nextDue: number
  /** Says where events and released entries go; before the first of the other calls, or they go nowhere. */
  attach(host: StateMachineHost): void
  /**
   * Whether the leader may log this command; called before it has an index, on the leader only, and must be cheap.
   * @param everyVoterKnows whether all voters announced the resource type `type/version`.
   * @returns why not.
   */
  admit(bytes: Uint8Array, start: number, end: number, everyVoterKnows: (type: string) => boolean): CopycatError | undefined
  /**
   * Applies a command. The bytes are a view: keep nothing of it.
   * @throws anything: the deterministic result "application error". {@link HaltError} and `InvariantError` stop the server.
   */
  command(bytes: Uint8Array, start: number, end: number, position: Position, session: SessionId): EncodedResult
  /** Answers a query; changes nothing. @throws as {@link command}. */
  query(bytes: Uint8Array, start: number, end: number, position: Position, session: SessionId): EncodedResult
  /** Fires what is due at `time`, in order, before the entry at `index` is applied. */
  advance(time: number, index: LogIndex): void
  /** A session was registered. */
  sessionRegistered(session: SessionId, position: Position): void
  /** A session ended; what belonged to it goes in this very call. Nothing is published to it any more. */
  sessionEnded(session: SessionId, end: SessionEnd, position: Position): void
  /** An operation in words, for people: its name, and the resource that it is for. Never throws. */
  describe(bytes: Uint8Array, start: number, end: number): string
}

/** Whether a server that meets `error` must stop: an own invariant broke, or going on would depend on the machine. */
export function stopsServer(error: unknown): boolean {
  return error instanceof HaltError || error instanceof InvariantError
}

/** Application code failed in a way that depends on the machine (stack, memory, clock, chance): the server must stop, not guess. */
export class HaltError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'HaltError'
  }
}

/** Stack overflow and failed allocations depend on how much this machine has: another server may not have them. */
export function haltIfMachineDependent(error: unknown): unknown {
  if (error instanceof RangeError && /call stack|allocation|string length|longer than|maximum size/i.test(error.message)) {
    return new HaltError('a handler ran out of stack or memory', { cause: error })
  }
  return error
}
