import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { ProcessCluster, type ReplicaReport } from '@copycat-tooling/chaos'
import { RaftClient } from '@copycat/client'
import { SharedTransport } from '@copycat/transport'
import { TcpTransport } from '@copycat/transport-tcp'
import { whole } from '../table.ts'

const usage = `pnpm --filter @copycat-tooling/benchmarks sessions [options]
  --sessions N     sessions (default 10000)
  --seconds N      how long they are idle (default 60)
  --connections N  connections to each server, at most (default 30)`

/** Sessions that are opened at a time. */
const openingMax = 200

interface SessionsOptions { readonly sessions: number, readonly seconds: number, readonly connections: number }

/** What the members say, by id; all of them run. */
async function reportsOf(cluster: ProcessCluster): Promise<ReplicaReport[]> {
  const reports = await Promise.all(cluster.members.map(({ id }) => cluster.report(id)))
  return reports.map((report, at) => {
    if (report === undefined) throw new Error(`member ${at + 1} does not answer`)
    return report
  })
}

async function openAll(count: number, cluster: ProcessCluster, transport: SharedTransport): Promise<RaftClient[]> {
  const clients: RaftClient[] = []
  let started = 0
  const worker = async (): Promise<void> => {
    while (started < count) {
      started += 1
      clients.push(await RaftClient.open({ members: cluster.addresses, transport }))
    }
  }
  await Promise.all(Array.from({ length: openingMax }, worker))
  return clients
}

async function main({ sessions, seconds, connections }: SessionsOptions): Promise<boolean> {
  const cluster = await ProcessCluster.start({ stateMachine: 'feed' })
  try {
    const transport = new SharedTransport({ transport: new TcpTransport(), connectionsPerAddress: connections })
    await delay(2_000)
    const empty = await reportsOf(cluster)
    const start = performance.now()
    const clients = await openAll(sessions, cluster, transport)
    console.log(`${whole(sessions)} sessions over at most ${connections * cluster.members.length} connections opened in ${((performance.now() - start) / 1_000).toFixed(1)} s`)
    // What opening them left behind settles.
    await delay(5_000)
    const before = await reportsOf(cluster)
    const own = process.cpuUsage()
    await delay(seconds * 1_000)
    const after = await reportsOf(cluster)
    const ownCpu = process.cpuUsage(own)
    const certain = clients.filter(({ session }) => session.isCertain).length
    for (const [at, report] of after.entries()) {
      const [{ rssBytes }, earlier] = [empty[at]!, before[at]!]
      console.log(`member ${at + 1}, ${report.state}: log ${earlier.lastIndex} -> ${report.lastIndex} entries, ${earlier.bytesOnDisk} -> ${report.bytesOnDisk} bytes; `
        + `CPU ${((report.cpuMicros - earlier.cpuMicros) / 1e4 / seconds).toFixed(1)} %; memory ${((report.rssBytes - rssBytes) / sessions / 1_024).toFixed(2)} KiB a session`)
    }
    console.log(`clients: CPU ${((ownCpu.user + ownCpu.system) / 1e4 / seconds).toFixed(1)} %, memory ${(process.memoryUsage.rss() / sessions / 1_024).toFixed(2)} KiB a session; ${whole(certain)} of ${whole(sessions)} sessions are connected`)
    await Promise.all(clients.map((client) => client.close()))
    await transport.close()
    return certain === sessions && after.every(({ lastIndex }, at) => lastIndex === before[at]!.lastIndex)
  } finally {
    await cluster.stop()
  }
}

try {
  const { values } = parseArgs({
    args: process.argv.slice(2).filter((arg) => arg !== '--'),
    options: { sessions: { type: 'string', default: '10000' }, seconds: { type: 'string', default: '60' }, connections: { type: 'string', default: '30' } },
  })
  process.exitCode = await main({ sessions: Number(values.sessions), seconds: Number(values.seconds), connections: Number(values.connections) }) ? 0 : 1
} catch (error) {
  console.error(`${(error as Error).message}\n\n${usage}`)
  process.exitCode = 2
}
