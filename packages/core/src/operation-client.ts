import type { BufferOutput } from '@copycat/buffer'
import type { Consistency } from '@copycat/protocol'
import type { Listener } from '@copycat/utils'

/** What every call of a resource may be given. */
export interface CallOptions {
  /** Gives the call up: it rejects with `AbortedError`, `not-applied` if nothing was sent yet, else `unknown`. */
  readonly signal?: AbortSignal
  /** Milliseconds until the call rejects with `TimeoutError`. @default none: the end of the session settles everything */
  readonly timeout?: number
}

/** What deleting a resource may be given. */
export interface DeleteOptions extends CallOptions {
  /** Deletes it though somebody holds it, who loses it then. @default false: that is refused with `ResourceHeldError` */
  readonly force?: boolean
}

/** What every call that only reads may be given. */
export interface ReadOptions extends CallOptions {
  /** The least that the read demands. @default LINEARIZABLE */
  readonly consistency?: Consistency
}

/**
 * A client's certainty that its session lives. What the session holds (a lock, an office) may be relied upon for as long as the lease lasts.
 */
export interface SessionLease {
  /**
   * Fires, for good, before the cluster can have given the session up: by the client's own clock, which needs no answer. A session that turns out
   * to live has a new lease from then on.
   */
  readonly signal: AbortSignal
  /** Whether the lease lasts at this moment: by the clock, so that it is right also where the event loop is too late for the signal. */
  isCertain(): boolean
}

/** The part of a `RaftClient` that resources are made on. */
export interface OperationClient {
  /** Sends a command; `write` is called once, before this returns. `bytes` is a view: copy what is kept. */
  submitCommand<R>(write: (out: BufferOutput) => void, decode: (bytes: Uint8Array | undefined) => R, options?: CallOptions): Promise<R>
  /** Sends a query, as {@link submitCommand}. */
  submitQuery<R>(write: (out: BufferOutput) => void, decode: (bytes: Uint8Array | undefined) => R, options?: ReadOptions): Promise<R>
  /**
   * A number that no other request or subscription of this client has. The cluster knows both by session and number, so that whatever works on the same session
   * must take its numbers from here.
   */
  nextRequest(): number
  /** Resolves after a short while, before something is sent again that an overloaded server has refused. */
  backOff(): Promise<void>
  /** The lease of the session as it is now; a new one after each that has ended. */
  readonly lease: SessionLease
  /**
   * Called with each event that was published to this client's session: each once, in order, and those of an entry before the result of a command
   * or query that was answered behind it. Between two of them microtasks run. `bytes` is a view: copy what is kept.
   */
  onEvent(callback: (bytes: Uint8Array) => void): Listener
  /**
   * Called where events are missing, in order with them: the cluster kept too many for this client; or a new session has taken the place of one that the
   * cluster gave up, and what that one had (subscriptions, holds, ephemeral entries) is gone. What is submitted from here on goes to the session that there is now.
   */
  onGap(callback: () => void): Listener
}
