import {
  checkCommandFrame, checkQueryFrame, type ClusterView, commandFrameHeaderBytes, decodeKeepAliveRequest, decodeRegisterRequest, decodeUnregisterRequest,
  encodeClusterView, encodeError, encodeFailure, encodeOk, encodeRegisterResponse, IndeterminateError, isRefused, NotLeaderError, OverloadedError, payloadStart,
  ProtocolError, recordEnd, refuseRecord, SequenceError,
} from '@copycat/protocol'
import type { StateMachineRuntime } from '@copycat/state-machine'
import type { Respond } from '@copycat/transport'
import type { Context, CopycatError, LogIndex, Logger, SessionId, Timer } from '@copycat/utils'
import { buggify, cover, mutant } from '@copycat/utils/instruments'
import type { Session } from '../session/session.ts'
import { SessionLeases } from '../session/session-leases.ts'
import type { SessionRecordResult, SessionRegistry } from '../session/session-registry.ts'
import type { SessionStatus } from '../cluster/session-status.ts'
import { encodeReadIndex } from '../wire/read-index.ts'
import { decodeEndSession, decodeSessionListRequest, encodeSessionList } from '../wire/session-list.ts'
import { encodeSessionRecord, type SessionRecord } from '../wire/session-record.ts'
import { encodeSettingRecord } from '../wire/setting-record.ts'
import { Admission, type WaitingLimits } from './admission.ts'
import { type Applier, resultOfError } from './applier.ts'
import { HeldRequests } from './held-requests.ts'
import type { LoggedClock } from './logged-clock.ts'
import { type ClosedBlock, joinBytes, OpenBlock } from './open-block.ts'
import { PendingCommands } from './pending-commands.ts'
import { PendingReads } from './pending-reads.ts'
import type { QueryRunner } from './query-runner.ts'
import { SessionExpiry } from './session-expiry.ts'

/** What a leader needs of its server. */
export interface LeadershipPorts {
  propose(block: ClosedBlock): void
  requestRead(request: number): void
  clusterView(): ClusterView
  everyVoterKnows(resourceType: string): boolean
  /** Address of a session's client that is connected to this server. */
  addressOf(session: SessionId): string | undefined
}

/** Limits and defaults of a leader. */
export interface LeadershipOptions extends WaitingLimits {
  readonly sessionTimeout: number
  readonly maxEntrySize: number
}

/** Sessions in one list, at most. */
const sessionListMax = 10_000

/** Frames of queries that wait for a round, and their bytes, at most. */
const queriesMax = 16_384
const queryBytesMax = 64 * 1024 * 1024

/** Frames of commands that wait for an answer, repeated ones too, at most. */
const framesMax = 65_536

/** Commands of one session whose results are not acknowledged, at most: far beyond what a client keeps in flight. */
const unacknowledgedMax = 16_384

/**
 * What only a leader in office does: it puts the commands of each session in order and into the log, confirms reads, keeps the leases of
 * sessions, and lets time pass on an idle log. Everything here is volatile and starts anew with each term of office.
 */
export class Leadership {
  readonly commands: PendingCommands
  readonly reads: PendingReads
  private readonly context: Context
  private readonly clock: LoggedClock
  private readonly sessions: SessionRegistry
  private readonly runtime: StateMachineRuntime
  private readonly applier: Applier
  private readonly queries: QueryRunner
  private readonly ports: LeadershipPorts
  private readonly options: LeadershipOptions
  private readonly leases: SessionLeases
  private readonly admission: Admission
  private readonly open: OpenBlock
  private readonly expiry: SessionExpiry
  /** Number that the next command of a session must have to be logged; absent: what is applied says it. */
  private readonly nextSequence = new Map<SessionId, number>()
  private readonly sessionRecords = new Map<LogIndex, (result: SessionRecordResult | undefined) => void>()
  /** Switches of leases that are in the log and not applied. */
  private readonly switches = new Map<LogIndex, (error?: CopycatError) => void>()
  private lastPlaced: LogIndex = 0
  private inOffice = false
  private isPaused = false
  /** What came before the term's own first entry was applied, or while the office was being handed over: a few milliseconds, usually. */
  private readonly held = new HeldRequests()
  private queryBytes = 0
  private tickTimer: Timer | undefined
  private tickAt = Infinity

