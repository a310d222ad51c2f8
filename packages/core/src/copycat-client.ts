import { type ClientSession, type ClientStall, type DrainOptions, RaftClient, type RaftClientOptions, type SessionRecovery } from '@copycat/client'
import type { Health, HealthProblem } from '@copycat/protocol'
import { Serializer } from '@copycat/serializer'
import { type Context, CopycatError, type Listener, type Logger, SystemContext } from '@copycat/utils'
import type { Copycat } from './copycat.ts'
import type { CallOptions, DeleteOptions, ReadOptions } from './operation-client.ts'
import { ResourceClient } from './resource-client.ts'
import type { ResourceType } from './resource-type.ts'
import type { Resource } from './resource.ts'

/** Milliseconds that the cluster gets to say that all is well. */
const healthTimeout = 1_000

/** Codes of what only another client mends. */
const endings = ['COPYCAT_SESSION_EXPIRED', 'COPYCAT_CLOSED'] as const

/** A {@link Copycat} that is only a client: it runs no server and stores nothing. */
export class CopycatClient implements Copycat {
  private readonly client: RaftClient
  private readonly context: Context
  private readonly resources: ResourceClient
  private closing: Promise<void> | undefined

  private constructor(client: RaftClient, serializer: Serializer, context: Context, logger: Logger | undefined) {
    this.client = client
    this.context = context
    this.resources = new ResourceClient(client, serializer, logger)
  }

  /** Connects to one of the members and registers a session; rejects as `RaftClient.open` does. */
  static async open(options: RaftClientOptions): Promise<CopycatClient> {
    const { serializer = new Serializer(), context = new SystemContext(), logger } = options
    return new CopycatClient(await RaftClient.open({ ...options, serializer, context }), serializer, context, logger)
  }

  get isOpen(): boolean {
    return this.closing === undefined
  }

  get session(): ClientSession {
    return this.client.session
  }

  exists(path: string, options?: ReadOptions): Promise<boolean> {
    return this.resources.exists(path, options)
  }

  get<R extends Resource>(path: string, type: ResourceType<R>, options?: ReadOptions): Promise<R | undefined> {
    return this.resources.get(path, type, options)
  }

  create<R extends Resource>(path: string, type: ResourceType<R>, options?: CallOptions): Promise<R> {
    return this.resources.create(path, type, options)
  }

  delete(path: string, options?: DeleteOptions): Promise<boolean> {
    return this.resources.delete(path, options)
  }

  keys(prefix?: string, options?: ReadOptions): Promise<string[]> {
    return this.resources.keys(prefix, options)
  }

  /** As `onRecover` of `RaftClient`: another session has taken the place of one that the cluster had ended. Only with `recovery`. */
  onRecover(callback: (recovery: SessionRecovery) => void): Listener {
    return this.client.onRecover(callback)
  }

  /** As `onStall` of `RaftClient`: the event loop stood still. */
  onStall(callback: (stall: ClientStall) => void): Listener {
    return this.client.onStall(callback)
  }

  /**
   * Asks the cluster by a linearizable read, for a second at most. It can write, as far as that shows, when a majority has just confirmed the leader, and when its session is certain.
   * Problems: `COPYCAT_NO_ANSWER`, `COPYCAT_SESSION_SUSPENDED`, or the code of the error with which the read failed.
   */
  async health(): Promise<Health> {
    const problems: HealthProblem[] = []
    const failure = await this.resources.exists('/', { consistency: 'LINEARIZABLE', timeout: healthTimeout }).then(() => undefined, errorOf)
    const { context, session } = this
    // Since then nothing that it sent is known to have been heard.
    const since = Math.floor(context.wall() - session.age)
    const isLive = !endings.some((code) => CopycatError.is(failure, code))
    if (failure !== undefined) problems.push({ code: codeOf(failure), message: failure.message, since })
    if (isLive && session.state !== 'CONNECTED') problems.push({ code: `COPYCAT_SESSION_${session.state}`, message: `the session is ${session.state}`, since })
    return { isLive, isReady: problems.length === 0, canWrite: problems.length === 0, problems }
  }

  /** Takes no more calls, waits for those under way for at most `timeout`, then closes. */
  drain(options?: DrainOptions): Promise<void> {
    this.closing ??= this.client.drain(options)
    return this.closing
  }

  close(): Promise<void> {
    this.closing ??= this.client.close()
    return this.closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

function errorOf(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}

function codeOf(error: Error): string {
  if (!CopycatError.is(error)) return 'COPYCAT_UNKNOWN'
  return error.code === 'COPYCAT_TIMEOUT' ? 'COPYCAT_NO_ANSWER' : error.code
}
