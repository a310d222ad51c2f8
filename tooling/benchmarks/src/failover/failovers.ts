import { setTimeout as delay } from 'node:timers/promises'
import type { ProcessCluster } from '@copycat-tooling/chaos'
import { CopycatClient } from '@copycat/core'
import { DistributedMap } from '@copycat/resources-collections'
import { TcpTransport } from '@copycat/transport-tcp'

/** What becomes of the leader: it is gone and its connections close, or it is silent. */
export type Blow = 'SIGKILL' | 'SIGSTOP'

/** What one failover took, in milliseconds from the signal on. */
export interface Failover {
  /** Until the first put was acknowledged, whichever client made it. */
  readonly first: number
  /** Until each client had a put acknowledged, the one at the old leader included. */
  readonly every: number
}

/** Milliseconds behind the signal before the puts start: what the leader still answers in that moment does not count. */
const signalTakes = 1

/** Milliseconds in which a cluster must be well again after each run. */
const settleTimeout = 20_000

/**
 * Strikes the leader while a client is connected to each member, and sees how long nobody can write. Then all is made well again.
 */
export async function failOver(cluster: ProcessCluster, blow: Blow): Promise<Failover> {
  const transport = new TcpTransport()
  const clients = await Promise.all(cluster.members.map((first) => CopycatClient.open({
    members: cluster.members, transport, strategy: ({ addresses }) => [first, ...addresses.filter(({ port }) => port !== first.port)],
  })))
  const maps = await Promise.all(clients.map((client) => client.create('/failover', DistributedMap<string, string>)))
  const leader = await cluster.leader()
  const start = performance.now()
  process.kill(cluster.pidOf(leader), blow)
  await delay(signalTakes)
  const took = await Promise.all(maps.map(async (map) => {
    await map.put('key', blow)
    return performance.now() - start
  }))
  if (blow === 'SIGSTOP') {
    process.kill(cluster.pidOf(leader), 'SIGCONT')
  } else {
    await cluster.kill(leader)
    await cluster.startMember(leader)
  }
  await settled(cluster)
  await Promise.all(clients.map((client) => client.close()))
  await transport.close()
  return { first: Math.min(...took), every: Math.max(...took) }
}

/** Waits until all members follow the same leader in the same term, and have caught up. */
async function settled(cluster: ProcessCluster): Promise<void> {
  for (const end = performance.now() + settleTimeout; ; await delay(10)) {
    const reports = await Promise.all(cluster.members.map(({ id }) => cluster.report(id)))
    const [one] = reports
    if (one?.leader !== undefined && reports.every((report) => report?.leader === one.leader && report?.term === one.term)) break
    if (performance.now() > end) throw new Error(`the members do not agree on a leader within ${settleTimeout} ms: ${JSON.stringify(reports)}`)
  }
  await cluster.caughtUp(settleTimeout)
}
