/**
 * Runs resources without a cluster, for tests of their state machines and of their methods.
 *
 * @example
 * const cluster = new StateMachineCluster(new ResourceManager([DistributedMap]))
 * const map = await new ResourceClient(new StateMachineClient(cluster), new Serializer()).create('/users', DistributedMap<string, number>)
 * cluster.advance(1000) // what is due within a second happens
 *
 * @packageDocumentation
 */
export { StateMachineClient } from './state-machine-client.ts'
export { StateMachineCluster } from './state-machine-cluster.ts'
export type { EventSink } from './state-machine-cluster.ts'
