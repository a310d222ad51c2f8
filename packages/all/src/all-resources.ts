import type { ResourceType } from '@copycat/core'
import { DistributedAtomicLong, DistributedAtomicValue, DistributedIdGenerator } from '@copycat/resources-atomic'
import { DistributedMap, DistributedMultiMap, DistributedQueue, DistributedSet } from '@copycat/resources-collections'
import {
  DistributedBarrier, DistributedCountDownLatch, DistributedGroup, DistributedLeaderElection, DistributedLock, DistributedReadWriteLock,
  DistributedSemaphore, DistributedTopic,
} from '@copycat/resources-coordination'

/** Every resource that Copycat has, for a replica's option `resources`. */
export const allResources: readonly ResourceType[] = Object.freeze([
  DistributedAtomicLong, DistributedAtomicValue, DistributedIdGenerator, DistributedMap, DistributedMultiMap, DistributedQueue, DistributedSet,
  DistributedBarrier, DistributedCountDownLatch, DistributedGroup, DistributedLeaderElection, DistributedLock, DistributedReadWriteLock,
  DistributedSemaphore, DistributedTopic,
])
