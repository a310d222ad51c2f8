import type { Operation, OperationType, ResultOf } from '@copycat/protocol'
import type { SessionId } from '@copycat/utils'
import type { ClientSession } from './client-session.ts'
import type { Compaction } from './compaction.ts'
import type { Position } from './runtime.ts'

/**
 * An operation at its place in the log. For a query, index and time are those of the last applied entry.
 *
 * A handler may keep the commit, to give its entry up when a later one has replaced what it did. Methods need their `this`: call
 * `commit.clean()`, do not take it apart.
 */
export interface Commit<O> extends Position {
  /** Who submitted it; for a timer, a session of number 0 that is not open. */
  readonly session: ClientSession
  readonly operation: O
  /**
   * Gives the entry up: it contributes nothing to the state any more. What that means for the log, its class says ({@link Compaction}).
   * @throws {TypeError} in a query, and outside of handlers. Giving it up twice counts, and throws in the test helper only.
   */
  clean(): void
  /** Gives up the handle only: the entry stays in the log until a snapshot covers it. @throws as {@link clean}. */
  release(): void
}

/** Handles one class of operations. Synchronous: a returned promise is an error. */
export type Handler<O> = (commit: Commit<O>) => ResultOf<O>

/** Handles what no class matches: of a class, an instance of it; else an {@link UnmatchedOperation}. */
export type DefaultHandler = (commit: Commit<Operation<unknown>>) => unknown

/** What the entry of a command is known by to those that replace it: unique within its state machine, not within a class. */
export type EntryKey = string | number

/** A class of operations, with what a state machine wants to know of it beyond its name. */
export interface RegisteredType<O extends Operation<unknown>> extends OperationType<O> {
  /** When entries of this class may leave the log. Of commands only. @default SNAPSHOT */
  readonly compaction?: Compaction
  /**
   * Declares what an entry replaces, so that nobody has to keep commits and clean them: applying a command gives up the entry that was
   * applied last with the same key, and so does the key's next one with this (a `SEQUENTIAL` one gives itself up at once). Undefined: none.
   */
  supersedes?(operation: O): EntryKey | undefined
}

/** When a timer fires: after so many milliseconds of logged time, and then every `interval`. */
export type Delay = number | { readonly delay: number, readonly interval: number }

/** A timer of a state machine: replicated data, not a callback. */
export interface Scheduled {
  /** Logged time at which it fires next. */
  readonly due: number
  /** Milliseconds between firings; 0: it fires once. */
  readonly interval: number
  readonly operation: Operation<unknown>
  /** After this it does not fire. From commands, timers and session hooks only. */
  cancel(): void
}

/** What a state machine may look at while it runs. */
export interface ExecutorContext {
  /**
   * The sessions that have not ended, in the order of registration. A session is among them when `onRegister` runs, and not any more when the
   * hooks of its end do.
   */
  readonly sessions: ReadonlyMap<SessionId, ClientSession>
}

/** What a state machine configures, once, and may use while it handles commands. */
export interface Executor {
  readonly context: ExecutorContext
  /** Handles operations of `type` with `handler`, called with the state machine as `this`. */
  register<O extends Operation<unknown>>(type: RegisteredType<O>, handler: Handler<O>): void
  /**
   * Makes a class known whose operations go to the handler of the nearest class that it extends, or to the default handler. A class that inherits its
   * parent's name on the wire *is* its parent there, and needs no registration.
   */
  register<O extends Operation<unknown>>(type: RegisteredType<O>): void
  /** Handles what no class matches, called with the state machine as `this`. */
  register(handler: DefaultHandler): void
  /**
   * Has `operation` (of a registered class, or one that extends it) handled when logged time has advanced by `delay`, at the same place in
   * the log on every server, in the order in which timers become due, then in the order in which they were made.
   * @throws {TypeError} outside of a command, session hook or timer; on an operation that is no registered command; on
   * a delay that is not finite.
   */
  schedule(delay: Delay, operation: Operation<unknown>): Scheduled
  /** The timers of this state machine that have not fired for the last time, in the order in which they are due. After an install: to find one's own again. */
  scheduled(): Scheduled[]
  /**
   * Gives up the entry that was applied last with this key of `supersedes`, where no command does: a session has ended and what it had put goes.
   * @throws {TypeError} outside of a command, session hook or timer.
   */
  supersede(key: EntryKey): void
}

/**
 * Replicated state and what may be done to it. Every server runs one and gets the same operations in the same order, so
 * handlers must be deterministic: no clock, no randomness, no I/O, nothing asynchronous.
 *
 * A handler that throws has its error sent to the caller and keeps what it had changed before: there is no rollback.
 *
 * Hooks run at the same place in the log everywhere, one after the other: `onRegister` for a registration; `onUnregister` or `onExpire`, and then
 * `onClose`, for an end. One that throws is reported to the server's logger, publishes nothing, and holds up no other.
 */
export abstract class StateMachine {
  /** Registers the handlers; called once before anything else. */
  abstract configure(executor: Executor): void

  /** A session was registered; it is in `context.sessions` already. Not called for those that were there before this state machine. */
  onRegister?(session: ClientSession, position: Position): void

  /** The client has ended its session. */
  onUnregister?(session: ClientSession, position: Position): void

  /** The cluster has given a session up. */
  onExpire?(session: ClientSession, position: Position): void

  /** A session has ended, in whatever way; what belonged to it must go here. The last hook of a session. */
  onClose?(session: ClientSession, position: Position): void

  /** Whether somebody relies on having something of it to himself: then it is deleted by force only. Called where several state machines are run as one. */
  isHeld?(): boolean

  /**
   * It is deleted, with all that it has; nothing else is called after this. Who waits for something of it can be told. Called where several state machines are run as one.
   */
  onDelete?(position: Position): void
}
