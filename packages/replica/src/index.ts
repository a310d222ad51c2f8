/**
 * A replica: a member of a Copycat cluster, embedded in an application.
 *
 * @example
 * const replica = await CopycatReplica.open({
 *   memberId: 1,
 *   members: [{ id: 1, host: '127.0.0.1', port: 5001 }],
 *   transport: new TcpTransport(),
 *   storage: new Storage({ directory: 'data/1' }),
 *   resources: [DistributedMap],
 * })
 * const users = await replica.create('/users', DistributedMap<string, string>)
 *
 * @packageDocumentation
 */
export { CopycatReplicaBuilder } from './copycat-replica-builder.ts'
export { CopycatReplica } from './copycat-replica.ts'
export type { AnyReplicaOptions, CopycatReplicaOptions, WorkerReplicaOptions } from './options.ts'
export type { ReplicaServer } from './replica-server.ts'
export type { ModuleReference } from './thread/module-reference.ts'
export type { ThreadSettings } from './thread/server-thread.ts'
