/**
 * Runs resources without a cluster, for tests of their state machines and of their methods.
 *
 * @example
 * const client = new StateMachineClient(new ResourceManager([DistributedMap]))
 * const map = await new ResourceClient(client, new Serializer()).create('/users', DistributedMap<string, number>)
 *
 * @packageDocumentation
 */
export { StateMachineClient } from './state-machine-client.ts'
