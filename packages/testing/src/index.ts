/**
 * Whole clusters in one process, real replicas and clients without sockets and files, for tests: members are killed, stopped, started again and cut off, and time passes when the
 * test says so.
 *
 * @example
 * await using cluster = await TestCluster.open({ resources: [DistributedLock] })
 * const [one, other] = [await cluster.client(), await cluster.client()]
 * const hold = await (await one.create('/lock', DistributedLock)).lock()
 * await cluster.kill(one)
 * const next = await cluster.until((await other.create('/lock', DistributedLock)).lock())
 *
 * @packageDocumentation
 */
export { testClusterDefaults } from './options.ts'
export type { TestClientOptions, TestClusterOptions } from './options.ts'
export { TestCluster } from './test-cluster.ts'
export type { Participant } from './test-cluster.ts'
