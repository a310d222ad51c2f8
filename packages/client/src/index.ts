/**
 * A client of a Raft cluster: one session, commands that are applied once, queries that are never stale.
 *
 * @packageDocumentation
 */
export type { Instant } from './instant.ts'
export { ClientSession } from './client-session.ts'
export type { SessionState } from './client-session.ts'
export { SessionSuspendedError } from './errors.ts'
export { anyServer, followersFirst, leaderFirst } from './connection-strategy.ts'
export type { ConnectionStrategy, KnownServers } from './connection-strategy.ts'
export { raftClientDefaults } from './options.ts'
export type { RaftClientOptions } from './options.ts'
export type { SubmitOptions } from './pending-operation.ts'
export { RaftClient } from './raft-client.ts'
export type { DrainOptions, QueryOptions } from './raft-client.ts'
export type { RecoveryAction, RecoveryStrategy, SessionLoss, SessionRecovery } from './recovery.ts'
export type { SessionLease } from './session-lease.ts'
export type { RenewedSession, SessionRenewer } from './session-renewer.ts'
export type { ClientStall } from './stall-watch.ts'
