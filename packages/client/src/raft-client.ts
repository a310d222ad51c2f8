import type { BufferOutput } from '@copycat/buffer'
import {
  clientNameBytes, type ClusterView, type Command, Consistency, decodeRegisterResponse, decodeResponse, decodeResult, encodeRegisterRequest,
  encodeUnregisterRequest, MessageType, type Operation, operationTypeOf, Query, SessionExpiredError, writeOperation,
} from '@copycat/protocol'
import type { Connection } from '@copycat/transport'
import {
  AbortedError, assert, checkDuration, ClosedError, ConfigurationError, CopycatError, Lifecycle, type Listener, Listeners, TimeoutError,
} from '@copycat/utils'
import { cover, mutant } from '@copycat/utils/instruments'
import { ClientSession } from './client-session.ts'
import { ClusterConnection } from './cluster-connection.ts'
import { CommandSender, type SenderEvents, type SenderOptions } from './command-sender.ts'
import { EventReceiver } from './event-receiver.ts'
import { type Instant, instantOf } from './instant.ts'
import { KeepAlive, keepAliveIntervalOf, renewSession } from './keep-alive.ts'
import { type RaftClientOptions, resolveRaftClientOptions, type ResolvedRaftClientOptions } from './options.ts'
import { PendingOperation, type SubmitOptions } from './pending-operation.ts'
import { QuerySender } from './query-sender.ts'
import type { RecoveryAction, SessionLoss, SessionRecovery } from './recovery.ts'
import { backOff, RetryBudget } from './retry-budget.ts'
import { type ClientStall, StallWatch } from './stall-watch.ts'

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

/** Options of {@link RaftClient.drain}. */
export interface DrainOptions {
  /** Milliseconds that what is under way gets. @default 3500 */
  readonly timeout?: number
}

/** Milliseconds that `close` gives the cluster to end the session. */
const closeTimeout = 1_000

/** Least number of milliseconds between two looks whether the event loop stood still. */
const stallIntervalMin = 100

/** Diagnostics channel on which clients tell of their stalls, as {@link ClientStall}. */
const clientChannel = 'copycat:client'

/** Milliseconds between two looks whether everything is settled. */
const drainInterval = 5

/**
 * A client of a Raft cluster, with one session at a time: commands are applied once, in program order, whatever server it talks to; every call settles.
 */
export class RaftClient {
  private readonly options: ResolvedRaftClientOptions
  private readonly lifecycle: Lifecycle = new Lifecycle('the client')
  private readonly senderOptions: SenderOptions
  private readonly senderEvents: SenderEvents
  private readonly connection: ClusterConnection
  private readonly receiver: EventReceiver
  private readonly recoveries: Listeners<SessionRecovery>
  /** By which a repeated registration is recognised; another one for each session. */
  private name: Uint8Array
  private commands: CommandSender
  private queries: QuerySender
  private lastRequest = 0
  private current: ClientSession | undefined
  private keepAlive: KeepAlive | undefined
  private readonly stallWatch: StallWatch
  private readonly stalls: Listeners<ClientStall>
  private serving: Connection | undefined
  private opened: { resolve: () => void, reject: (error: unknown) => void } | undefined
  /** The session has ended, and no other takes its place. */
  private hasGivenUp = false
  private isDraining = false
  /** While the client closes: called when the cluster has ended the session, or need not. */
  private farewell: (() => void) | undefined

