/**
 * A Raft server: consensus on a storage and a transport, sessions, and a replicated state machine.
 *
 * @packageDocumentation
 */
export { Cluster } from './cluster/cluster.ts'
export type { ClusterPorts } from './cluster/cluster.ts'
export type { SessionListOptions, SessionStatus } from './cluster/session-status.ts'
export { IdentityError, TransferError, VersionError } from './errors.ts'
export { trapsByDefault } from './development.ts'
export { raftServerDefaults } from './options.ts'
export type { RaftServerOptions } from './options.ts'
export { RaftServer } from './raft-server.ts'
export type { DrainOptions, ServerState, ServerStatus } from './raft-server.ts'
