import { setTimeout as delay } from 'node:timers/promises'
import { ProcessCluster, type ReplicaReport } from '@copycat-tooling/chaos'
import { RaftClient } from '@copycat/client'
import { SharedTransport } from '@copycat/transport'
import { TcpTransport } from '@copycat/transport-tcp'

/** Sessions that are opened at a time. */
const openingMax = 200

/** What is measured. */
export interface IdleOptions {
  readonly sessions: number
  /** How long they are idle. */
  readonly seconds: number
  /** To each server, at most. */
  readonly connections: number
}

/** What idle sessions cost a server. */
export interface IdleMember {
  readonly state: string
  readonly entriesBefore: number
  readonly entriesAfter: number
  readonly bytesBefore: number
  readonly bytesAfter: number
  /** Of one processor, 0 to 1. */
  readonly cpu: number
  readonly bytesPerSession: number
}

/** What came of it. */
export interface IdleFigures {
  /** Milliseconds in which all were opened. */
  readonly opening: number
  readonly members: readonly IdleMember[]
  /** Of the process with all the clients. */
  readonly clientCpu: number
  readonly clientBytesPerSession: number
  /** Sessions that live. */
  readonly connected: number
}

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

/** Opens sessions over few connections to three replicas, and looks what they cost while they do nothing. */
export async function measureIdle({ sessions, seconds, connections }: IdleOptions): Promise<IdleFigures> {
  const cluster = await ProcessCluster.start({ stateMachine: 'feed' })
  try {
    const transport = new SharedTransport({ transport: new TcpTransport(), connectionsPerAddress: connections })
    await delay(2_000)
    const empty = await reportsOf(cluster)
    const start = performance.now()
    const clients = await openAll(sessions, cluster, transport)
    const opening = performance.now() - start
    // What opening them left behind settles.
    await delay(5_000)
    const before = await reportsOf(cluster)
    const own = process.cpuUsage()
    await delay(seconds * 1_000)
    const after = await reportsOf(cluster)
    const ownCpu = process.cpuUsage(own)
    const figures = {
      opening,
      members: after.map((report, at) => ({
        state: report.state, entriesBefore: before[at]!.lastIndex, entriesAfter: report.lastIndex, bytesBefore: before[at]!.bytesOnDisk, bytesAfter: report.bytesOnDisk,
        cpu: (report.cpuMicros - before[at]!.cpuMicros) / 1e6 / seconds, bytesPerSession: (report.rssBytes - empty[at]!.rssBytes) / sessions,
      })),
      clientCpu: (ownCpu.user + ownCpu.system) / 1e6 / seconds, clientBytesPerSession: process.memoryUsage.rss() / sessions,
      connected: clients.filter(({ session }) => session.isCertain).length,
    }
    await Promise.all(clients.map((client) => client.close()))
    await transport.close()
    return figures
  } finally {
    await cluster.stop()
  }
}