  constructor(
    context: Context, logger: Pick<Logger, 'warn'>, clock: LoggedClock, sessions: SessionRegistry, runtime: StateMachineRuntime, applier: Applier, queries: QueryRunner,
    ports: LeadershipPorts, options: LeadershipOptions,
  ) {
    this.context = context
    this.clock = clock
    this.sessions = sessions
    this.runtime = runtime
    this.applier = applier
    this.queries = queries
    this.ports = ports
    this.options = options
    this.leases = new SessionLeases(context)
    this.admission = new Admission(context, logger, options)
    this.commands = new PendingCommands(sessions)
    this.reads = new PendingReads(context, (request) => ports.requestRead(request))
    this.open = new OpenBlock(context, () => clock.now(), (block) => ports.propose(block))
    this.expiry = new SessionExpiry(context, sessions, this.leases, this.reads, this.open, (index, applied) => {
      this.lastPlaced = index
      this.sessionRecords.set(index, applied)
    })
  }

  /** Whether the term's own first entry is applied. */
  get isInOffice(): boolean {
    return this.inOffice
  }

  /** In office, and not about to leave it: clients may be served. */
  get isServing(): boolean {
    return this.inOffice && !this.isPaused
  }

  /** Monotonic time since which commands are refused, because too much waits; undefined: they are not. */
  get refusingSince(): number | undefined {
    return this.admission.refusingSince
  }

  /** Takes office, at most once a term: everything in the log before is applied. */
  start(lastIndex: LogIndex): void {
    this.inOffice = true
    this.lastPlaced = lastIndex
    this.nextSequence.clear()
    this.admission.clear()
    this.leases.start(this.sessions.all())
    this.expiry.start()
    this.armTick()
    if (!this.isPaused) this.held.serve()
  }

  /** The office is being handed over (§3.10): what comes waits. */
  pause(): void {
    this.isPaused = true
  }

  /** This leader stays after all. */
  resume(): void {
    if (!this.isPaused) return
    this.isPaused = false
    this.held.serve()
  }

  /** Keeps a request of so many bytes until this leader serves. @returns false when it keeps too many already. */
  hold(serve: () => void, respond: Respond, bytes: number): boolean {
    return this.held.add({ serve, respond }, bytes)
  }

  /** Leaves office: what was logged may still be committed by another leader, what was not will not. */
  stop(): void {
    this.isPaused = false
    const hadHeld = this.held.fail()
    if (hadHeld) cover('leadership.lost-before-office')
    if (!this.inOffice) return
    this.inOffice = false
    if (this.commands.size > 0) cover('leadership.lost-with-commands')
    if (this.sessionRecords.size > 0) cover('leadership.lost-with-session-records')
    this.tickTimer?.cancel()
    this.tickAt = Infinity
    this.leases.clear()
    this.commands.failAll(new IndeterminateError('leadership was lost before these commands were known to be committed'))
    this.reads.failAll(new NotLeaderError(undefined))
    const records = [...this.sessionRecords.values()]
    this.sessionRecords.clear()
    for (const settle of records) settle(undefined)
    const switches = [...this.switches.values()]
    this.switches.clear()
    for (const settle of switches) settle(new IndeterminateError('leadership was lost before the switch was known to be committed'))
    this.expiry.stop()
  }

  /** Entries up to `index` were applied here. */
  applied(index: LogIndex): void {
    if (!this.inOffice) return
    this.commands.applied(index)
    this.armTick()
  }

  sessionRegistered(session: Session): void {
    if (this.inOffice) this.leases.add(session)
  }

  sessionEnded(session: Session): void {
    this.leases.remove(session.id)
    this.nextSequence.delete(session.id)
  }

