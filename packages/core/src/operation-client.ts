import type { BufferOutput } from '@copycat/buffer'
import type { Consistency } from '@copycat/protocol'

/** What every call of a resource may be given. */
export interface CallOptions {
  /** Gives the call up: it rejects with `AbortedError`, `not-applied` if nothing was sent yet, else `unknown`. */
  readonly signal?: AbortSignal
  /** Milliseconds until the call rejects with `TimeoutError`. @default none: the end of the session settles everything */
  readonly timeout?: number
}

/** What every call that only reads may be given. */
export interface ReadOptions extends CallOptions {
  /** The least that the read demands. @default LINEARIZABLE */
  readonly consistency?: Consistency
}

/** The part of a `RaftClient` that resources are made on. */
export interface OperationClient {
  /** Sends a command; `write` is called once, before this returns. `bytes` is a view: copy what is kept. */
  submitCommand<R>(write: (out: BufferOutput) => void, decode: (bytes: Uint8Array | undefined) => R, options?: CallOptions): Promise<R>
  /** Sends a query, as {@link submitCommand}. */
  submitQuery<R>(write: (out: BufferOutput) => void, decode: (bytes: Uint8Array | undefined) => R, options?: ReadOptions): Promise<R>
}
