import type { EncodedResult } from '@copycat/protocol'
import { type CopycatError, InvariantError, type LogIndex, type SessionId } from '@copycat/utils'

/** Where in the log, and when, an operation takes effect. */
export interface Position {
  /** Index of the entry; for a query, of the last one applied. */
  readonly index: LogIndex
  /** Logged time, integer milliseconds since 1970; never decreases from one command to the next. */
  readonly time: number
}

/** How a session ended: its client closed it, or the cluster gave it up. */
export type SessionEnd = 'closed' | 'expired'

/**
 * What a server runs: a state machine that takes operations as bytes. `StateMachineExecutor` makes one of a
 * {@link StateMachine}; only who multiplexes several (the resource manager) implements it otherwise.
 *
 * The server calls in log order, one call at a time. All is synchronous. What these methods do may depend on
 * their arguments and earlier calls only, never on the machine: every server must come to the same state and results.
 */
export interface StateMachineRuntime {
  /** Resource types that it can run, as `type/version`; announced to the other members. */
  readonly resourceTypes: readonly string[]
  /** Logged time at which the earliest timer is due, or Infinity. */
  readonly nextDue: number
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
  /** A session ended; what belonged to it goes in this very call. */
  sessionEnded(session: SessionId, end: SessionEnd, position: Position): void
}

/** Whether a server that meets `error` must stop: an own invariant broke, or going on would depend on the machine. */
export function stopsServer(error: unknown): boolean {
  return error instanceof HaltError || error instanceof InvariantError
}

/** Application code failed in a way that depends on the machine (stack, memory): the server must stop, not guess. */
export class HaltError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'HaltError'
  }
}
