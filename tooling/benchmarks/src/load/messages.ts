import type { Operation } from '../rows.ts'

/** Where the client connects to. */
export type StoreAddress =
  | { readonly kind: 'copycat', readonly host: string, readonly port: number }
  | { readonly kind: 'etcd', readonly host: string, readonly port: number }

/** What the load process is told; it answers each message with one {@link LoadReply}. */
export type LoadRequest =
  | { readonly type: 'open', readonly address: StoreAddress }
  /** Puts every key once, so that reads find something. */
  | { readonly type: 'fill', readonly keys: number }
  | { readonly type: 'run', readonly window: LoadWindow }
  | { readonly type: 'close' }

/** One stretch of load. */
export interface LoadWindow {
  readonly operation: Operation
  readonly inFlight: number
  readonly keys: number
  /** Milliseconds. */
  readonly duration: number
}

/** What came of a window. */
export interface WindowResult {
  readonly operations: number
  /** Milliseconds from the first operation's start to the end of the window. */
  readonly duration: number
  /** Milliseconds. */
  readonly p50: number
  readonly p99: number
  /** CPU seconds of the load process. */
  readonly cpu: number
}

/** The load process's answer. */
export type LoadReply = { readonly result?: WindowResult, readonly error?: string }
