/**
 * Replicated collections.
 *
 * @example
 * const users = await copycat.create('/users', DistributedMap<string, { name: string }>)
 * await users.put('ada', { name: 'Ada Lovelace' })
 * await users.get('ada') // { name: 'Ada Lovelace' }
 * for await (const [id, user] of users) console.log(id, user.name)
 *
 * @packageDocumentation
 */
export { DistributedMap } from './distributed-map.ts'
export type { VersionedEntry } from './distributed-map.ts'
export { DistributedMultiMap } from './distributed-multi-map.ts'
export type { MultiMapChange } from './distributed-multi-map.ts'
export { DistributedQueue } from './distributed-queue.ts'
export type { Delivery, TakeOptions } from './distributed-queue.ts'
export { DistributedSet } from './distributed-set.ts'
export type { IterationOptions } from './map-pages.ts'
export type { MapChange, MapGap, WatchOptions } from './map-watch.ts'
