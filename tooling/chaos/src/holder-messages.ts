/** What a holder process is started with, as JSON in its only argument. */
export interface HolderConfiguration {
  readonly members: readonly string[]
  /** Milliseconds. */
  readonly sessionTimeout: number
  /** What it is to hold: a lock, or an office that it stands for. */
  readonly holds: 'lock' | 'office'
}

/** From the process to its parent, in the order in which things happened there. */
export type FromHolder =
  /** Its turn is to come: it waits. */
  | { readonly type: 'waiting' }
  /** It writes to a store, with the fencing token that it has at this moment. */
  | { readonly type: 'write', readonly token: number }
  /** Its signal has fired. */
  | { readonly type: 'lost', readonly code: string }
  /** It asked for its token in order to write, and got none. */
  | { readonly type: 'stopped', readonly code: string }
  /** It writes in spite of all, with the token that it once had. */
  | { readonly type: 'staleWrite', readonly token: number }
