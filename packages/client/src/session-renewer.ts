import type { Address } from '@copycat/transport'
import type { Context } from '@copycat/utils'
import type { Instant } from './instant.ts'

/** A session that is to be renewed. */
export interface RenewedSession {
  readonly id: number
  /** Milliseconds. */
  readonly timeout: number
  /** Servers of the cluster, at least one. */
  readonly members: readonly Address[]
}

/**
 * Renews the session of one client while the thread of that client stands still, from another thread: for less than half the session's time-out. A stall that goes on
 * for longer gives the session up on purpose: an application that does not come back must not keep what others wait for.
 */
export interface SessionRenewer {
  /** Renews this session from now on, and no other. @param context whose clocks {@link renewedAt} tells the time of. */
  start(session: RenewedSession, context: Context): void
  /** The client's thread runs. Called often; cheap. */
  alive(): void
  /** When the last renewal of the present session was sent that the cluster has acknowledged, if there was one. Cheap. */
  renewedAt(): Instant | undefined
  /** Renews nothing more, and leaves no handle behind. */
  stop(): void
}