  private constructor(options: RaftClientOptions) {
    this.options = resolveRaftClientOptions(options)
    const { context, logger } = this.options
    this.senderOptions = { ...this.options, budget: new RetryBudget(context) }
    this.senderEvents = {
      settling: () => this.current?.assess(),
      answered: (sentAt, appliedIndex) => {
        this.queries.saw(appliedIndex)
        this.renewed(sentAt)
      },
      progressed: () => this.connection.progressed(),
      mustWait: (eventIndex) => this.receiver.mustWait(eventIndex),
      hold: (eventIndex, settle) => this.receiver.hold(eventIndex, settle),
      interrupted: (connection, error) => this.connection.retry(connection, error),
      lost: (error) => this.expire(error),
    }
    this.recoveries = new Listeners(logger)
    this.stalls = new Listeners(logger)
    const { renewer, stallThreshold } = this.options
    // Thousands of clients look seldom; a helper wants to know earlier whether this thread runs.
    const stallInterval = renewer === undefined ? Math.max(stallIntervalMin, stallThreshold / 4) : stallIntervalMin
    this.stallWatch = new StallWatch(context, stallInterval, stallThreshold, () => renewer?.alive(), (milliseconds) => this.stalled(milliseconds))
    this.name = this.newName()
    this.commands = new CommandSender(this.senderOptions, this.senderEvents)
    this.queries = new QuerySender(this.senderOptions, this.senderEvents)
    this.receiver = new EventReceiver(this.options, {
      rebind: () => void this.renewNow(true),
      leave: () => this.serving?.close(),
      acknowledge: () => void this.renewNow(false),
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
   * @throws (rejects) {ConfigurationError}; {TimeoutError} after `openTimeout`, with every address and its reason; {AbortedError} when the `signal` fires.
   */
  static async open(options: RaftClientOptions): Promise<RaftClient> {
    const client = new RaftClient(options)
    await client.lifecycle.open(() => client.start())
    client.options.context.nextTurn(() => client.receiver.resume())
    return client
  }

  /** The present one; after a recovery another. */
  get session(): ClientSession {
    assert(this.current !== undefined, 'an open client has a session')
    return this.current
  }

  /** Whether calls are taken. */
  get isOpen(): boolean {
    return this.refusal() === undefined
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

  /** A number that this client has not given out before: for state machines that know by it what a session has asked for, and answer later by an event. */
  nextRequest(): number {
    this.lastRequest += 1
    return this.lastRequest
  }

  /** Resolves after a short while, before something is submitted again that was refused with `COPYCAT_OVERLOADED`. */
  backOff(): Promise<void> {
    return backOff(this.options.context)
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

  /**
   * Calls `callback` when another session has taken the place of one that the cluster had ended, before anything is sent in it that waits: what rested on the old
   * one is to be made again. Only with `recovery`.
   */
  onRecover(callback: (recovery: SessionRecovery) => void): Listener {
    return this.recoveries.add(callback)
  }

  /** Calls `callback` in the first turns after the event loop stood still for `stallThreshold` or longer, at most once a second, with the longest of them. */
  onStall(callback: (stall: ClientStall) => void): Listener {
    return this.stalls.add(callback)
  }

  /**
   * Settles every call, ends the session if the cluster can be reached within a second (else it expires by itself), and leaves no handle behind. Closing twice does nothing.
   */
  close(): Promise<void> {
    return this.lifecycle.close(() => this.stop())
  }

  /** Takes no more calls, waits for those under way for at most `timeout`, then closes. */
  async drain({ timeout = 3_500 }: DrainOptions = {}): Promise<void> {
    if (timeout !== 0) checkDuration('timeout', timeout)
    this.isDraining = true
    const { context } = this.options
    const end = context.monotonic() + timeout
    await new Promise<void>((resolve) => {
      const look = (): void => {
        if ((this.commands.isIdle && this.queries.isIdle) || this.lifecycle.state !== 'open' || context.monotonic() >= end) resolve()
        else context.timer(context.monotonic() + drainInterval, look)
      }
      look()
    })
    await this.close()
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
      const { callTimeout, context } = this.options
      const { signal, timeout = callTimeout } = options
      try {
        if (timeout !== Infinity) checkDuration('timeout', timeout)
        if (operation.watch(signal, timeout, context)) add(operation)
      } catch (error) {
        operation.reject(error)
      }
    })
  }

  private refusal(): CopycatError | undefined {
    if (this.lifecycle.state !== 'open' || this.isDraining) return new ClosedError('the client is closed', { outcome: 'not-applied' })
    if (this.hasGivenUp && this.current !== undefined) return new SessionExpiredError(`session ${this.current.id} has ended`, { outcome: 'not-applied' })
    return undefined
  }

  private async start(): Promise<void> {
    const { context, openTimeout, signal } = this.options
    const abort = (): void => this.opened?.reject(new AbortedError(`the opening was aborted; ${this.connection.obstacles}`, { outcome: 'not-applied', cause: signal?.reason }))
    const timer = openTimeout === Infinity ? undefined : context.timer(context.monotonic() + openTimeout, () => {
      this.opened?.reject(new TimeoutError(`no server registered a session within ${openTimeout} ms; ${this.connection.obstacles}`, { outcome: 'not-applied' }))
    })
    try {
      await new Promise<void>((resolve, reject) => {
        this.opened = { resolve, reject }
        signal?.addEventListener('abort', abort, { once: true })
        if (signal?.aborted === true) abort()
        else this.connection.start()
      })
    } catch (error) {
      this.stopWatching()
      this.connection.stop()
      this.current?.end('CLOSED')
      throw error
    } finally {
      timer?.cancel()
      signal?.removeEventListener('abort', abort)
      this.opened = undefined
    }
  }

  /** The first message on every connection: it registers the session, or binds it to this server; or takes leave. */
  private async greet(connection: Connection): Promise<void> {
    const { current, farewell } = this
    const { logger } = this.options
    if (farewell !== undefined) {
      await this.unregister(connection)
      return
    }
    this.receiver.listen(connection, (error) => {
      logger.warn(`${connection.remoteAddress} sent malformed events`, error)
      connection.close()
    })
    if (current === undefined || current.hasEnded) await this.register(connection)
    else await this.renew(connection, true)
  }

  private async register(connection: Connection): Promise<void> {
    const { context, requestTimeout, sessionTimeout, stallThreshold, serializer, logger, renewer } = this.options
    const previous = this.current
    const sentAt = instantOf(context)
    const request = encodeRegisterRequest({ client: this.name, timeout: sessionTimeout, replaces: previous?.id ?? 0 })
    const response = decodeRegisterResponse(decodeResponse(await connection.request(MessageType.register, [request], { timeout: requestTimeout })))
    if (this.isStopping) return
    this.connection.learn(response)
    const session = new ClientSession(response.session, response.timeout, sentAt, context, logger, {
      onReceive: (callback) => this.receiver.onEvent((bytes) => callback(serializer.readObject(bytes))),
      onGap: (callback) => this.receiver.onGap(callback),
    }, renewer)
    this.current = session
    renewer?.start({ id: session.id, timeout: session.timeout, members: this.connection.addresses }, context)
    if (previous === undefined && (renewer !== undefined || stallThreshold !== Infinity)) this.stallWatch.start()
    this.keepAlive = new KeepAlive(context, keepAliveIntervalOf(session.timeout), {
      age: () => session.age, hasNews: () => this.receiver.hasUnacknowledged, send: () => this.renewNow(false),
    })
    this.keepAlive.start()
    session.onStateChange((state) => {
      if (state === 'SUSPENDED') this.keepAlive?.now()
    })
    this.receiver.start(response.session)
    if (previous !== undefined) this.recovered(previous, session)
  }

  private stalled(milliseconds: number): void {
    const { current } = this
    if (current === undefined || current.hasEnded) return
    const { context, logger } = this.options
    const stall: ClientStall = { type: 'stalled', session: current.id, milliseconds, isCertain: current.isCertain }
    logger.warn(`the event loop stood still for ${Math.round(milliseconds)} ms: session ${current.id} ${stall.isCertain ? 'goes on' : 'may have ended'}`)
    context.channel(clientChannel).publish(stall)
    this.stalls.notify(stall)
  }

  /** Nobody relies on a session any more. */
  private stopWatching(): void {
    this.keepAlive?.stop()
    this.stallWatch.stop()
    this.options.renewer?.stop()
  }

  private recovered(previous: ClientSession, session: ClientSession): void {
    cover('raft-client.recovered')
    this.recoveries.notify({ previous, session, missed: { after: this.queries.seen, through: session.id } })
    this.options.context.nextTurn(() => this.receiver.resume())
  }

  private resume(connection: Connection): void {
    const { current } = this
    if (current === undefined || current.hasEnded || this.isStopping) return
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
  private async renew(connection: Connection, binds: boolean): Promise<void> {
    const { context, requestTimeout } = this.options
    const { receiver, session } = this
    const { eventIndex } = receiver
    const request = { session: session.id, floor: this.commands.floor, eventIndex, binding: binds ? receiver.bind() : 0 }
    receiver.acknowledging(eventIndex)
    try {
      // A server that is silent for longer keeps the session in danger: another one may do better.
      const timeout = Math.min(requestTimeout, keepAliveIntervalOf(session.timeout))
      const { view, sentAt } = await renewSession(connection, request, timeout, context)
      this.connection.learn(view)
      if (session === this.current) this.renewed(sentAt)
    } catch (error) {
      receiver.acknowledgingFailed()
      if (CopycatError.is(error, 'COPYCAT_SESSION_EXPIRED') && session === this.current) this.expire(error)
      throw error
    }
  }

  private async renewNow(binds: boolean): Promise<void> {
    const { serving } = this
    if (serving === undefined) return
    try {
      await this.renew(serving, binds)
    } catch (error) {
      this.connection.retry(serving, error)
    }
  }

  private renewed(sentAt: Instant): void {
    this.connection.progressed()
    this.current?.renew(sentAt)
  }

  /** The cluster has ended the session. */
  private expire(error: CopycatError): void {
    const { current, serving, commands, queries } = this
    if (current === undefined || current.hasEnded) return
    cover('raft-client.session-expired')
    this.keepAlive?.stop()
    // Answers that wait for events are known.
    this.receiver.end()
    if (this.farewell !== undefined) {
      current.end('EXPIRED')
      this.farewell()
      return
    }
    const action = this.decide({ session: current, error })
    this.pause()
    if (action === 'close') {
      this.hasGivenUp = true
      this.stopWatching()
      this.connection.stop()
      this.opened?.reject(error)
    } else {
      // Whoever is told submits to the next session already.
      this.name = this.newName()
      if (!mutant('X7')) this.commands = new CommandSender(this.senderOptions, this.senderEvents)
      this.queries = new QuerySender(this.senderOptions, this.senderEvents, queries.seen)
    }
    current.end('EXPIRED')
    const reason = (outcome: 'unknown' | 'not-applied'): CopycatError => new SessionExpiredError(error.message, { outcome, cause: error })
    queries.failAll(reason)
    if (!mutant('X7') || action === 'close') commands.failAll(reason)
    if (action === 'recover' && serving !== undefined) this.connection.retry(serving, error)
  }

  private decide(loss: SessionLoss): RecoveryAction {
    const { recovery, logger } = this.options
    if (typeof recovery !== 'function') return recovery
    try {
      return recovery(loss)
    } catch (error) {
      logger.error('the recovery strategy threw', error)
      return 'close'
    }
  }

  private get isStopping(): boolean {
    return this.lifecycle.state === 'closing' || this.lifecycle.state === 'closed'
  }

  private newName(): Uint8Array {
    return this.options.context.random('client-name').bytes(clientNameBytes)
  }

  private async stop(): Promise<void> {
    const { serving, current } = this
    this.stopWatching()
    this.receiver.end()
    this.pause()
    for (const sender of [this.commands, this.queries]) sender.failAll((outcome) => new ClosedError('the client was closed', { outcome }))
    if (current !== undefined && !current.hasEnded) await this.takeLeave(serving)
    this.connection.stop()
    current?.end('CLOSED')
  }

  /** Asks the cluster to end the session: now, or as soon as a server serves, for a while. */
  private takeLeave(serving: Connection | undefined): Promise<void> {
    const { context, logger } = this.options
    return new Promise((resolve) => {
      const timer = context.timer(context.monotonic() + closeTimeout, () => {
        logger.debug('the session could not be ended in time; it will expire')
        resolve()
      })
      this.farewell = () => {
        timer.cancel()
        resolve()
      }
      if (serving !== undefined) this.unregister(serving).catch((error: unknown) => this.connection.retry(serving, error))
    })
  }

  private async unregister(connection: Connection): Promise<void> {
    decodeResponse(await connection.request(MessageType.unregister, [encodeUnregisterRequest(this.session.id)], { timeout: closeTimeout }))
    this.farewell?.()
  }
}

function checkStaleness(consistency: Consistency, maxStaleness: number): void {
  if (consistency !== Consistency.SERIALIZABLE) throw new ConfigurationError('maxStaleness', maxStaleness, `goes with ${Consistency.SERIALIZABLE} only`)
  checkDuration('maxStaleness', maxStaleness, { allowInfinity: true })
}
