import { type Resource, ResourceClient, ResourceManager, type ResourceType } from '@copycat/core'
import { StateMachineClient, StateMachineCluster } from '@copycat/core/testing'
import { Serializer } from '@copycat/serializer'

/** Runs of a property: more on demand. */
export const numRuns: number = Number(process.env['COPYCAT_MODEL_RUNS'] ?? 100)

/** One of the clients of a {@link World}. */
export interface Party<R extends Resource> {
  readonly client: StateMachineClient
  readonly resource: R
}

/** Several clients on one resource, in a cluster of one state machine. */
export interface World<R extends Resource> {
  readonly cluster: StateMachineCluster
  readonly parties: readonly Party<R>[]
}

export async function newWorld<R extends Resource>(type: ResourceType<R>, count: number = 2): Promise<World<R>> {
  const cluster = new StateMachineCluster(new ResourceManager([type]))
  const parties = await Promise.all(Array.from({ length: count }, async () => {
    const client = new StateMachineClient(cluster)
    return { client, resource: await new ResourceClient(client, new Serializer()).create('/it', type) }
  }))
  return { cluster, parties }
}

/** Resolves when everything that is under way has settled. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
