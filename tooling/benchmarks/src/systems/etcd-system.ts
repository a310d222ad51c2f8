import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { freePorts } from '@copycat-tooling/chaos'
import type { StoreAddress } from '../load/messages.ts'
import type { Connection } from '../rows.ts'
import type { System } from './system.ts'

interface EtcdServer {
  readonly process: ChildProcess
  readonly clientPort: number
}

/** `/proc` counts CPU time in these, everywhere. */
const ticksPerSecond = 100

/** Milliseconds that a cluster may take to elect its first leader. */
const startTimeout = 30_000

/** Where etcd is installed, if it is on the PATH. */
export function findEtcd(searchPath: string): string | undefined {
  for (const directory of searchPath.split(path.delimiter)) {
    const candidate = path.join(directory, 'etcd')
    try {
      accessSync(candidate, constants.X_OK)
      return candidate
    } catch {
      // Not here.
    }
  }
  return undefined
}

/** Three etcd servers with default options, reached through their HTTP/JSON gateway. */
export class EtcdSystem implements System {
  readonly name = 'etcd (HTTP/JSON)'
  private readonly servers: readonly EtcdServer[]

  private constructor(servers: readonly EtcdServer[]) {
    this.servers = servers
  }

  /** Resolves when they have a leader. */
  static async start(program: string, directory: string): Promise<EtcdSystem> {
    const ports = await freePorts(6)
    const url = (port: number): string => `http://127.0.0.1:${port}`
    const names = ['a', 'b', 'c']
    const cluster = names.map((name, at) => `${name}=${url(ports[2 * at]!)}`).join(',')
    const system = new EtcdSystem(names.map((name, at) => ({
      clientPort: ports[2 * at + 1]!,
      process: spawn(program, [
        '--name', name, '--data-dir', path.join(directory, `etcd-${name}`), '--initial-cluster', cluster, '--initial-cluster-state', 'new',
        '--listen-peer-urls', url(ports[2 * at]!), '--initial-advertise-peer-urls', url(ports[2 * at]!),
        '--listen-client-urls', url(ports[2 * at + 1]!), '--advertise-client-urls', url(ports[2 * at + 1]!), '--log-level', 'error',
      ], { stdio: 'ignore' }),
    })))
    try {
      await system.leaderPort(startTimeout)
      return system
    } catch (error) {
      await system.stop()
      throw error
    }
  }

  async address(connection: Connection): Promise<StoreAddress> {
    const leader = await this.leaderPort(startTimeout)
    const { clientPort } = this.servers.find((server) => (server.clientPort === leader) === (connection === 'leader'))!
    return { kind: 'etcd', host: '127.0.0.1', port: clientPort }
  }

  async cpu(): Promise<number> {
    const ticks = await Promise.all(this.servers.map(async ({ process }) => {
      const stat = await readFile(`/proc/${process.pid}/stat`, 'utf8')
      // The program's name in field 2 may hold spaces; user and system time are fields 14 and 15.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      return Number(fields[11]) + Number(fields[12])
    }))
    return ticks.reduce((sum, count) => sum + count, 0) / ticksPerSecond
  }

  async stop(): Promise<void> {
    await Promise.all(this.servers.map(async ({ process }) => {
      if (process.pid === undefined || process.exitCode !== null || process.signalCode !== null) return
      const ended = once(process, 'exit')
      process.kill('SIGKILL')
      await ended
    }))
  }

  private async leaderPort(timeout: number): Promise<number> {
    for (const end = Date.now() + timeout; Date.now() < end; await delay(50)) {
      for (const { clientPort } of this.servers) {
        const status = await statusOf(clientPort)
        if (status !== undefined && status.leader === status.own) return clientPort
      }
    }
    throw new Error(`etcd has no leader within ${timeout} ms`)
  }
}

async function statusOf(port: number): Promise<{ readonly leader: string | undefined, readonly own: string } | undefined> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/v3/maintenance/status`, { method: 'POST', body: '{}' })
    const { leader, header } = await response.json() as { readonly leader?: string, readonly header: { readonly member_id: string } }
    return { leader, own: header.member_id }
  } catch {
    // It is not listening yet.
    return undefined
  }
}
