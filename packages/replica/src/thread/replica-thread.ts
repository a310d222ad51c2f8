import { inspect } from 'node:util'
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { ResourceManager, type ResourceManagerOptions, type ResourceType } from '@copycat/core'
import { RaftServer, type SessionListOptions, trapsByDefault } from '@copycat/raft'
import { DeterminismTrap } from '@copycat/state-machine'
import type { Storage } from '@copycat/storage'
import type { Transport } from '@copycat/transport'
import { ThreadTransport } from '@copycat/transport-local'
import { type Logger, SystemContext, type Timer } from '@copycat/utils'
import { ownAddress } from '../replica-server.ts'
import { load, loadExport } from './module-reference.ts'
import type { FromThread, PassedLevel, ServerNews, ThreadCall, ThreadStart } from './thread-messages.ts'
import { thrownError } from './thrown-error.ts'

/** The server of a replica in a thread of its own: consensus, log, state machines, and the transport to the others. */
class ReplicaThread {
  private readonly parent: MessagePort
  private readonly start: ThreadStart
  private readonly context: SystemContext
  private readonly logger: Logger
  private readonly local: ThreadTransport
  private transport: Transport | undefined
  private server: RaftServer | undefined
  private releaseTrap: (() => void) | undefined
  private timer: Timer | undefined
  private lastNews = ''

  constructor(parent: MessagePort, start: ThreadStart) {
    this.parent = parent
    this.start = start
    this.logger = passedOn((message) => this.tell(message))
    this.context = new SystemContext({ logger: this.logger })
    this.local = new ThreadTransport({ port: start.port, context: this.context, logger: this.logger })
  }

  async open(): Promise<void> {
    const { logger, parent } = this
    try {
      const server = await this.openServer()
      this.server = server
      await this.local.listen(ownAddress, (connection) => server.accept(connection))
      parent.on('message', (call: ThreadCall) => void this.serve(call))
      server.onStateChange(() => this.tell({ type: 'news', news: this.news(server), isStateChange: true }))
      this.tell({ type: 'opened', address: server.address, news: this.news(server) })
      this.look(server)
    } catch (error) {
      logger.debug('the replica did not open', error)
      this.tell({ type: 'failed', error: thrownError(error) })
      await this.stop()
    }
  }

  private async openServer(): Promise<RaftServer> {
    const { options, transport, storage, resources, serializer } = this.start
    const { context, logger } = this
    const shared = options.trapDeterminism ?? trapsByDefault(undefined) ? DeterminismTrap.share() : undefined
    this.releaseTrap = shared?.release
    this.transport = await load(transport, 'transport', { logger }) as Transport
    const types = await Promise.all(resources.map((reference, at) => loadExport(reference, `resources[${at}]`))) as ResourceType[]
    const manager = new ResourceManager(types, {
      logger, ...(shared === undefined ? {} : { trap: shared.trap }),
      ...(serializer === undefined ? {} : { serializer: await load(serializer, 'serializer') as NonNullable<ResourceManagerOptions['serializer']> }),
    })
    return RaftServer.open({
      ...options, trapDeterminism: false, context, logger, transport: this.transport, storage: await load(storage, 'storage') as Storage, stateMachine: manager,
    })
  }

  private async serve({ call, method, argument }: ThreadCall): Promise<void> {
    try {
      this.tell({ type: 'answer', call, value: await this.carryOut({ method, argument }) })
    } catch (error) {
      this.tell({ type: 'refusal', call, error: thrownError(error) })
    }
    if (method === 'close') this.parent.close()
  }

  private async carryOut({ method, argument }: Omit<ThreadCall, 'call'>): Promise<unknown> {
    const server = this.server!
    switch (method) {
      case 'health': return server.health
      case 'transferLeadership': return server.cluster.transferLeadership(argument as number | undefined)
      case 'switchLeases': return server.cluster.switchLeases(argument as boolean)
      case 'sessions': return server.cluster.sessions(argument as SessionListOptions)
      case 'endSession': return server.cluster.endSession(argument as number)
      case 'close':
        if (argument !== undefined) await server.drain(argument as object)
        return this.stop()
    }
  }

  private async stop(): Promise<void> {
    this.timer?.cancel()
    await this.local.close()
    await this.server?.close()
    await this.transport?.close()
    this.releaseTrap?.()
    if (this.server === undefined) this.parent.close()
  }

  /** Tells how the server stands, as often as a leader shows that it lives. */
  private look(server: RaftServer): void {
    this.timer = this.context.timer(this.context.monotonic() + (this.start.options.heartbeatInterval ?? 150), () => {
      const news = this.news(server)
      const text = JSON.stringify(news)
      if (text !== this.lastNews) this.tell({ type: 'news', news, isStateChange: false })
      this.lastNews = text
      this.look(server)
    })
  }

  private news(server: RaftServer): ServerNews {
    const { failure, ...status } = server.status
    return { status, failure: failure === undefined ? undefined : thrownError(failure), members: server.cluster.members, areLeasesOn: server.cluster.areLeasesOn }
  }

  private tell(message: FromThread): void {
    this.parent.postMessage(message)
  }
}

/** A logger whose lines go to the application's thread. */
function passedOn(tell: (message: FromThread) => void): Logger {
  const pass = (level: PassedLevel) => (message: string, details?: unknown): void => {
    tell({ type: 'log', level, message, details: details === undefined || typeof details === 'string' ? details : inspect(details) })
  }
  return { trace() {}, debug: pass('debug'), info: pass('info'), warn: pass('warn'), error: pass('error') }
}

void new ReplicaThread(parentPort!, workerData as ThreadStart).open()
