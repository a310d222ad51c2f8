/** What a client process is started with, as JSON in its only argument. */
export interface ClientConfiguration {
  readonly members: readonly string[]
  /** Milliseconds. */
  readonly sessionTimeout: number
}

/** From the process to its parent, in the order in which things happened there. */
export type FromClient =
  | { readonly type: 'state', readonly state: string }
  | { readonly type: 'succeeded', readonly line: number }
  | { readonly type: 'failed', readonly line: number, readonly code: string }
  /** Its session has ended and every call has settled. */
  | { readonly type: 'over' }
