import { RaftCore, type Role, type RoleEffect } from '@copycat/consensus'
import { type ClusterView, decodeResponse, type Health, type Member, NotLeaderError } from '@copycat/protocol'
import { DeterminismTrap, StateMachine, StateMachineExecutor, type StateMachineRuntime } from '@copycat/state-machine'
import type { Founding, Log, MemberStorage } from '@copycat/storage'
import type { Connection, TransportServer } from '@copycat/transport'
import { assert, ClosedError, Lifecycle, type Listener, Listeners, type LogIndex, type MemberId, type Term, TimeoutError, type Timer } from '@copycat/utils'
import { cover, mutant } from '@copycat/utils/instruments'
import { Cluster } from './cluster/cluster.ts'
import { Members } from './cluster/members.ts'
import type { SessionStatus } from './cluster/session-status.ts'
import { Applier } from './driver/applier.ts'
import { Driver } from './driver/driver.ts'
import { FollowerReads } from './driver/follower-reads.ts'
import { Forwarding } from './driver/forwarding.ts'
import { Handover } from './driver/handover.ts'
import { serveConnection } from './driver/inbound.ts'
import { Leadership } from './driver/leadership.ts'
import { LoggedClock } from './driver/logged-clock.ts'
import { joinBytes } from './driver/open-block.ts'
import { Persister } from './driver/persister.ts'
import { QueryRunner } from './driver/query-runner.ts'
import { Watchdog } from './driver/watchdog.ts'
import { type RaftServerOptions, resolveRaftServerOptions, type ResolvedRaftServerOptions } from './options.ts'
import { EventDelivery } from './session/event-delivery.ts'
import { SessionRegistry } from './session/session-registry.ts'
import { type RaftEvent, raftChannel } from './diagnostics.ts'
import { ServerHealth } from './server-health.ts'
import { encodeRaftMessage } from './wire/raft-message.ts'
import { decodeReadIndex } from './wire/read-index.ts'
import { decodeSessionList, encodeEndSession, encodeSessionListRequest, type SessionListRequest } from './wire/session-list.ts'
import { ServerMessageType } from './wire/server-message-type.ts'

/** What a server is now; `starting`: it does not know its cluster yet. */
export type ServerState = Role | 'starting' | 'closed' | 'failed'

/** How a server stands, for people and tests. */
export interface ServerStatus {
  readonly memberId: MemberId
  readonly state: ServerState
  readonly term: Term
  readonly leader: MemberId | undefined
  readonly lastIndex: LogIndex
  readonly commitIndex: LogIndex
  readonly lastApplied: LogIndex
  readonly sessions: number
  /** False for one election timeout after a restart: whoever restarts servers one by one waits for it before the next. */
  readonly mayVote: boolean
  readonly bytesOnDisk: number
  /** Why it has stopped, if it failed. */
  readonly failure: Error | undefined
}

/** Options of {@link RaftServer.drain}. */
export interface DrainOptions {
  /** Milliseconds that a leader gives another member to take over. @default 4000 */
  readonly timeout?: number
}

/** What a server has once its cluster is founded. */
interface Running {
  readonly core: RaftCore
  readonly log: Log
  readonly driver: Driver
  readonly applier: Applier
  readonly leadership: Leadership
  readonly sessions: SessionRegistry
  readonly followerReads: FollowerReads
  readonly delivery: EventDelivery
  readonly handover: Handover
}

/** Entries unanswered per follower, and bytes of each AppendEntries (PERFORMANCE: a small window is quicker than a large one). */
const inFlightMax = 4
const appendBytesMax = 1 << 20

/**
 * One member of a Raft cluster: consensus on a storage and a transport, sessions, and a replicated state machine.
 */
export class RaftServer {
  private readonly options: ResolvedRaftServerOptions
  private readonly runtime: StateMachineRuntime
  private readonly lifecycle: Lifecycle
  private readonly stateListeners: Listeners<ServerState>
  private storage: MemberStorage | undefined
  private listener: TransportServer | undefined
  private members: Members | undefined
  private running: Running | undefined
  private watchdog: Watchdog | undefined
  private persister: Persister | undefined
  private readonly serverHealth: ServerHealth
  /** Gives the determinism trap back that this server set. */
  private readonly releaseTrap: () => void
  private failure: Error | undefined
  private readonly forwarding = new Forwarding((to, type, parts) => this.members!.request(to, type, parts))
  private readonly accepted = new Set<Connection>()
  private settleOpen: { resolve: () => void, reject: (error: unknown) => void } | undefined

