import type { ResourceManagerOptions, ResourceType } from '@copycat/core'
import type { RaftServerOptions } from '@copycat/raft'
import { ConfigurationError } from '@copycat/utils'

/** Options of a `CopycatReplica`. */
export interface CopycatReplicaOptions extends Omit<RaftServerOptions, 'stateMachine'> {
  /** The types of resources that this replica can run. A resource can be created once every replica that votes lists its type. */
  readonly resources: readonly ResourceType[]
  /** For operations and results of resources; alike on all replicas and clients. @default `new Serializer()` */
  readonly serializer?: NonNullable<ResourceManagerOptions['serializer']>
}

/**
 * Checks what `RaftServer` does not check itself.
 * @throws {ConfigurationError}
 */
export function checkReplicaOptions({ resources, storage, transport }: CopycatReplicaOptions): void {
  if (!Array.isArray(resources) || resources.length === 0) {
    throw new ConfigurationError('resources', resources, 'must list the types of resources that the replica can run')
  }
  if (!hasMethods(storage, 'open')) throw new ConfigurationError('storage', storage, 'must be a Storage')
  if (!hasMethods(transport, 'connect', 'listen')) throw new ConfigurationError('transport', transport, 'must be a Transport')
}

function hasMethods(value: unknown, ...names: readonly string[]): boolean {
  return typeof value === 'object' && value !== null && names.every((name) => typeof (value as Record<string, unknown>)[name] === 'function')
}
