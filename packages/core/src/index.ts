/**
 * The Copycat API: named, replicated resources on a cluster, and what it takes to make one's own.
 *
 * @example
 * const copycat = await CopycatClient.open({ members: ['127.0.0.1:5001'], transport: new TcpTransport() })
 * const users = await copycat.create('/users', DistributedMap<string, User>)
 * await users.put('ada', { name: 'Ada Lovelace' })
 * await copycat.close()
 *
 * @packageDocumentation
 */
export type { ChangeType } from './change.ts'
export { CopycatClient } from './copycat-client.ts'
export type { Copycat } from './copycat.ts'
export { ResourceDeletedError, ResourceHeldError, ResourceTypeError } from './errors.ts'
export { EventType } from './event-type.ts'
export type { PublishedEvent } from './event-type.ts'
export type { EventRequest } from './event-wait.ts'
export type { CallOptions, DeleteOptions, OperationClient, ReadOptions, SessionLease } from './operation-client.ts'
export { PersistenceMode } from './persistence.ts'
export type { WriteOptions } from './persistence.ts'
export { ResourceClient } from './resource-client.ts'
export { ResourceContext } from './resource-context.ts'
export type { ResourceContextOptions, ResourceId } from './resource-context.ts'
export { ResourceEvents } from './resource-events.ts'
export { ResourceManager } from './resource-manager.ts'
export type { ResourceManagerOptions } from './resource-manager.ts'
export { isResourcePath, pathLengthMax } from './resource-path.ts'
export type { ResourceType } from './resource-type.ts'
export { Resource } from './resource.ts'
export { Subscribers } from './subscribers.ts'
export type { ListenerOptions } from './subscription.ts'