  /** The session record at `index` was applied. */
  sessionRecordApplied(index: LogIndex, result: SessionRecordResult): void {
    const settle = this.sessionRecords.get(index)
    this.sessionRecords.delete(index)
    settle?.(result)
  }

  /** A frame of commands: logs what is new of it, and answers it when its last command is applied. */
  receiveCommands(bytes: Uint8Array, respond: Respond): void {
    if (bytes.length > this.options.maxEntrySize + 64) throw new ProtocolError(`a command is larger than maxEntrySize (${this.options.maxEntrySize} bytes)`)
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    const frame = checkCommandFrame(bytes, view)
    const session = this.sessionOf(frame.session, respond)
    if (session === undefined) return
    let next = this.nextSequence.get(session.id) ?? session.lastSequence + 1
    if (mutant('X1')) next = Math.min(next, frame.firstSequence)
    if (mutant('X3')) next = Math.max(next, frame.firstSequence)
    const end = frame.firstSequence + frame.count
    if (frame.firstSequence > next) {
      cover('leadership.sequence-gap')
      throw new SequenceError(next)
    }
    if (end - session.floor > unacknowledgedMax) throw new OverloadedError(`session ${session.id} has too many results that it has not acknowledged`)
    if (this.commands.size >= framesMax) throw new OverloadedError(`${framesMax} frames of commands wait already`)
    const pending = { session: session.id, firstSequence: frame.firstSequence, count: frame.count, respond }
    if (end <= next) {
      cover('leadership.repeated-frame')
      // A repetition: all of it is in the log, or in the block that this turn collects. It renews nothing, as its answer may be one from long ago.
      this.open.whenPlaced((isLogged) => {
        if (!isLogged) {
          respond(encodeFailure(new NotLeaderError(undefined)))
          return
        }
        this.commands.add({ ...pending, lastIndex: this.lastPlaced, acknowledged: noop, settled: noop })
        this.commands.applied(this.applier.lastApplied)
      })
      return
    }
    if (buggify('leadership.refuses-late')) {
      // What comes meanwhile finds a gap, and is answered first.
      this.context.timer(this.context.monotonic() + 20, () => respond(encodeFailure(new OverloadedError('refused by chance'))))
      return
    }
    let start = commandFrameHeaderBytes
    for (let sequence = frame.firstSequence; sequence < next; sequence++) start = recordEnd(view, start)
    const count = end - next
    this.admission.check(session.id, count, bytes.length - start)
    const body = this.admitted(bytes, view, start)
    this.admission.take(session.id, count, body.length)
    this.nextSequence.set(session.id, end)
    const isNew = frame.firstSequence === next
    const receivedAt = this.context.monotonic()
    this.open.add('commands', body, count, (firstIndex) => {
      if (firstIndex === undefined) {
        respond(encodeFailure(new NotLeaderError(undefined)))
        return
      }
      this.lastPlaced = firstIndex + count - 1
      this.commands.add({ ...pending, lastIndex: this.lastPlaced, acknowledged: isNew ? () => this.leases.renew(session.id, receivedAt) : noop, settled: () => this.admission.settled(session.id, count, body.length) })
    })
  }

  /** A frame of queries: answered from the state machine, at once where its level allows it, else when leadership is confirmed. */
  receiveQueries(bytes: Uint8Array, respond: Respond): void {
    const frame = checkQueryFrame(bytes, new DataView(bytes.buffer, bytes.byteOffset, bytes.length))
    if (this.sessionOf(frame.session, respond) === undefined) return
    const answer = this.queries.answerAtOnce(bytes, frame)
    if (answer !== undefined) {
      respond(answer)
      return
    }
    if (this.reads.size >= queriesMax || this.queryBytes > queryBytesMax) throw new OverloadedError(`${this.reads.size} frames of queries wait already`)
    const kept = bytes.slice()
    this.queryBytes += kept.length
    this.reads.add({
      ready: () => {
        this.queryBytes -= kept.length
        respond(this.queries.answer(kept, frame))
      },
      failed: (error) => {
        this.queryBytes -= kept.length
        respond(encodeFailure(error))
      },
    })
  }

