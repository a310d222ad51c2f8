import { type ResourceLimits, Worker } from 'node:worker_threads'
import type { Health, Member } from '@copycat/protocol'
import { Cluster, type DrainOptions, type ServerState, type ServerStatus } from '@copycat/raft'
import type { Connection } from '@copycat/transport'
import { ThreadTransport } from '@copycat/transport-local'
import { ClosedError, ConfigurationError, type Context, type Listener, Listeners, type Logger, type MemberId, TimeoutError } from '@copycat/utils'
import type { HostedServer, ReplicaServer } from '../replica-server.ts'
import type { FromThread, ServerNews, ThreadCall, ThreadCalls, ThreadStart } from './thread-messages.ts'
import { errorOf } from './thrown-error.ts'

/** Settings of the thread itself. */
export interface ThreadSettings {
  /** Modules that the thread imports before all others, as URLs: a loader of TypeScript, instrumentation. @default [] */
  readonly imports?: readonly (URL | string)[]
  /** Options of Node.js for the thread, as `new Worker` takes them. @default those of this process */
  readonly execArgv?: readonly string[]
  /** Memory that the thread may use, as `new Worker` takes it. */
  readonly resourceLimits?: ResourceLimits
}

/** Milliseconds that a thread has to answer a question about its health. */
const healthTimeout = 1_000

/** Milliseconds, beyond what was asked for, after which a thread that does not end is ended. */
const closeTimeout = 4_000

interface Call {
  resolve(value: unknown): void
  reject(error: Error): void
}

/** A Raft server in a thread of its own, as the application's thread sees it. */
export class ServerThread implements ReplicaServer, HostedServer {
  readonly cluster: Cluster
  readonly transport: ThreadTransport
  private readonly context: Context
  private readonly logger: Logger
  private readonly worker: Worker
  private readonly stateListeners: Listeners<ServerState>
  private readonly calls = new Map<number, Call>()
  private readonly ended: Promise<void>
  private lastCall = 0
  private news: ServerNews | undefined
  private own: Member | undefined
  private failure: Error | undefined
  private failedAt = 0
  private hasEnded = false
  private isClosing = false
  private settleOpen: Call | undefined

  private constructor(start: Omit<ThreadStart, 'port'>, settings: ThreadSettings, context: Context, logger: Logger) {
    this.context = context
    this.logger = logger
    this.stateListeners = new Listeners(logger)
    this.cluster = new Cluster({
      members: () => this.news?.members ?? start.options.members,
      term: () => this.status.term,
      leader: () => this.leader,
      areLeasesOn: () => this.news?.areLeasesOn === true,
      transferLeadership: (to) => this.call('transferLeadership', to),
      switchLeases: (isOn) => this.call('switchLeases', isOn),
      sessions: (options) => this.call('sessions', options),
      endSession: (session) => this.call('endSession', session),
    })
    const { port1, port2 } = new MessageChannel()
    this.transport = new ThreadTransport({ port: port1, context, logger })
    const { imports = [], execArgv, resourceLimits } = settings
    this.worker = new Worker(program([...imports.map(String), threadUrl()]), {
      eval: true, name: `copycat member ${start.options.memberId}`, workerData: { ...start, port: port2 } satisfies ThreadStart, transferList: [port2],
      ...(execArgv === undefined ? {} : { execArgv: [...execArgv] }), ...(resourceLimits === undefined ? {} : { resourceLimits }),
    })
    this.worker.on('message', (message: FromThread) => this.receive(message))
    this.worker.on('error', (error: Error) => this.fail(error))
    this.ended = new Promise((resolve) => {
      this.worker.on('exit', (code) => {
        this.hasEnded = true
        if (!this.isClosing) this.fail(new Error(`the thread of member ${start.options.memberId} ended by itself, with code ${code}`))
        this.rejectCalls()
        resolve()
      })
    })
  }

  /** Starts the thread; resolves when its server is open. @throws (rejects) what kept it from opening. */
  static async open(start: Omit<ThreadStart, 'port'>, settings: ThreadSettings, context: Context, logger: Logger): Promise<ServerThread> {
    const thread = new ServerThread(start, settings, context, logger)
    try {
      await new Promise((resolve, reject) => {
        thread.settleOpen = { resolve, reject }
      })
      return thread
    } catch (error) {
      thread.isClosing = true
      await thread.transport.close()
      await thread.worker.terminate()
      throw error
    } finally {
      thread.settleOpen = undefined
    }
  }

  get server(): ReplicaServer {
    return this
  }

  get memberId(): MemberId {
    return this.own!.id
  }

  get state(): ServerState {
    if (this.failure !== undefined) return 'failed'
    return this.hasEnded ? 'closed' : this.news?.status.state ?? 'starting'
  }

  get leader(): MemberId | undefined {
    return this.hasEnded ? undefined : this.news?.status.leader
  }

