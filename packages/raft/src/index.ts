/**
 * A Raft server: consensus on a storage and a transport, sessions, and a replicated state machine.
 *
 * @packageDocumentation
 */
export { IdentityError, VersionError } from './errors.ts'
export { raftServerDefaults } from './options.ts'
export type { RaftServerOptions } from './options.ts'
export { RaftServer } from './raft-server.ts'
export type { ServerState, ServerStatus } from './raft-server.ts'
