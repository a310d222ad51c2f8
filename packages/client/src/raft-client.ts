import type { BufferOutput } from '@copycat/buffer'
import {
  clientNameBytes, type ClusterView, type Command, Consistency, decodeClusterView, decodeRegisterResponse, decodeResponse, decodeResult,
  encodeKeepAliveRequest, encodeRegisterRequest, encodeUnregisterRequest, MessageType, type Operation, operationTypeOf, Query, SessionExpiredError,
  writeOperation,
} from '@copycat/protocol'
import type { Connection } from '@copycat/transport'
import { assert, checkDuration, ClosedError, ConfigurationError, CopycatError, Lifecycle, type Listener, TimeoutError, type Timer } from '@copycat/utils'
import { buggify, cover } from '@copycat/utils/instruments'
import { ClientSession } from './client-session.ts'
import { ClusterConnection } from './cluster-connection.ts'
import { CommandSender, type SenderEvents } from './command-sender.ts'
import { EventReceiver } from './event-receiver.ts'
import { type RaftClientOptions, resolveRaftClientOptions, type ResolvedRaftClientOptions } from './options.ts'
import { PendingOperation, type SubmitOptions } from './pending-operation.ts'
import { QuerySender } from './query-sender.ts'

/** Options of one query. */
export interface QueryOptions extends SubmitOptions {
  /** The least that it demands. @default the query's own level, else `LINEARIZABLE` */
  readonly consistency?: Consistency | undefined
  /**
   * For `SERIALIZABLE` only: milliseconds since the answering server heard the leader, at most; `Infinity`: any. The time for which a message was under way
   * is not in it. @default the query's own bound, else the cluster's election timeout
   */
  readonly maxStaleness?: number | undefined
}

/** Milliseconds that `close` gives the cluster to end the session. */
const closeTimeout = 1_000

/**
 * A client of a Raft cluster, with one session: commands are applied once, in program order, whatever server it talks to; every call settles.
 */
export class RaftClient {
  private readonly options: ResolvedRaftClientOptions
  private readonly lifecycle: Lifecycle = new Lifecycle('the client')
  private readonly name: Uint8Array
  private readonly commands: CommandSender
  private readonly queries: QuerySender
  private readonly connection: ClusterConnection
  private readonly receiver: EventReceiver
  private current: ClientSession | undefined
  private serving: Connection | undefined
  private keepAliveTimer: Timer | undefined
  /** Monotonic time at which the last thing that the cluster acknowledged was sent. */
  private renewedAt = 0
  private opened: { resolve: () => void, reject: (error: unknown) => void } | undefined

  private constructor(options: RaftClientOptions) {
    this.options = resolveRaftClientOptions(options)
    const events: SenderEvents = {
      answered: (sentAt, appliedIndex) => {
        this.queries.saw(appliedIndex)
        this.renewed(sentAt)
      },
      mustWait: (eventIndex) => this.receiver.mustWait(eventIndex),
      hold: (eventIndex, settle) => this.receiver.hold(eventIndex, settle),
      interrupted: (connection, error) => this.connection.retry(connection, error),
      lost: (error) => this.expire(error),
    }
    this.name = this.options.context.random('client-name').bytes(clientNameBytes)
    this.commands = new CommandSender(this.options, events)
    this.queries = new QuerySender(this.options, events)
    this.receiver = new EventReceiver(this.options, {
      rebind: () => this.renewNow(true),
      acknowledge: () => this.renewNow(false),
      ended: (error) => this.expire(error),
    })
    this.connection = new ClusterConnection(this.options, {
      greet: (connection) => this.greet(connection),
      ready: (connection) => this.resume(connection),
      lost: () => this.pause(),
    })
  }

  /**
   * Resolves when the session is registered.
   * @throws (rejects) {ConfigurationError}; {TimeoutError} after `openTimeout`, with every address and its reason.
   */
  static async open(options: RaftClientOptions): Promise<RaftClient> {
    const client = new RaftClient(options)
    await client.lifecycle.open(() => client.start())
    client.options.context.nextTurn(() => client.receiver.resume())
    return client
  }

  get session(): ClientSession {
    assert(this.current !== undefined, 'an open client has a session')
    return this.current
  }

  get isOpen(): boolean {
    return this.lifecycle.isOpen
  }

  /** What a server last said of the cluster. */
  get cluster(): ClusterView {
    return this.connection.cluster
  }

  /** `host:port` of the server that this client talks to, if it is connected. */
  get connectedTo(): string | undefined {
    return this.connection.connectedTo
  }