  /** The cluster, and what an operator may do with it. */
  readonly cluster: Cluster

  private constructor(options: RaftServerOptions) {
    this.options = resolveRaftServerOptions(options)
    const { stateMachine, logger, context, electionTimeout } = this.options
    const shared = this.options.trapDeterminism && stateMachine instanceof StateMachine ? DeterminismTrap.share() : undefined
    this.releaseTrap = shared?.release ?? (() => undefined)
    this.runtime = stateMachine instanceof StateMachine
      ? new StateMachineExecutor(stateMachine, {
        onTimerError: (error) => logger.error('a timer of the state machine failed', error), ...(shared === undefined ? {} : { trap: shared.trap }),
      })
      : stateMachine
    this.serverHealth = new ServerHealth(context, electionTimeout)
    this.lifecycle = new Lifecycle(`member ${this.options.memberId}`)
    this.stateListeners = new Listeners(logger)
    this.cluster = new Cluster({
      members: () => this.members?.all ?? this.options.members,
      term: () => this.status.term,
      leader: () => this.leader,
      areLeasesOn: () => this.running?.core.areLeasesOn ?? false,
      transferLeadership: (to) => this.running?.handover.start(to) ?? Promise.reject(new NotLeaderError(undefined)),
      sessions: (options) => this.listSessions(options),
      endSession: async (session) => (await this.askLeader(ServerMessageType.endSession, 'receiveEndSession', encodeEndSession(session)))[0] === 1,
      switchLeases: (isOn) => this.running?.leadership.switchLeases(isOn) ?? Promise.reject(new NotLeaderError(undefined)),
    })
  }

  /**
   * Opens storage and listens; resolves once the server has recovered and knows a leader.
   * @throws (rejects) {ConfigurationError}; `StorageError` when the directory is in use, foreign or damaged; {IdentityError} when the
   * cluster does not take it; {TimeoutError} after `openTimeout`, with the reason for every member that could not be reached.
   */
  static async open(options: RaftServerOptions): Promise<RaftServer> {
    const server = new RaftServer(options)
    await server.lifecycle.open(() => server.start())
    return server
  }

  get memberId(): MemberId {
    return this.options.memberId
  }

  get state(): ServerState {
    if (this.failure !== undefined) return 'failed'
    if (this.lifecycle.state === 'closed' || this.lifecycle.state === 'closing') return 'closed'
    return this.running?.core.role ?? 'starting'
  }

  get leader(): MemberId | undefined {
    return this.running?.core.leader
  }

  /** Where this server listens. */
  get address(): Member {
    assert(this.listener !== undefined, 'the server listens')
    const configured = this.options.members.find((member) => member.id === this.memberId)!
    return { id: this.memberId, host: configured.host, port: this.listener.address.port }
  }

  get status(): ServerStatus {
    const { running } = this
    return {
      memberId: this.memberId, state: this.state, term: running?.core.currentTerm ?? this.storage?.hardState.currentTerm ?? 0, leader: this.leader,
      lastIndex: running?.log.lastIndex ?? 0, commitIndex: running?.core.commitIndex ?? 0, lastApplied: running?.applier.lastApplied ?? 0,
      sessions: running?.sessions.size ?? 0, mayVote: running?.core.mayVote ?? false, bytesOnDisk: running?.log.bytesOnDisk ?? 0, failure: this.failure,
    }
  }

  /** How this server stands, now: whether it could take a command, and if not, why and since when. */
  get health(): Health {
    const { running, leader } = this
    const { state } = this
    return this.serverHealth.judge({
      failure: this.failure, isClosed: state === 'closed', role: running?.core.role, leader,
      isServing: running?.leadership.isServing === true, isConnected: leader !== undefined && this.members?.isConnected(leader) === true,
      freshAt: running?.core.freshAt ?? -Infinity, owedFor: this.persister?.owedFor ?? 0, storageLevel: this.options.storage.level,
      refusingSince: running?.leadership.refusingSince,
    })
  }

  /** Tells when the server changes its role, fails or closes. */
  onStateChange(callback: (state: ServerState) => void): Listener {
    return this.stateListeners.add(callback)
  }

