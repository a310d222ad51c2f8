/**
 * Clusters of real processes on loopback ports, to be killed and stopped at will.
 *
 * @packageDocumentation
 */
export { CuttableTransport } from './cuttable-transport.ts'
export { FeedMachine, Follow, Publish, Published } from './feed-machine.ts'
export { freePorts } from './free-ports.ts'
export { ProcessCluster } from './process-cluster.ts'
export type { ProcessClusterOptions } from './process-cluster.ts'
export type { TimeRecord } from './recorded-map.ts'
export type { ReplicaConfiguration, ReplicaReport } from './replica-messages.ts'
export { startProgram } from './program.ts'
export type { Program } from './program.ts'