  /**
   * Submits an operation; settles with its result once it is durable on a majority and applied, or with an error whose `outcome` says whether
   * it may have taken effect.
   */
  submit<R>(operation: Command<R> | Query<R>, options: QueryOptions = {}): Promise<R> {
    const type = operationTypeOf(operation as Operation<R>)
    const { serializer } = this.options
    const write = (out: BufferOutput): void => writeOperation(operation as Operation<R>, out, serializer)
    const decode = (bytes: Uint8Array | undefined): R => decodeResult<Operation<R>>(type, bytes, serializer)
    if (!(operation instanceof Query)) return this.submitCommand(write, decode, options)
    const consistency = options.consistency ?? operation.consistency
    const ownStaleness = consistency === Consistency.SERIALIZABLE ? operation.maxStaleness : undefined
    return this.submitQuery(write, decode, { ...options, consistency, maxStaleness: options.maxStaleness ?? ownStaleness })
  }

  /** Submits a command whose payload `write` puts straight into the frame. @param decode gets a view of the result, to be read at once. */
  submitCommand<R>(write: (out: BufferOutput) => void, decode: (bytes: Uint8Array | undefined) => R, options: SubmitOptions = {}): Promise<R> {
    return this.enqueue(decode, options, (operation) => this.commands.add(operation, write))
  }

  /** As {@link submitCommand}, for a query. */
  submitQuery<R>(write: (out: BufferOutput) => void, decode: (bytes: Uint8Array | undefined) => R, options: QueryOptions = {}): Promise<R> {
    const { consistency = Consistency.LINEARIZABLE, maxStaleness } = options
    return this.enqueue(decode, options, (operation) => {
      if (maxStaleness !== undefined) checkStaleness(consistency, maxStaleness)
      this.queries.add(operation, { consistency, maxStaleness }, write)
    })
  }

  /** How long the application may rely on the session. */
  get lease(): ClientSession['lease'] {
    return this.session.lease
  }

  /** As `onReceive` of the session, with the bytes as they were published: views, to be kept as a copy. */
  onEvent(callback: (bytes: Uint8Array) => void): Listener {
    return this.receiver.onEvent(callback)
  }

  /** As `onGap` of the session. */
  onGap(callback: () => void): Listener {
    return this.receiver.onGap(callback)
  }