  /** Serves a connection of another transport, as if a client or member had connected. */
  accept(connection: Connection): void {
    this.accepted.add(connection)
    connection.onClose(() => {
      this.accepted.delete(connection)
      this.members?.goodbye(connection)
      this.running?.delivery.closed(connection)
    })
    serveConnection(connection, {
      leadership: () => (this.running?.core.role === 'leader' ? this.running.leadership : undefined),
      read: (bytes, respond) => this.running?.followerReads.receive(bytes, respond) === true,
      leader: () => ({ id: this.leader, isConnected: this.leader !== undefined && this.members?.isConnected(this.leader) === true }),
      bind: (session, binding, eventIndex, from) => this.running?.delivery.bind(session, binding, eventIndex, from),
      forward: (to, type, bytes) => this.forwarding.forward(to, type, bytes),
      greet: (from, bytes, respond) => {
        if (this.members === undefined) {
          // It recovers still, and will dial. Who waited for an answer until his time is over could not be dialled by then.
          cover('raft-server.greeted-too-early')
          from.close()
        }
        return this.members?.greet(from, bytes, respond)
      },
      receive: (from, message) => this.running?.driver.receive(from, message),
      checksum: (bytes) => this.options.context.checksum(bytes),
      malformed: (from, error) => {
        this.options.logger.warn(`${from.remoteAddress} sent a malformed message`, error)
        from.close()
      },
    })
  }

  /** Stops the server; it stays a member. Settles without a majority, and leaves no handle behind. */
  close(): Promise<void> {
    return this.lifecycle.close(() => this.stop())
  }

