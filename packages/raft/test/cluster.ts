import { RaftClient, type RaftClientOptions } from '@copycat/client'
import { RaftServer, type RaftServerOptions } from '@copycat/raft'
import type { StateMachine } from '@copycat/state-machine'
import { type FileSystem, Storage } from '@copycat/storage'
import { LocalNetwork, LocalTransport } from '@copycat/transport-local'
import { silentLogger } from '@copycat/utils'
import { Counter } from './counter.ts'

/** Servers in this process on a local network, each with a file system of its own. */
export class Cluster {
  readonly network: LocalNetwork = new LocalNetwork()
  readonly members: readonly { readonly id: number, readonly host: string, readonly port: number }[]
  readonly servers: Map<number, RaftServer> = new Map()
  private readonly fileSystems: ReadonlyMap<number, FileSystem>
  private readonly clients: RaftClient[] = []
  private readonly machine: () => StateMachine
  private readonly options: Partial<RaftServerOptions>

  constructor(fileSystems: readonly FileSystem[], machine: () => StateMachine = () => new Counter(), options: Partial<RaftServerOptions> = {}) {
    this.machine = machine
    this.options = options
    this.members = fileSystems.map((_, at) => ({ id: at + 1, host: `host${at + 1}`, port: 5001 }))
    this.fileSystems = new Map(fileSystems.map((fileSystem, at) => [at + 1, fileSystem]))
  }

  async open(id: number, openTimeout: number = 10_000): Promise<RaftServer> {
    const server = await RaftServer.open({
      memberId: id, members: this.members, transport: new LocalTransport({ network: this.network, logger: silentLogger }), logger: silentLogger, openTimeout,
      storage: new Storage({ directory: 'data', fileSystem: this.fileSystems.get(id)!, maxSegmentSize: 64 * 1024 }), stateMachine: this.machine(), ...this.options,
    })
    this.servers.set(id, server)
    return server
  }

  async openAll(): Promise<void> {
    await Promise.all(this.members.map(({ id }) => this.open(id)))
  }

  async client(options: Partial<Pick<RaftClientOptions, 'sessionTimeout' | 'strategy' | 'transport'>> = {}): Promise<RaftClient> {
    const client = await RaftClient.open({
      members: this.members, transport: new LocalTransport({ network: this.network, logger: silentLogger }), logger: silentLogger, ...options,
    })
    this.clients.push(client)
    return client
  }

  /** A client that only ever talks to the leader of this moment, or only to one that follows it. */
  async clientAt(role: 'leader' | 'follower', options: Partial<Pick<RaftClientOptions, 'sessionTimeout'>> = {}): Promise<RaftClient> {
    const { memberId } = await this.leader()
    const member = this.members.find(({ id }) => (id === memberId) === (role === 'leader'))!
    return this.client({ ...options, strategy: () => [member] })
  }

  /** The server that leads, as soon as one does. */
  async leader(): Promise<RaftServer> {
    for (;;) {
      const leader = [...this.servers.values()].find((server) => server.state === 'leader')
      if (leader !== undefined) return leader
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.clients.map((client) => client.close()))
    await Promise.all([...this.servers.values()].map((server) => server.close().catch(() => undefined)))
  }
}