  /** Ends the session if the cluster can be reached, and settles every call; leaves no handle behind. */
  close(): Promise<void> {
    return this.lifecycle.close(() => this.stop())
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  private enqueue<R>(decode: (bytes: Uint8Array | undefined) => R, options: SubmitOptions, add: (operation: PendingOperation) => void): Promise<R> {
    return new Promise<R>((resolve, reject) => {
      const operation = new PendingOperation(decode, resolve, reject)
      const refusal = this.refusal()
      if (refusal !== undefined) {
        operation.reject(refusal)
        return
      }
      if (!operation.watch(options, this.options.context)) return
      try {
        add(operation)
      } catch (error) {
        operation.reject(error)
      }
    })
  }

  private refusal(): CopycatError | undefined {
    if (this.lifecycle.state !== 'open') return new ClosedError('the client is closed', { outcome: 'not-applied' })
    if (this.current?.state === 'EXPIRED') return new SessionExpiredError(`session ${this.current.id} has ended`, { outcome: 'not-applied' })
    return undefined
  }

  private async start(): Promise<void> {
    const { context, openTimeout } = this.options
    const timer = openTimeout === Infinity ? undefined : context.timer(context.monotonic() + openTimeout, () => {
      this.opened?.reject(new TimeoutError(`no server registered a session within ${openTimeout} ms; ${this.connection.obstacles}`, { outcome: 'not-applied' }))
    })
    try {
      await new Promise<void>((resolve, reject) => {
        this.opened = { resolve, reject }
        this.connection.start()
      })
    } catch (error) {
      this.connection.stop()
      throw error
    } finally {
      timer?.cancel()
      this.opened = undefined
    }
  }

  /** The first message on every connection: it registers the session, or binds it to this server. */
  private async greet(connection: Connection): Promise<void> {
    const { context, requestTimeout, sessionTimeout, serializer, logger } = this.options
    const sentAt = context.monotonic()
    this.receiver.listen(connection, (error) => {
      logger.warn(`${connection.remoteAddress} sent malformed events`, error)
      connection.close()
    })
    if (this.current !== undefined) {
      await this.keepAlive(connection, true)
      return
    }
    const request = encodeRegisterRequest({ client: this.name, timeout: sessionTimeout, replaces: 0 })
    const response = decodeRegisterResponse(decodeResponse(await connection.request(MessageType.register, [request], { timeout: requestTimeout })))
    this.connection.learn(response)
    this.current = new ClientSession(response.session, response.timeout, sentAt, context, logger, {
      onReceive: (callback) => this.receiver.onEvent((bytes) => callback(serializer.readObject(bytes))),
      onGap: (callback) => this.receiver.onGap(callback),
    })
    this.receiver.start(response.session)
    this.renewedAt = sentAt
    this.scheduleKeepAlive()
  }

  private resume(connection: Connection): void {
    const { current } = this
    if (current === undefined || current.state === 'EXPIRED') return
    this.serving = connection
    this.commands.resume(current.id, connection)
    this.queries.resume(current.id, connection)
    this.opened?.resolve()
  }

  private pause(): void {
    this.serving = undefined
    this.commands.pause()
    this.queries.pause()
  }

  /** @param binds whether the session's events are to come over this connection. */
  private async keepAlive(connection: Connection, binds: boolean): Promise<void> {
    const { context, requestTimeout } = this.options
    const { receiver } = this
    const sentAt = context.monotonic()
    const { eventIndex } = receiver
    const request = encodeKeepAliveRequest({ session: this.session.id, floor: this.commands.floor, eventIndex, binding: binds ? receiver.bind() : 0 })
    receiver.acknowledging(eventIndex)
    try {
      this.connection.learn(decodeClusterView(decodeResponse(await connection.request(MessageType.keepAlive, [request], { timeout: requestTimeout }))))
      this.renewed(sentAt)
    } catch (error) {
      receiver.acknowledgingFailed()
      if (CopycatError.is(error, 'COPYCAT_SESSION_EXPIRED')) this.expire(error)
      throw error
    }
  }

  private renewNow(binds: boolean): void {
    const { serving } = this
    if (serving !== undefined) this.keepAlive(serving, binds).catch((error: unknown) => this.connection.retry(serving, error))
  }

  private renewed(sentAt: number): void {
    this.renewedAt = Math.max(this.renewedAt, sentAt)
    this.current?.renew(sentAt)
  }

  /** Needed only while no commands flow: every acknowledged command renews too. */
  private scheduleKeepAlive(): void {
    const { context } = this.options
    const interval = this.session.timeout / 3
    this.keepAliveTimer = context.timer(Math.max(this.renewedAt + interval, context.monotonic() + interval / 10), () => {
      if (this.current?.state === 'EXPIRED' || this.current?.state === 'CLOSED') return
      const isDue = context.monotonic() - this.renewedAt >= interval || this.receiver.hasUnacknowledged
      if (this.serving !== undefined && (buggify('raft-client.early-keep-alive') || isDue)) {
        cover('raft-client.keep-alive')
        this.renewNow(false)
      }
      this.scheduleKeepAlive()
    })
  }

  private expire(error: CopycatError): void {
    if (this.current === undefined || this.current.state === 'EXPIRED') return
    cover('raft-client.session-expired')
    this.keepAliveTimer?.cancel()
    this.connection.stop()
    this.current.end('EXPIRED')
    this.receiver.end()
    this.failAll((outcome) => new SessionExpiredError(error.message, { outcome, cause: error }))
  }

  private failAll(error: (outcome: 'unknown' | 'not-applied') => CopycatError): void {
    this.serving = undefined
    this.commands.failAll(error)
    this.queries.failAll(error)
  }

  private async stop(): Promise<void> {
    this.keepAliveTimer?.cancel()
    const { serving, current } = this
    this.receiver.end()
    this.failAll((outcome) => new ClosedError('the client was closed', { outcome }))
    if (serving !== undefined && current !== undefined && current.state !== 'EXPIRED') {
      await serving.request(MessageType.unregister, [encodeUnregisterRequest(current.id)], { timeout: closeTimeout }).catch((error: unknown) => {
        this.options.logger.debug('the session could not be ended; it will expire', error)
      })
    }
    this.connection.stop()
    current?.end('CLOSED')
  }
}

function checkStaleness(consistency: Consistency, maxStaleness: number): void {
  if (consistency !== Consistency.SERIALIZABLE) throw new ConfigurationError('maxStaleness', maxStaleness, `goes with ${Consistency.SERIALIZABLE} only`)
  checkDuration('maxStaleness', maxStaleness, { allowInfinity: true })
}
