/**
 * Coordination of processes: who may, who leads, who is there, and what is going on.
 *
 * @example
 * const lock = await copycat.create('/lock', DistributedLock)
 * {
 *   await using hold = await lock.lock()
 *   await store.write(value, { fencedBy: hold.token, signal: hold.signal })
 * }
 *
 * @packageDocumentation
 */
export type { StrongReadOptions } from './coordination-resource.ts'
export { DistributedBarrier } from './distributed-barrier.ts'
export { DistributedCountDownLatch } from './distributed-count-down-latch.ts'
export { DistributedGroup } from './distributed-group.ts'
export type { GroupMember, Membership } from './distributed-group.ts'
export { DistributedLeaderElection } from './distributed-leader-election.ts'
export type { Leader, Leadership } from './distributed-leader-election.ts'
export { DistributedLock } from './distributed-lock.ts'
export { DistributedReadWriteLock } from './distributed-read-write-lock.ts'
export { DistributedSemaphore } from './distributed-semaphore.ts'
export { DistributedTopic } from './distributed-topic.ts'
export { BarrierBrokenError, HoldLostError, NotHeldError } from './errors.ts'
export type { Hold } from './hold.ts'
export type { AcquireOptions } from './holding-resource.ts'
