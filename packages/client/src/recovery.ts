import { ConfigurationError, type CopycatError, type LogIndex } from '@copycat/utils'
import type { ClientSession } from './client-session.ts'

/**
 * What becomes of a client whose session the cluster has ended. `close`: every call fails from then on. `recover`: it registers another session. What was under way, or
 * waited, fails either way: it belonged to the old one.
 */
export type RecoveryAction = 'close' | 'recover'

/** A session that the cluster has ended. */
export interface SessionLoss {
  readonly session: ClientSession
  /** The cluster's word. */
  readonly error: CopycatError
}

/** Says what to do when the cluster has ended the session, once for each that ends. A function that throws means `close`. */
export type RecoveryStrategy = RecoveryAction | ((loss: SessionLoss) => RecoveryAction)

/** A client has another session in the place of one that the cluster had ended. Whatever rested on the old one is gone: listeners, holds, ephemeral entries. */
export interface SessionRecovery {
  readonly previous: ClientSession
  readonly session: ClientSession
  /** The log's entries of which events may have been missed: what this client had seen lies before, what the new session is told lies behind. */
  readonly missed: { readonly after: LogIndex, readonly through: LogIndex }
}

/** @throws {ConfigurationError} */
export function checkRecoveryStrategy(strategy: unknown): void {
  if (strategy === 'close' || strategy === 'recover' || typeof strategy === 'function') return
  throw new ConfigurationError('recovery', strategy, 'must be close, recover or a function that returns one of them')
}