  get address(): Member {
    return this.own!
  }

  get status(): ServerStatus {
    return { ...this.news!.status, state: this.state, leader: this.leader, failure: this.failure }
  }

  accept(connection: Connection): void {
    throw new ConfigurationError('thread', 'worker', `must be 'main' for the replica to serve ${connection.remoteAddress}: a connection cannot cross a thread`)
  }

  onStateChange(callback: (state: ServerState) => void): Listener {
    return this.stateListeners.add(callback)
  }

  async health(): Promise<Health> {
    const gone = (code: string, message: string, since: number): Health => ({ isLive: false, isReady: false, canWrite: false, problems: [{ code, message, since }] })
    if (this.failure !== undefined) return gone('COPYCAT_FAILED', this.failure.message, this.failedAt)
    if (this.hasEnded || this.isClosing) return gone('COPYCAT_CLOSED', 'the server was closed', Math.round(this.context.wall()))
    const asked = Math.round(this.context.wall())
    try {
      return await this.inTime(this.call('health', undefined), healthTimeout)
    } catch (error) {
      const message = `the thread of member ${this.memberId} does not answer: ${error instanceof Error ? error.message : String(error)}`
      return { isLive: true, isReady: false, canWrite: false, problems: [{ code: 'COPYCAT_THREAD_STALLED', message, since: asked }] }
    }
  }

  async close(drain?: DrainOptions): Promise<void> {
    if (!this.isClosing && !this.hasEnded) {
      this.isClosing = true
      try {
        await this.inTime(this.call('close', drain), closeTimeout + (drain?.timeout ?? 0))
        await this.inTime(this.ended, closeTimeout)
      } catch (error) {
        this.logger.warn(`the thread of member ${this.memberId} did not end by itself`, error)
        await this.worker.terminate()
      }
    }
    await this.transport.close()
    await this.ended
  }

  private call<M extends keyof ThreadCalls>(method: M, argument: Parameters<ThreadCalls[M]>[0]): Promise<ReturnType<ThreadCalls[M]>> {
    if (this.hasEnded) return Promise.reject(this.closedError('not-applied'))
    return new Promise((resolve, reject) => {
      const call = ++this.lastCall
      this.calls.set(call, { resolve: resolve, reject })
      this.worker.postMessage({ call, method, argument } satisfies ThreadCall)
    })
  }

  private receive(message: FromThread): void {
    switch (message.type) {
      case 'opened':
        this.own = message.address
        this.news = message.news
        this.settleOpen?.resolve(undefined)
        break
      case 'failed':
        this.settleOpen?.reject(errorOf(message.error))
        break
      case 'answer':
        this.take(message.call)?.resolve(message.value)
        break
      case 'refusal':
        this.take(message.call)?.reject(errorOf(message.error))
        break
      case 'news':
        this.told(message.news, message.isStateChange)
        break
      case 'log':
        this.logger[message.level](message.message, message.details)
    }
  }

  private take(call: number): Call | undefined {
    const taken = this.calls.get(call)
    this.calls.delete(call)
    return taken
  }

  private told(news: ServerNews, isStateChange: boolean): void {
    this.news = news
    if (news.failure !== undefined) this.setFailure(errorOf(news.failure))
    if (isStateChange) this.stateListeners.notify(news.status.state)
  }

  /** The thread has come to its end by itself. */
  private fail(error: Error): void {
    if (this.failure !== undefined || this.isClosing) return
    this.setFailure(error)
    this.logger.error('the thread of a replica has failed', error)
    this.settleOpen?.reject(error)
    this.stateListeners.notify('failed')
  }

  private setFailure(error: Error): void {
    if (this.failure !== undefined) return
    this.failure = error
    this.failedAt = Math.round(this.context.wall())
  }

  private rejectCalls(): void {
    const open = [...this.calls.values()]
    this.calls.clear()
    for (const { reject } of open) reject(this.closedError('unknown'))
  }

  private closedError(outcome: 'not-applied' | 'unknown'): ClosedError {
    return new ClosedError('the thread of the replica has ended', { outcome, cause: this.failure })
  }

  private inTime<T>(promise: Promise<T>, milliseconds: number): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = this.context.timer(this.context.monotonic() + milliseconds, () => reject(new TimeoutError(`no answer within ${milliseconds} ms`)))
      promise.then(resolve, reject).finally(() => timer.cancel())
    })
  }
}

/** The program that imports these modules, one after the other. */
function program(urls: readonly string[]): string {
  return urls.reduce((before, url) => `${before}.then(() => import(${JSON.stringify(url)}))`, 'Promise.resolve()')
}

/** The thread's own module, beside this one in the sources and beside the package's entry in the build. */
function threadUrl(): string {
  return new URL(import.meta.url.endsWith('.ts') ? './replica-thread.ts' : './replica-thread.js', import.meta.url).href
}
