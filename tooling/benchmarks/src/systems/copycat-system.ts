import { ProcessCluster } from '@copycat-tooling/chaos'
import type { Connection } from '../rows.ts'
import type { StoreAddress } from '../load/messages.ts'
import type { System } from './system.ts'

/** Three replica processes with default options. */
export class CopycatSystem implements System {
  readonly name = 'copycat'
  private readonly cluster: ProcessCluster

  private constructor(cluster: ProcessCluster) {
    this.cluster = cluster
  }

  /** @param nodeOptions of their Node.js. */
  static async start(directory: string, nodeOptions: readonly string[] = []): Promise<CopycatSystem> {
    return new CopycatSystem(await ProcessCluster.start({ directory, nodeOptions }))
  }

  async address(connection: Connection): Promise<StoreAddress> {
    const leader = await this.cluster.leader()
    const { host, port } = this.cluster.members.find(({ id }) => (id === leader) === (connection === 'leader'))!
    return { kind: 'copycat', host, port }
  }

  async cpu(): Promise<number> {
    const reports = await Promise.all(this.cluster.members.map(({ id }) => this.cluster.report(id)))
    return reports.reduce((sum, report) => sum + (report?.cpuMicros ?? 0), 0) / 1e6
  }

  /** Process ids by part: `leader` and the followers. */
  async parts(): Promise<ReadonlyMap<number, string>> {
    const leader = await this.cluster.leader()
    return new Map(this.cluster.members.map(({ id }) => [this.cluster.pidOf(id), id === leader ? 'leader' : `follower-${id}`]))
  }

  /** Ends the processes so that they can still write what they owe. */
  async terminate(): Promise<void> {
    await Promise.all(this.cluster.members.map(({ id }) => this.cluster.kill(id, 'SIGTERM')))
  }

  stop(): Promise<void> {
    return this.cluster.stop()
  }
}
