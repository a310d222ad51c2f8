import type { ClientSession, ClientStall, SessionRecovery } from '@copycat/client'
import {
  type CallOptions, type Copycat, CopycatClient, type DeleteOptions, type ReadOptions, type Resource, ResourceManager, type ResourceType,
} from '@copycat/core'
import type { Health, HealthProblem } from '@copycat/protocol'
import { type DrainOptions, RaftServer, trapsByDefault } from '@copycat/raft'
import { DeterminismTrap } from '@copycat/state-machine'
import { checkDuration, ClosedError, type Context, definedOptions, Lifecycle, type Listener, type Logger, SystemContext, warningLogger } from '@copycat/utils'
import { CopycatReplicaBuilder } from './copycat-replica-builder.ts'
import { type AnyReplicaOptions, checkReplicaOptions, type CopycatReplicaOptions, threadStart, type WorkerReplicaOptions } from './options.ts'
import { type HostedServer, hostHere, ownAddress, type ReplicaServer } from './replica-server.ts'
import { load } from './thread/module-reference.ts'
import { ServerThread } from './thread/server-thread.ts'
import type { ThreadStart } from './thread/thread-messages.ts'

/** What an open replica is made of. */
interface Running {
  readonly host: HostedServer
  readonly client: CopycatClient
}

/** Starts the server of a replica, in this thread or in another. */
type StartServer = () => Promise<HostedServer>

/**
 * A member of a cluster: it votes, stores the log and runs the resources; and a {@link Copycat} for the application that
 * embeds it, whose own client reaches the server without a socket.
 */
export class CopycatReplica implements Copycat {
  private readonly options: AnyReplicaOptions
  private readonly context: Context
  private readonly logger: Logger
  private readonly startServer: StartServer
  private readonly lifecycle: Lifecycle
  private running: Running | undefined
  /** Known from the end of opening on, for ever. */
  private host: HostedServer | undefined

  /** A replica that is not open yet. @throws {ConfigurationError} */
  constructor(options: AnyReplicaOptions) {
    const defined = definedOptions(options)
    checkReplicaOptions(defined)
    this.options = Object.freeze(defined)
    this.context = defined.context ?? new SystemContext()
    this.logger = defined.logger ?? warningLogger()
    this.startServer = defined.thread === 'worker' ? inWorker(defined, this.context, this.logger) : inThisThread(defined)
    this.lifecycle = new Lifecycle(`replica ${defined.memberId}`)
  }

