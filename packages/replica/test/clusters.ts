import type { ResourceType } from '@copycat/core'
import { DistributedMap } from '@copycat/resources-collections'
import { Storage } from '@copycat/storage'
import { LocalNetwork, LocalTransport } from '@copycat/transport-local'
import { silentLogger } from '@copycat/utils'
import { onTestFinished } from 'vitest'
import { CopycatReplica, type CopycatReplicaOptions } from '../src/index.ts'

/** Replicas of one cluster in this process, on a network of their own; closed when the test ends. */
export interface Cluster {
  readonly network: LocalNetwork
  readonly members: CopycatReplicaOptions['members']
  readonly replicas: readonly CopycatReplica[]
}

/** Options of the member `memberId`, with timeouts as short as a busy machine allows. */
export function replicaOptions(network: LocalNetwork, members: CopycatReplicaOptions['members'], memberId: number): CopycatReplicaOptions {
  return {
    memberId, members, transport: new LocalTransport({ network, logger: silentLogger }), storage: new Storage({ level: 'MEMORY' }),
    resources: [DistributedMap], electionTimeout: 300, heartbeatInterval: 60, openTimeout: 15_000, logger: silentLogger,
  }
}

export async function openCluster(
  size: number, resources: (memberId: number) => readonly ResourceType[] = () => [DistributedMap],
  changes: Pick<CopycatReplicaOptions, 'recovery'> = {},
): Promise<Cluster> {
  const network = new LocalNetwork()
  const members = Array.from({ length: size }, (_, at) => ({ id: at + 1, host: `member-${at + 1}`, port: 5001 }))
  const replicas = await Promise.all(members.map(({ id }) => CopycatReplica.open({
    ...replicaOptions(network, members, id), resources: resources(id), ...changes,
  })))
  onTestFinished(async () => {
    await Promise.all(replicas.map((replica) => replica.close()))
  })
  return { network, members, replicas }
}
