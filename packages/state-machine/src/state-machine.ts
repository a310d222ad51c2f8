import type { Operation, OperationType, ResultOf } from '@copycat/protocol'
import type { SessionId } from '@copycat/utils'
import type { Position, SessionEnd } from './runtime.ts'

/** An operation at its place in the log. For a query, index and time are those of the last applied entry. */
export interface Commit<O> extends Position {
  /** Session that submitted it; 0 when a timer did. */
  readonly session: SessionId
  readonly operation: O
}

/** Handles one class of operations. Synchronous: a returned promise is an error. */
export type Handler<O> = (commit: Commit<O>) => ResultOf<O>

/** When a timer fires: after so many milliseconds of logged time, and then every `interval`. */
export type Delay = number | { readonly delay: number, readonly interval: number }

/** A timer of a state machine: replicated data, not a callback. */
export interface Scheduled {
  /** After this it does not fire. To be called from commands and timers only. */
  cancel(): void
}

/** What a state machine configures, once, and may use while it handles commands. */
export interface Executor {
  /** Handles operations of `type` (and only of it) with `handler`, called with the state machine as `this`. */
  register<O extends Operation<unknown>>(type: OperationType<O>, handler: Handler<O>): void
  /**
   * Has `operation` (of a registered class) handled when logged time has advanced by `delay`, at the same place in
   * the log on every server, in the order in which timers become due, then in the order in which they were made.
   * @throws {TypeError} outside of a command, session hook or timer; on an operation that is no registered command; on
   * a delay that is not finite.
   */
  schedule(delay: Delay, operation: Operation<unknown>): Scheduled
}

/**
 * Replicated state and what may be done to it. Every server runs one and gets the same operations in the same order, so
 * handlers must be deterministic: no clock, no randomness, no I/O, nothing asynchronous.
 *
 * A handler that throws has its error sent to the caller and keeps what it had changed before: there is no rollback.
 */
export abstract class StateMachine {
  /** Registers the handlers; called once before anything else. */
  abstract configure(executor: Executor): void

  /** A session was registered. */
  onRegister?(session: SessionId, position: Position): void

  /** A session ended; whatever belonged to it must go here. */
  onEnd?(session: SessionId, end: SessionEnd, position: Position): void
}