  /**
   * Starts a replica; resolves once it has recovered, knows a leader and has a session.
   * @throws (rejects) {ConfigurationError}, and as `RaftServer.open` and `CopycatClient.open` do.
   */
  static open(options: AnyReplicaOptions): Promise<CopycatReplica> {
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

  /** The Raft server, to see how it stands. @throws {ClosedError} before the replica was opened. */
  get server(): ReplicaServer {
    if (this.host === undefined) throw new ClosedError('the replica is not open', { outcome: 'not-applied' })
    return this.host.server
  }

  /** How this replica stands, asked of its server; answers within about a second whatever is wrong. */
  async health(): Promise<Health> {
    const { running, host } = this
    if (host === undefined || (running === undefined && host.server.state !== 'failed')) {
      const isClosed = this.lifecycle.state === 'closed' || this.lifecycle.state === 'closing'
      const problem = isClosed ? { code: 'COPYCAT_CLOSED', message: 'the replica was closed' } : { code: 'COPYCAT_STARTING', message: 'the replica is not open yet' }
      return { isLive: !isClosed, isReady: false, canWrite: false, problems: [{ ...problem, since: Math.round(this.context.wall()) }] }
    }
    const ofServer = await host.health()
    if (running === undefined) return ofServer
    const ended = this.sessionProblem(running.client)
    if (ended === undefined) return ofServer
    return { isLive: ofServer.isLive, isReady: false, canWrite: false, problems: [ended, ...ofServer.problems] }
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

  async delete(path: string, options?: DeleteOptions): Promise<boolean> {
    return this.client.delete(path, options)
  }

  async keys(prefix?: string, options?: ReadOptions): Promise<string[]> {
    return this.client.keys(prefix, options)
  }

  /** As `onRecover` of `RaftClient`, of the replica's own client. Only with `recovery`. @throws {ClosedError} unless the replica is open. */
  onRecover(callback: (recovery: SessionRecovery) => void): Listener {
    return this.client.onRecover(callback)
  }

  /** As `onStall` of `RaftClient`, of the replica's own client: the event loop of the application stood still. @throws {ClosedError} unless the replica is open. */
  onStall(callback: (stall: ClientStall) => void): Listener {
    return this.client.onStall(callback)
  }

  /**
   * Hands back what this replica holds, before it goes: calls under way get half of the `timeout` to settle, its session ends, with all that is bound to it, then
   * leadership goes to another member if it leads, then all is closed. New calls are refused at once. Settles without a majority too.
   * @throws (rejects) {ConfigurationError}
   */
  async drain({ timeout = 4_000 }: DrainOptions = {}): Promise<void> {
    if (timeout !== 0) checkDuration('timeout', timeout)
    await this.lifecycle.close(() => this.stop(timeout))
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

  private sessionProblem({ session }: CopycatClient): HealthProblem | undefined {
    if (session.state === 'CONNECTED') return undefined
    const message = `the session of the replica's own client is ${session.state}`
    return { code: `COPYCAT_SESSION_${session.state}`, message, since: Math.round(this.context.wall()) }
  }

  private async start(): Promise<void> {
    const host = await this.startServer()
    try {
      const client = await CopycatClient.open({
        // Whatever other members it learns of: nobody else is on this network.
        members: [ownAddress], transport: host.transport, strategy: () => [ownAddress], context: this.context, logger: this.logger,
        ...await serializerOf(this.options), ...picked(this.options, 'sessionTimeout', 'openTimeout', 'recovery'),
      })
      this.running = { host, client }
      this.host = host
      host.server.onStateChange((state) => {
        if (state === 'failed') this.failed()
      })
      if (host.server.state === 'failed') this.failed()
    } catch (error) {
      await host.close()
      throw error
    }
  }

  /** The server will not come back: whoever waits for its client is told. */
  private failed(): void {
    this.close().catch((error: unknown) => this.logger.error('closing a replica whose server has failed', error))
  }

  /** @param timeout milliseconds to drain first; undefined: it does not. */
  private async stop(timeout?: number): Promise<void> {
    const { running } = this
    if (running === undefined) return
    this.running = undefined
    const start = this.context.monotonic()
    try {
      await (timeout === undefined ? running.client.close() : running.client.drain({ timeout: timeout / 2 }))
    } finally {
      await running.host.close(timeout === undefined ? undefined : { timeout: Math.max(0, timeout - (this.context.monotonic() - start)) })
    }
  }
}

/** The server in this thread. @throws {ConfigurationError} */
function inThisThread({ resources, serializer, thread: _thread, worker: _worker, recovery: _recovery, ...options }: CopycatReplicaOptions): StartServer {
  const trapDeterminism = options.trapDeterminism ?? trapsByDefault(options.context)
  const make = (trap?: DeterminismTrap): ResourceManager => new ResourceManager(resources, {
    ...(serializer === undefined ? {} : { serializer }), ...(options.logger === undefined ? {} : { logger: options.logger }), ...(trap === undefined ? {} : { trap }),
  })
  // At once, so that wrong types are told by the constructor.
  make()
  return async () => {
    const shared = trapDeterminism ? DeterminismTrap.share() : undefined
    try {
      const server = await RaftServer.open({ ...options, trapDeterminism: false, stateMachine: make(shared?.trap) })
      server.onStateChange((state) => {
        if (state === 'closed') shared?.release()
      })
      return await hostHere(server, picked(options, 'context', 'logger'))
    } catch (error) {
      shared?.release()
      throw error
    }
  }
}

/** The server in a thread of its own. @throws {ConfigurationError} naming what cannot cross a thread. */
function inWorker(options: WorkerReplicaOptions, context: Context, logger: Logger): StartServer {
  const start: Omit<ThreadStart, 'port'> = threadStart(options)
  return () => ServerThread.open(start, options.worker ?? {}, context, logger)
}

/** The serializer of the replica's own client. */
async function serializerOf(options: AnyReplicaOptions): Promise<{ readonly serializer?: NonNullable<CopycatReplicaOptions['serializer']> }> {
  if (options.serializer === undefined) return {}
  if (options.thread !== 'worker') return { serializer: options.serializer }
  return { serializer: await load(options.serializer, 'serializer') as NonNullable<CopycatReplicaOptions['serializer']> }
}

/** Those of the named options that are there. */
function picked<O extends object, K extends keyof O>(options: O, ...names: readonly K[]): Pick<O, K> {
  const present = names.filter((name) => name in options)
  return Object.fromEntries(present.map((name) => [name, options[name]])) as Pick<O, K>
}
