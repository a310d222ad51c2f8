/**
 * Everything for those who do not want to choose: replicas, clients, all resources, and what it takes to make one's own.
 *
 * @example
 * const replica = await CopycatReplica.open({ memberId, members, transport: new TcpTransport(), storage: new Storage({ directory }), resources: allResources })
 * const lock = await replica.create('/lock', DistributedLock)
 *
 * @packageDocumentation
 */
export { allResources } from './all-resources.ts'
export { RaftClient } from '@copycat/client'
export type { ClientSession, RaftClientOptions, SessionState } from '@copycat/client'
export {
  CopycatClient, EventType, isResourcePath, pathLengthMax, PersistenceMode, Resource, ResourceClient, ResourceContext, ResourceDeletedError, ResourceHeldError,
  ResourceEvents, ResourceManager, ResourceTypeError, Subscribers,
} from '@copycat/core'
export type {
  CallOptions, ChangeType, Copycat, DeleteOptions, EventRequest, ListenerOptions, OperationClient, PublishedEvent, ReadOptions, ResourceContextOptions,
  ResourceId, ResourceManagerOptions, ResourceType, SessionLease, WriteOptions,
} from '@copycat/core'
export {
  ApplicationError, Command, Consistency, IndeterminateError, NotLeaderError, OverloadedError, Query, SessionExpiredError, UnknownOperationError,
  UnknownResourceError,
} from '@copycat/protocol'
export type { Member, MemberAddress } from '@copycat/protocol'
export { CopycatReplica, CopycatReplicaBuilder } from '@copycat/replica'
export type { AnyReplicaOptions, CopycatReplicaOptions, ModuleReference, ReplicaServer, ThreadSettings, WorkerReplicaOptions } from '@copycat/replica'
export { DistributedAtomicLong, DistributedAtomicValue, DistributedIdGenerator } from '@copycat/resources-atomic'
export type { IdOptions, ValueChange, VersionedValue } from '@copycat/resources-atomic'
export { DistributedMap, DistributedMultiMap, DistributedQueue, DistributedSet } from '@copycat/resources-collections'
export type {
  Delivery, IterationOptions, MapChange, MapGap, MultiMapChange, TakeOptions, VersionedEntry, WatchOptions,
} from '@copycat/resources-collections'
export {
  BarrierBrokenError, DistributedBarrier, DistributedCountDownLatch, DistributedGroup, DistributedLeaderElection, DistributedLock,
  DistributedReadWriteLock, DistributedSemaphore, DistributedTopic, HoldLostError, NotHeldError,
} from '@copycat/resources-coordination'
export type { AcquireOptions, GroupMember, Hold, Leader, Leadership, Membership, StrongReadOptions } from '@copycat/resources-coordination'
export { Serializer, SerializationError, serializeWith } from '@copycat/serializer'
export type { Serializable, TypeResolver, TypeSerializer } from '@copycat/serializer'
export { Compaction, StateMachine, VersionedMap } from '@copycat/state-machine'
export type { Commit, Executor, Scheduled, Snapshottable } from '@copycat/state-machine'
export { Storage } from '@copycat/storage'
export type { StorageOptions } from '@copycat/storage'
export { LocalNetwork, LocalTransport } from '@copycat/transport-local'
export { TcpTransport } from '@copycat/transport-tcp'
export type { TcpTransportOptions } from '@copycat/transport-tcp'
export { AbortedError, ClosedError, ConfigurationError, CopycatError, TimeoutError } from '@copycat/utils'
export type { Listener, Logger, Outcome } from '@copycat/utils'