  /** A follower asks for an index that is confirmed after it has asked: what is applied here then. */
  receiveReadIndex(_bytes: Uint8Array, respond: Respond): void {
    this.reads.add({
      ready: () => respond(encodeOk(encodeReadIndex(this.applier.lastApplied))),
      failed: (error) => respond(encodeFailure(error)),
    })
  }

  /** Logs a switch of leases. Resolves when it is applied here. */
  switchLeases(isOn: boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      if (!this.inOffice) throw new NotLeaderError(undefined)
      this.open.add('configuration', encodeSettingRecord({ kind: 'leases', isOn }), 1, (index) => {
        if (index === undefined) {
          reject(new NotLeaderError(undefined))
          return
        }
        this.lastPlaced = index
        this.switches.set(index, (error) => {
          if (error === undefined) resolve()
          else reject(error)
        })
      })
    })
  }

  /** The switch at `index` was applied. */
  leasesSwitched(index: LogIndex): void {
    const settle = this.switches.get(index)
    this.switches.delete(index)
    settle?.()
  }

  /** Registers a session, or finds the one that an earlier try registered. */
  receiveRegister(bytes: Uint8Array, respond: Respond): void {
    const request = decodeRegisterRequest(bytes)
    const timeout = request.timeout === 0 ? this.options.sessionTimeout : request.timeout
    this.logSessionRecord({ kind: 'register', client: request.client, timeout, replaces: request.replaces }, respond, (result) => {
      if (result.error !== undefined) throw result.error
      this.leases.renew(result.session)
      // A repeated registration may ask for another time-out than the first one got.
      const granted = this.sessions.get(result.session)?.timeout ?? timeout
      return encodeRegisterResponse({ session: result.session, timeout: granted, ...this.ports.clusterView() })
    })
  }

  /** Renews a session; logged only when it moves the acknowledged floor, else confirmed like a read. */
  receiveKeepAlive(bytes: Uint8Array, respond: Respond): void {
    const request = decodeKeepAliveRequest(bytes)
    const session = this.sessionOf(request.session, respond)
    if (session === undefined) return
    const receivedAt = this.context.monotonic()
    const { floor, eventIndex } = request
    if ((floor > session.floor && floor <= session.lastSequence) || session.events?.isUnacknowledged(eventIndex) === true) {
      cover('leadership.keep-alive-moves-floor')
      this.logSessionRecord({ kind: 'keepAlive', session: session.id, floor, eventIndex }, respond, (result) => this.renewed(result.session, receivedAt))
      return
    }
    if (mutant('L1-keep-alive')) {
      respond(this.answer(() => this.renewed(request.session, receivedAt)))
      return
    }
    this.reads.add({
      ready: () => this.confirmRenewal(request.session, receivedAt, respond),
      failed: (error) => respond(encodeFailure(error)),
    })
  }

  private confirmRenewal(id: SessionId, receivedAt: number, respond: Respond): void {
    if (!this.inOffice && !mutant('L2')) {
      respond(encodeFailure(new NotLeaderError(undefined)))
    } else if (this.expiry.whenJudged(id, () => this.confirmRenewal(id, receivedAt, respond))) {
      cover('leadership.renewal-while-expiring')
    } else {
      respond(this.answer(() => this.renewed(id, receivedAt)))
    }
  }

  /** Ends a session; one that has ended already is fine. */
  receiveUnregister(bytes: Uint8Array, respond: Respond): void {
    const session = decodeUnregisterRequest(bytes)
    this.logSessionRecord({ kind: 'unregister', session }, respond, () => new Uint8Array(0))
  }

  /**
   * The session; undefined when `respond` is told by and by. One that was registered behind all that is applied here is one of a later leader, if this one was deposed and
   * has not heard of it: only a leader that is confirmed may say that it has ended.
   * @throws {SessionExpiredError}
   */
  private sessionOf(id: SessionId, respond: Respond): Session | undefined {
    const session = this.sessions.get(id)
    if (session !== undefined) return session
    if (id <= this.applier.lastApplied || mutant('X8')) throw this.sessions.endOf(id)
    cover('leadership.session-of-a-later-leader')
    this.reads.add({
      ready: () => respond(encodeFailure(this.sessions.get(id) === undefined ? this.sessions.endOf(id) : new NotLeaderError(undefined))),
      failed: (error) => respond(encodeFailure(error)),
    })
    return undefined
  }

  private renewed(id: SessionId, receivedAt: number): Uint8Array {
    this.sessions.live(id)
    this.leases.renew(id, receivedAt)
    return encodeClusterView(this.ports.clusterView())
  }

  /** Lists sessions for an operator, as they are applied here. */
  receiveSessionList(bytes: Uint8Array, respond: Respond): void {
    const { after, limit } = decodeSessionListRequest(bytes)
    const found: SessionStatus[] = []
    for (const session of this.sessions.all()) {
      if (found.length >= Math.min(limit, sessionListMax)) break
      if (session.id > after) found.push(this.statusOf(session))
    }
    respond(encodeOk(encodeSessionList(found)))
  }

  /** Ends a session for an operator. */
  receiveEndSession(bytes: Uint8Array, respond: Respond): void {
    this.logSessionRecord({ kind: 'end', session: decodeEndSession(bytes) }, respond, ({ session }) => new Uint8Array([session === 0 ? 0 : 1]))
  }

  private statusOf({ id, client, timeout, resultCount, events }: Session): SessionStatus {
    return {
      id, client: Array.from(client, (character) => character.charCodeAt(0).toString(16).padStart(2, '0')).join(''), timeout,
      age: this.leases.age(id) ?? 0, results: resultCount, events: events?.count ?? 0, eventBytes: events?.bytes ?? 0,
      connectedFrom: this.ports.addressOf(id),
    }
  }

  /** A copy of the records from `start` on; those that may not be applied carry the reason instead, as their result. */
  private admitted(bytes: Uint8Array, view: DataView, start: number): Uint8Array {
    const pieces: Uint8Array[] = []
    let kept = start
    for (let at = start; at < bytes.length;) {
      const end = recordEnd(view, at)
      const error = isRefused(bytes, at) ? undefined : this.runtime.admit(bytes, payloadStart(bytes, at), end, this.ports.everyVoterKnows)
      if (error !== undefined) {
        pieces.push(bytes.subarray(kept, at), refuseRecord(bytes, at, encodeError(error)))
        kept = end
      }
      at = end
    }
    return pieces.length === 0 ? bytes.slice(start) : joinBytes([...pieces, bytes.subarray(kept)])
  }

  private logSessionRecord(record: SessionRecord, respond: Respond, result: (result: SessionRecordResult) => Uint8Array): void {
    this.open.add('session', encodeSessionRecord(record), 1, (index) => {
      if (index === undefined) {
        respond(encodeFailure(new NotLeaderError(undefined)))
        return
      }
      this.lastPlaced = index
      this.sessionRecords.set(index, (outcome) => {
        respond(outcome === undefined ? encodeFailure(new IndeterminateError('leadership was lost meanwhile')) : this.answer(() => result(outcome)))
      })
    })
  }

  private answer(content: () => Uint8Array): readonly Uint8Array[] {
    try {
      return encodeOk(content())
    } catch (error) {
      return encodeFailure(resultOfError(error))
    }
  }

  /** An idle log does not grow: time is logged only when a timer is due. */
  private armTick(): void {
    const due = this.runtime.nextDue
    if (due === this.tickAt) return
    this.tickTimer?.cancel()
    this.tickAt = due
    if (due === Infinity) return
    this.tickTimer = this.context.timer(this.context.monotonic() + Math.max(0, due - this.clock.now()), () => {
      if (!this.inOffice) return
      this.open.add('tick', new Uint8Array(0), 1, (index) => {
        if (index !== undefined) this.lastPlaced = index
      })
    })
  }
}

function noop(): void {}
