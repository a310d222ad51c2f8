import type { ClientSession } from '@copycat/client'
import {
  type CallOptions, type Copycat, CopycatClient, type ReadOptions, type Resource, ResourceManager, type ResourceType,
} from '@copycat/core'
import { RaftServer, type RaftServerOptions } from '@copycat/raft'
import type { TransportServer } from '@copycat/transport'
import { LocalNetwork, LocalTransport } from '@copycat/transport-local'
import { ClosedError, definedOptions, Lifecycle } from '@copycat/utils'
import { CopycatReplicaBuilder } from './copycat-replica-builder.ts'
import { checkReplicaOptions, type CopycatReplicaOptions } from './options.ts'

/** Where a replica's own client finds its server, on a network that nobody else is on. */
const ownAddress = Object.freeze({ host: 'replica', port: 1 })

/** What an open replica is made of. */
interface Running {
  readonly server: RaftServer
  readonly transport: LocalTransport
  readonly listener: TransportServer
  readonly client: CopycatClient
}

/**
 * A member of a cluster: it votes, stores the log and runs the resources; and a {@link Copycat} for the application that
 * embeds it, whose own client reaches the server without a socket.
 */
export class CopycatReplica implements Copycat {
  private readonly options: CopycatReplicaOptions
  private readonly manager: ResourceManager
  private readonly lifecycle: Lifecycle
  private running: Running | undefined

  /** A replica that is not open yet. @throws {ConfigurationError} */
  constructor(options: CopycatReplicaOptions) {
    const defined = definedOptions(options)
    checkReplicaOptions(defined)
    this.options = Object.freeze(defined)
    this.manager = new ResourceManager(defined.resources, picked(defined, 'serializer', 'logger'))
    this.lifecycle = new Lifecycle(`replica ${defined.memberId}`)
  }

  /**
   * Starts a replica; resolves once it has recovered, knows a leader and has a session.
   * @throws (rejects) {ConfigurationError}, and as `RaftServer.open` and `CopycatClient.open` do.
   */
  static open(options: CopycatReplicaOptions): Promise<CopycatReplica> {
    try {
      return new CopycatReplica(options).open()
    } catch (error) {
      return Promise.reject(error instanceof Error ? error : new Error(String(error)))
    }
  }

  /** The same options, one call each. */
  static builder(): CopycatReplicaBuilder<CopycatReplica> {
    return new CopycatReplicaBuilder((options) => new CopycatReplica(options))
  }

  /** As {@link CopycatReplica.open}; a replica opens once, and not again after it was closed. */
  async open(): Promise<this> {
    await this.lifecycle.open(() => this.start())
    return this
  }

  get isOpen(): boolean {
    return this.lifecycle.isOpen
  }

  get session(): ClientSession {
    return this.client.session
  }

  /** The Raft server, to see how it stands. @throws {ClosedError} unless open. */
  get server(): RaftServer {
    return this.opened.server
  }

  async exists(path: string, options?: ReadOptions): Promise<boolean> {
    return this.client.exists(path, options)
  }

  async get<R extends Resource>(path: string, type: ResourceType<R>, options?: ReadOptions): Promise<R | undefined> {
    return this.client.get(path, type, options)
  }

  async create<R extends Resource>(path: string, type: ResourceType<R>, options?: CallOptions): Promise<R> {
    return this.client.create(path, type, options)
  }

  async delete(path: string, options?: CallOptions): Promise<boolean> {
    return this.client.delete(path, options)
  }

  async keys(prefix?: string, options?: ReadOptions): Promise<string[]> {
    return this.client.keys(prefix, options)
  }

  /** Ends the session and stops the server, which stays a member of the cluster. Closing twice does nothing. */
  close(): Promise<void> {
    return this.lifecycle.close(() => this.stop())
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  private get client(): CopycatClient {
    return this.opened.client
  }

  private get opened(): Running {
    this.lifecycle.assertOpen()
    if (this.running === undefined) throw new ClosedError('the replica is not open', { outcome: 'not-applied' })
    return this.running
  }

  private async start(): Promise<void> {
    const { resources: _resources, serializer: _serializer, ...options } = this.options
    const server = await RaftServer.open({ ...options satisfies Omit<RaftServerOptions, 'stateMachine'>, stateMachine: this.manager })
    const transport = new LocalTransport({ network: new LocalNetwork(), ...picked(this.options, 'context', 'logger') })
    try {
      const listener = await transport.listen(ownAddress, (connection) => server.accept(connection))
      const client = await CopycatClient.open({
        // Whatever other members it learns of: nobody else is on this network.
        members: [ownAddress], transport, strategy: () => [ownAddress],
        ...picked(this.options, 'context', 'logger', 'serializer', 'sessionTimeout', 'openTimeout'),
      })
      this.running = { server, transport, listener, client }
    } catch (error) {
      await transport.close()
      await server.close()
      throw error
    }
  }

  private async stop(): Promise<void> {
    const { running } = this
    if (running === undefined) return
    this.running = undefined
    try {
      await running.client.close()
    } finally {
      await running.transport.close()
      await running.server.close()
    }
  }
}

/** Those of the named options that are there. */
function picked<K extends keyof CopycatReplicaOptions>(options: CopycatReplicaOptions, ...names: readonly K[]): Pick<CopycatReplicaOptions, K> {
  const present = names.filter((name) => name in options)
  return Object.fromEntries(present.map((name) => [name, options[name]])) as Pick<CopycatReplicaOptions, K>
}
