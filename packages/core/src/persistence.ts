import type { CallOptions } from './operation-client.ts'

/** How long what is stored stays, as far as sessions are concerned. */
export const PersistenceMode: Readonly<{ PERSISTENT: 'PERSISTENT', EPHEMERAL: 'EPHEMERAL' }> = Object.freeze({
  /** Until it is removed, or its time has passed. */
  PERSISTENT: 'PERSISTENT',
  /** At most until the session that stored it has ended: closed, or given up by the cluster. */
  EPHEMERAL: 'EPHEMERAL',
} as const)
export type PersistenceMode = (typeof PersistenceMode)[keyof typeof PersistenceMode]

/**
 * Options of storing a value. Both belong to the last write that succeeded: overwriting a value replaces them, and its owner; a write that fails its
 * condition changes none.
 */
export interface WriteOptions extends CallOptions {
  /**
   * Milliseconds of the cluster's logged time after which the value is gone; at least 1. It goes on over changes of leader and restarts, and
   * stands still while there is no leader. @default `Infinity`: it stays
   */
  readonly ttl?: number | undefined
  /** @default PERSISTENT */
  readonly persistence?: PersistenceMode | undefined
}
