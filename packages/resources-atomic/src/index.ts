/**
 * Replicated variables.
 *
 * @example
 * const motto = await copycat.create('/motto', DistributedAtomicValue<string>)
 * await motto.set('festina lente', { ttl: 60_000 })
 * await motto.compareAndSet('festina lente', 'carpe diem') // true
 * const visits = await copycat.create('/visits', DistributedAtomicLong)
 * await visits.incrementAndGet() // 1n
 *
 * @packageDocumentation
 */
export { DistributedAtomicLong } from './distributed-atomic-long.ts'
export { DistributedAtomicValue } from './distributed-atomic-value.ts'
export { DistributedIdGenerator } from './distributed-id-generator.ts'
export type { IdOptions } from './distributed-id-generator.ts'
export type { ValueChange, VersionedValue } from './distributed-atomic-value.ts'