  /** Hands leadership over if this server leads, so that nobody waits for an election time-out, then closes. Settles without a majority too. */
  async drain({ timeout = 4_000 }: DrainOptions = {}): Promise<void> {
    const { context, logger } = this.options
    if (this.state === 'leader') {
      let timer: Timer | undefined
      const isOver = new Promise<void>((resolve) => {
        timer = context.timer(context.monotonic() + timeout, resolve)
      })
      const handedOver = this.cluster.transferLeadership().then(
        (leader) => logger.info(`member ${this.memberId} has handed leadership over to ${leader}`),
        (error: unknown) => logger.info(`member ${this.memberId} closes without having handed leadership over`, error),
      )
      await Promise.race([handedOver, isOver])
      timer?.cancel()
    }
    await this.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  private async start(): Promise<void> {
    const { storage, transport, context, logger, memberId, members, openTimeout } = this.options
    let timer: Timer | undefined
    try {
      this.storage = await storage.open({ memberId, context, logger })
      const self = members.find((member) => member.id === memberId)!
      this.listener = await transport.listen({ host: self.host, port: self.port }, (connection) => this.accept(connection))
      const ready = new Promise<void>((resolve, reject) => {
        this.settleOpen = { resolve, reject }
      })
      // A failure before anybody waits for it must not count as unhandled.
      ready.catch(() => undefined)
      timer = openTimeout === Infinity ? undefined : context.timer(context.monotonic() + openTimeout, () => {
        this.settleOpen?.reject(new TimeoutError(`member ${memberId} found no leader within ${openTimeout} ms; ${this.members?.obstacles}`, { outcome: 'not-applied' }))
      })
      await this.join(ready)
    } catch (error) {
      await this.stop()
      throw error
    } finally {
      timer?.cancel()
      this.settleOpen = undefined
    }
  }

  private async join(ready: Promise<void>): Promise<void> {
    const storage = this.storage!
    const wasFounded = storage.identity.founding
    if (wasFounded !== undefined) await this.run(wasFounded, true)
    this.members = new Members(storage.identity, this.address, this.options, this.runtime.resourceTypes, {
      founded: (founding) => {
        storage.found(founding).then(() => this.run(founding, false)).catch((error: unknown) => this.fail(error))
      },
      connected: (member) => this.running?.driver.step({ type: 'connected', member }),
      disconnected: (member) => this.running?.driver.step({ type: 'disconnected', member }),
      refused: (error) => this.fail(error),
    })
    this.members.start()
    await ready
  }

  /** Recovers the log and starts consensus. @param isRestart whether votes may have been given before. */
  private async run(founding: Founding, isRestart: boolean): Promise<void> {
    const storage = this.storage!
    const { context, logger, electionTimeout, heartbeatInterval, clockDrift } = this.options
    const log = await storage.openLog()
    if (this.failure !== undefined || this.lifecycle.state !== 'opening') {
      await log.close()
      return
    }
    const random = context.random('election')
    const core = new RaftCore({
      id: this.memberId, configuration: { voters: founding.members.map((member) => member.id), learners: [] }, hardState: storage.hardState,
      termRuns: log.termRuns(), lastIndex: log.lastIndex, electionTimeout, heartbeatInterval, clockDrift, abstain: isRestart, now: context.monotonic(),
      random: () => random.float(), inFlightMax, appendBytesMax,
      trace: (line) => logger.trace(line),
    })
    this.running = this.wire(core, log)
    context.channel(raftChannel).publish({ type: 'started', member: this.memberId, core, log } satisfies RaftEvent)
    const persister = new Persister(storage, log, context, {
      persisted: (effect) => this.running!.driver.persisted(effect),
      appended: () => this.running!.applier.proceed(),
      failed: (error) => this.fail(error),
    })
    this.persister = persister
    this.running.driver.start(persister)
    this.watch(persister)
    // Streams that were greeted before the log was open.
    for (const member of founding.members) {
      if (this.members?.isConnected(member.id) === true) this.running.driver.step({ type: 'connected', member: member.id })
    }
  }

  private watch(persister: Persister): void {
    const { context, logger } = this.options
    this.watchdog = new Watchdog(context, logger, this.options, {
      owedFor: () => persister.owedFor,
      isLeading: () => this.running?.core.role === 'leader',
      unfit: () => this.running?.driver.step({ type: 'unfit' }),
    })
    this.watchdog.start()
  }

  private wire(core: RaftCore, log: Log): Running {
    const { context, logger, electionTimeout, sessionsMax, sessionTimeout, maxEntrySize, waitingCommandsMax, waitingBytesMax } = this.options
    const channel = context.channel(raftChannel)
    const clock = new LoggedClock(context)
    const position = (): { index: LogIndex, time: number } => ({ index: applier.lastApplied, time: applier.lastTime })
    const sessions = new SessionRegistry(sessionsMax, {
      registered: (session) => {
        leadership.sessionRegistered(session)
        this.runtime.sessionRegistered(session.id, position())
      },
      ended: (session, end, error) => {
        leadership.sessionEnded(session)
        if (!mutant('X15')) this.runtime.sessionEnded(session.id, end, position())
        delivery.ended(session.id, end === 'expired' ? error : undefined)
      },
    })
    const delivery = new EventDelivery(context, sessions, sessionsMax)
    this.runtime.attach({
      publish: (id, event) => {
        const session = sessions.get(id)
        if (session === undefined) return
        if (channel.hasSubscribers) channel.publish({ type: 'published', member: this.memberId, session: id, index: applier.applying, event } satisfies RaftEvent)
        session.publish(applier.applying, event, this.options)
        delivery.published(id)
      },
      // Nothing is cleaned yet.
      released() {},
    })
    const driver = new Driver(core, log, clock, context, logger, {
      send: (to, message) => {
        const { type, parts } = encodeRaftMessage(message)
        this.members?.send(to, type, parts)
      },
      apply: (through) => applier.apply(through),
      readReady: (through) => leadership.reads.ready(through),
      transferChanged: (to) => handover.changed(to),
      roleChanged: (effect) => this.roleChanged(effect),
      settled: () => {
        if (core.isServing && !leadership.isInOffice) leadership.start(core.lastIndex)
      },
      failed: (error) => this.fail(error),
    })
    const applier = new Applier(this.memberId, log, this.runtime, sessions, context, logger, {
      applied: (index) => {
        // Events leave before the answers to the commands that have published them.
        delivery.deliver()
        // First the answers: what is answered renews its session, and the step may find that the time of sessions is over.
        leadership.applied(index)
        driver.step({ type: 'applied', index })
        followerReads.applied(index)
      },
      sessionRecord: (index, result) => leadership.sessionRecordApplied(index, result),
      leasesSwitched: (index, isOn) => {
        driver.step({ type: 'leasesSwitched', index, isOn })
        leadership.leasesSwitched(index)
      },
      failed: (error) => this.fail(error),
    })
    const queries = new QueryRunner(core, this.runtime, sessions, applier, context, electionTimeout)
    const followerReads = new FollowerReads(context, queries, applier, () => this.readIndex())
    const leadership = new Leadership(context, logger, clock, sessions, this.runtime, applier, queries, {
      propose: (block) => driver.propose(block),
      requestRead: (request) => driver.step({ type: 'readRequest', request }),
      clusterView: () => this.clusterView(core),
      addressOf: (session) => delivery.addressOf(session),
      everyVoterKnows: (resourceType) => this.members?.everyVoterKnows(resourceType, core.configuration.voters) === true,
    }, { sessionTimeout, maxEntrySize, waitingCommandsMax, waitingBytesMax })
    const handover = new Handover(core, driver, leadership, context)
    return { core, log, driver, applier, leadership, sessions, followerReads, delivery, handover }
  }

  /** Asks the leader for an index that is confirmed after the question. */
  private async readIndex(): Promise<LogIndex> {
    const { leader } = this
    if (leader === undefined || leader === this.memberId || this.members === undefined) throw new NotLeaderError(leader)
    return decodeReadIndex(decodeResponse(await this.members.request(leader, ServerMessageType.readIndex, [])))
  }

  /** Asks the leader, which may be this server. @returns a copy of the content of its answer. */
  private async askLeader(type: number, method: 'receiveSessionList' | 'receiveEndSession', bytes: Uint8Array): Promise<Uint8Array> {
    const { leader, running, members } = this
    if (running?.leadership.isServing === true) {
      const { leadership } = running
      return decodeResponse(await new Promise((resolve) => {
        leadership[method](bytes, (parts) => resolve(joinBytes(parts)))
      }))
    }
    if (leader === undefined || leader === this.memberId || members?.isConnected(leader) !== true) throw new NotLeaderError(leader)
    return decodeResponse(await members.request(leader, type, [bytes])).slice()
  }

  /** What the leader knows, and which of them are connected to this server. */
  private async listSessions(options: SessionListRequest): Promise<SessionStatus[]> {
    const listed = decodeSessionList(await this.askLeader(ServerMessageType.sessionList, 'receiveSessionList', encodeSessionListRequest(options)))
    return listed.map((status) => ({ ...status, connectedFrom: this.running?.delivery.addressOf(status.id) ?? status.connectedFrom }))
  }

  private roleChanged(effect: RoleEffect): void {
    const { leadership, followerReads, handover } = this.running!
    if (effect.role !== 'leader') leadership.stop()
    followerReads.failAll()
    handover.roleChanged(effect)
    this.serverHealth.leaderChanged(effect.leader)
    if (effect.leader !== undefined) {
      this.forwarding.leaderIs(effect.leader)
      this.settleOpen?.resolve()
    }
    this.options.logger.info(`member ${this.memberId} is ${effect.role} in term ${effect.term}, leader ${effect.leader ?? 'unknown'}`)
    this.stateListeners.notify(this.state)
  }

  private clusterView(core: RaftCore): ClusterView {
    return { leader: core.leader ?? 0, members: this.members?.all ?? this.options.members }
  }

  /** Something is wrong that this server cannot mend: it stops rather than go on from a wrong state. */
  private fail(error: unknown): void {
    if (this.failure !== undefined || this.lifecycle.state === 'closed') return
    this.failure = error instanceof Error ? error : new Error(String(error))
    this.serverHealth.ended()
    this.options.logger.error(`member ${this.memberId} stops`, this.failure)
    this.options.context.channel(raftChannel).publish({ type: 'failed', member: this.memberId, error: this.failure } satisfies RaftEvent)
    this.settleOpen?.reject(this.failure)
    this.stateListeners.notify('failed')
    // During open() the opening cleans up itself.
    if (this.lifecycle.state === 'open') void this.close().catch((cause: unknown) => this.options.logger.error('closing failed', cause))
  }

  private async stop(): Promise<void> {
    this.serverHealth.ended()
    this.watchdog?.stop()
    this.settleOpen?.reject(new ClosedError(`member ${this.memberId} was closed`, { outcome: 'not-applied' }))
    this.members?.stop()
    if (this.running !== undefined) {
      this.running.leadership.stop()
      this.running.followerReads.failAll()
      this.running.handover.stop()
      this.running.applier.stop()
      this.running.driver.stop()
    }
    for (const connection of [...this.accepted]) connection.close()
    await this.listener?.close()
    // After a failure of the disk closing may fail again; the lock must go all the same.
    await this.running?.log.close().catch((error: unknown) => this.options.logger.warn('the log could not be closed cleanly', error))
    await this.storage?.close()
    this.releaseTrap()
    this.stateListeners.notify('closed')
  }
}

