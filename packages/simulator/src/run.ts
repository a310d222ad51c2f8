import type { Role } from '@copycat/consensus'
import { type RaftEvent, raftChannel } from '@copycat/raft/internal'
import { CopycatError, type Logger } from '@copycat/utils'
import { ClusterChecks } from './checks/cluster-checks.ts'
import { replayDiffers } from './checks/replay.ts'
import { Violation } from './checks/violation.ts'
import { SimClient } from './cluster/sim-client.ts'
import { dataDirectory, hostOf, isDiskTrouble, serverPort, SimServer } from './cluster/sim-server.ts'
import { FaultAtlas } from './disk/fault-atlas.ts'
import { SimDisk } from './disk/sim-disk.ts'
import type { FaultClass, PlannedFault } from './faults/fault-classes.ts'
import { drawPlan } from './faults/fault-plan.ts'
import { Nemesis } from './faults/nemesis.ts'
import type { RunOptions } from './faults/run-options.ts'
import { bridge, everyLink, isolateOne, oneWayIsolation } from './network/partitions.ts'
import { SimNetwork } from './network/sim-network.ts'
import { setTraps } from './process/ambient-traps.ts'
import { ProcessEnded, SimProcess } from './process/sim-process.ts'
import { SeededRandom } from './random/seeded-random.ts'
import { RecentLines } from './report/recent-lines.ts'
import { nextEventLoopTurn } from './time/event-loop.ts'
import { Scheduler } from './time/scheduler.ts'
import type { CheckedMachine } from './workload/store-machine.ts'
import type { Workload, WorkloadPorts } from './workload/workload.ts'

/** What the marked places of product code may ask of a run; who runs it from sources connects the two. */
export interface RunInstruments {
  forces(name: string): boolean
  reached(name: string): void
}

/** What a run may be given beside its options. */
export interface RunHooks {
  /** What clients and servers do. */
  readonly workload: (ports: WorkloadPorts) => Workload
  /** The faults, instead of those that the seed draws. */
  readonly plan?: readonly PlannedFault[]
  /** Connects the marked places of product code for the time of the run. @returns what disconnects them. */
  readonly instrument?: (run: RunInstruments) => () => void
  /** Keeps a chart of the last messages, which costs time. @default false */
  readonly hasChart?: boolean
  /** Leaves the ambient clock and randomness as they are, so that their use goes unnoticed. @default false */
  readonly hasNoTraps?: boolean
}

/** What came of a run. */
export interface RunResult {
  readonly options: RunOptions
  readonly plan: readonly PlannedFault[]
  readonly violation: Violation | undefined
  /** Equal for two runs that went alike. */
  readonly hash: string
  readonly events: number
  /** Virtual milliseconds. */
  readonly millis: number
  readonly acknowledged: number
  readonly failed: number
  readonly unknown: number
  readonly leaderChanges: number
  /** How often each class of faults really happened. */
  readonly faults: ReadonlyMap<FaultClass, number>
  /** How often each marked branch was reached. */
  readonly coverage: ReadonlyMap<string, number>
  readonly committed: number
  /** Log lines and messages of the last moments. */
  readonly lines: readonly string[]
  /** A line per server. */
  readonly states: readonly string[]
}

/** Runs one simulated cluster from its first moment to its last check. Nothing else may run on the thread meanwhile. */
export async function runOnce(options: RunOptions, hooks: RunHooks): Promise<RunResult> {
  // What a loader of modules has put off till now would be blamed on the run.
  await nextEventLoopTurn()
  return new Run(options, hooks).run()
}

/** In the phase after the faults, operations that start so many milliseconds after all was healed must succeed. */
const graceMillis = 8_000

/** Clients come to an end so many milliseconds before the run does. */
const settleMillis = 7_000

/** What is broken stays so for so many milliseconds of the healed phase, where only a core is healed at first. */
const coreMillis = 12_000

/** What clients do is usual so many milliseconds after the start, and must be again, to this part, after an overload. */
const warmUpMillis = 4_000
const leastGoodput = 0.9

class Run {
  private readonly options: RunOptions
  private readonly hooks: RunHooks
  private readonly plan: readonly PlannedFault[]
  private readonly random: SeededRandom
  private readonly scheduler: Scheduler
  private readonly network: SimNetwork
  private readonly atlas: FaultAtlas
  private readonly servers: readonly SimServer[]
  private readonly clients: readonly SimClient[]
  private readonly checks: ClusterChecks
  private readonly nemesis: Nemesis
  private readonly workload: Workload
  private readonly lines = new RecentLines(400)
  private readonly coverage = new Map<string, number>()
  private readonly armed = new Map<string, boolean>()
  private readonly buggifyRandom: SeededRandom
  private violation: Violation | undefined
  private isBuggified = false
  private mustSucceedFrom = Infinity
  /** The term that nothing has a reason to leave any more. */
  private settledTerm = Infinity
  private lastToEnd: { readonly server: SimServer | undefined, readonly role: Role | undefined } = { server: undefined, role: undefined }
  private mayStart = true
  /** Servers that stay down in this phase. */
  private readonly heldDown = new Set<SimServer>()

  constructor(options: RunOptions, hooks: RunHooks) {
    this.options = options
    this.hooks = hooks
    this.plan = hooks.plan ?? drawPlan(options)
    const { seed } = options
    this.random = SeededRandom.of(seed, 'run')
    this.buggifyRandom = SeededRandom.of(seed, 'buggify')
    this.scheduler = new Scheduler()
    this.network = new SimNetwork(this.scheduler, SeededRandom.of(seed, 'network'))
    this.atlas = new FaultAtlas(options.servers)
    this.workload = hooks.workload({
      fail: (invariant, text) => this.fail(invariant, text),
      acknowledged: (index, what) => this.checks.acknowledged(index, what),
      missed: (startedAt, what) => this.missed(startedAt, what),
    })
    const memberIds = Array.from({ length: options.servers }, (_, at) => at + 1)
    this.servers = memberIds.map((id) => this.makeServer(id, memberIds))
    this.clients = Array.from({ length: options.clients }, (_, at) => this.makeClient(at + 1, memberIds))
    this.checks = new ClusterChecks(this.servers, options, (id) => this.atlas.damagedMembers.has(id), (invariant, text) => this.fail(invariant, text), (session) => this.clientSureOf(session))
    for (const { id, disk } of this.servers) {
      disk.guard = this.atlas.add(id, disk, dataDirectory)
    }
    this.nemesis = new Nemesis({
      scheduler: this.scheduler, network: this.network, atlas: this.atlas, servers: this.servers, clients: this.clients, seed,
      sessionTimeout: options.sessionTimeout,
      revive: (server, millis) => this.revive(server, millis),
      reviveClient: (client, millis) => this.reviveClient(client, millis),
      end: (server, how) => (how === 'kill' ? server.kill() : server.cutPower()),
      mayForget: (server) => this.mayForget(server),
      hasForgotten: (server) => {
        this.atlas.damaged(server.id)
        this.checks.hasForgotten(server.id)
      },
      garbage: (server, random) => this.sendGarbage(server, random),
      isFounded: () => this.isFounded,
      setBuggify: (isOn) => {
        this.isBuggified = isOn
      },
    })
    if (hooks.hasChart === true) {
      this.network.onMessage = (event) => this.lines.add(event.at / 1_000, `${event.from} -> ${event.to}  ${event.kind}${event.kind === 'message' || event.kind === 'request' ? ` ${event.type}` : ''}, ${event.bytes} bytes${event.fate === 'dropped' ? ', lost' : ''}`)
    }
  }

  async run(): Promise<RunResult> {
    const restore = this.hooks.hasNoTraps === true ? undefined : setTraps((name, stack) => this.fail('determinism', `${name} was used\n${stack}`))
    const disconnect = this.hooks.instrument?.({ forces: (name) => this.forces(name), reached: (name) => this.reached(name) })
    const onRejection = (error: unknown): void => {
      // A life that was ended leaves its promises behind.
      if (!(error instanceof ProcessEnded)) this.fail('uncaught', `a promise was rejected, and nobody handled it: ${textOf(error)}`)
    }
    process.on('unhandledRejection', onRejection)
    try {
      this.scheduler.onStep = (process) => {
        if (process !== undefined) this.checks.stepped(process)
      }
      await this.phases()
      if (this.violation === undefined) this.finalChecks()
    } finally {
      this.freeze()
      disconnect?.()
      restore?.()
      process.off('unhandledRejection', onRejection)
    }
    return this.result()
  }

  private async phases(): Promise<void> {
    const { faultMillis, healedMillis } = this.options
    for (const server of this.servers) this.revive(server, this.random.integer(300))
    for (const client of this.clients) this.reviveClient(client, this.random.integer(1_000))
    this.drawPriorities()
    this.nemesis.start(this.plan)
    const usual = await this.goodput(warmUpMillis, this.options.rush?.fromMillis ?? 0)
    await this.until(faultMillis)
    const end = faultMillis + healedMillis
    // Members that have not all met yet need all of them.
    const healing = this.isFounded ? this.options.healing : 'all'
    this.healMost(healing)
    let healedAt = faultMillis
    if (healing !== 'all') {
      await this.until(faultMillis + 10 * this.options.electionTimeout + 1_000)
      this.checkLeader('V1')
      healedAt = faultMillis + coreMillis
      await this.until(healedAt)
      this.checkLeader('V1')
      this.healRest()
    }
    this.mustSucceedFrom = healedAt + graceMillis
    await this.until(this.mustSucceedFrom)
    this.checkLeader('V1')
    this.settledTerm = this.highestTerm()
    const { acknowledged, submitted } = this.workload.counts
    const afterwards = await this.goodput(this.mustSucceedFrom, end - settleMillis)
    if (this.options.rush !== undefined && afterwards < leastGoodput * usual) {
      this.fail('V5', `${afterwards.toFixed(1)} operations a second are acknowledged long after the overload, ${usual.toFixed(1)} were before`)
    }
    await this.until(end - settleMillis)
    const isAtRest = submitted !== undefined && this.workload.counts.submitted === submitted
    if (this.clients.length > 0 && !isAtRest && this.workload.counts.acknowledged === acknowledged) this.fail('V6', 'nothing was acknowledged any more after all was healed')
    this.mayStart = false
    await this.until(end)
    if (this.highestTerm() > this.settledTerm) this.fail('V1', `the term grew from ${this.settledTerm} to ${this.highestTerm()} after all was healed`)
  }

  /** Operations that are acknowledged in a second of that time; looked at only where a run is about it. */
  private async goodput(fromMillis: number, untilMillis: number): Promise<number> {
    if (this.options.rush === undefined) return 0
    await this.until(fromMillis)
    const before = this.workload.counts.acknowledged
    await this.until(untilMillis)
    return (this.workload.counts.acknowledged - before) / (untilMillis - fromMillis) * 1_000
  }

  private async until(millis: number): Promise<void> {
    if (this.violation === undefined) await this.scheduler.run(millis * 1_000)
  }

  /** Ends the faults; what the phase wants broken stays so. */
  private healMost(healing: RunOptions['healing']): void {
    this.nemesis.heal()
    const hosts = this.servers.map(({ process }) => process.name)
    if (healing === 'core') {
      const broken = Math.floor((this.servers.length - 1) / 2)
      const victims = [...this.servers].sort((a, b) => Number(this.atlas.damagedMembers.has(b.id)) - Number(this.atlas.damagedMembers.has(a.id))).slice(0, broken)
      for (const victim of victims) {
        if (this.random.chance(1, 2)) {
          this.heldDown.add(victim)
          victim.kill()
        } else {
          this.network.partition(everyLink(hosts).filter(({ from, to }) => from === victim.process.name || to === victim.process.name))
        }
      }
    } else if (healing === 'partial' && this.atlas.damagedMembers.size === 0) {
      this.network.partition(this.random.pick([bridge, isolateOne, oneWayIsolation])(hosts, this.random))
    }
    for (const server of this.servers) if (!server.process.isUp) this.revive(server, this.random.integer(500))
    for (const client of this.clients) if (!client.process.isUp) this.reviveClient(client, this.random.integer(500))
  }

  private healRest(): void {
    this.network.healAll()
    this.heldDown.clear()
    for (const server of this.servers) if (!server.process.isUp) this.revive(server, this.random.integer(500))
  }

  private get isFounded(): boolean {
    return this.servers.every(({ id }) => this.checks.view(id).hasRun)
  }

  /** V1: a leader is there. */
  private checkLeader(invariant: string): void {
    if (this.violation !== undefined) return
    if (this.servers.some(({ server }) => server?.state === 'leader')) return
    this.fail(invariant, `nobody leads though a majority is well: ${this.states().join('; ')}`)
  }

  private highestTerm(): number {
    return Math.max(...this.servers.map(({ id }) => this.checks.view(id).core?.currentTerm ?? 0))
  }

  /** V2: after everything is healed, operations succeed. */
  private missed(startedAt: number, what: string): void {
    if (startedAt >= this.mustSucceedFrom) this.fail('V2', `an operation that started at ${startedAt} ms, long after all was healed, did not succeed: ${what}`)
  }

  private finalChecks(): void {
    this.checkConvergence()
    if (this.violation === undefined) this.checkReplay()
    if (this.violation === undefined) this.workload.end()
  }

  /** V3: all that are well have the same. */
  private checkConvergence(): void {
    const well = this.servers.filter(({ id }) => !this.atlas.damagedMembers.has(id))
    const commit = Math.max(...well.map(({ id }) => this.checks.view(id).core?.commitIndex ?? -1))
    for (const { id, server } of well) {
      const { core, applied } = this.checks.view(id)
      if (core === undefined || server === undefined) this.fail('V3', `member ${id} does not run again though its disk is well: ${this.states().join('; ')}`)
      else if (core.commitIndex !== commit || applied !== commit) this.fail('V3', `member ${id} stands at ${applied} (committed ${core.commitIndex}), others at ${commit}`)
    }
    for (const client of this.clients) if (client.isRunning) this.fail('V2', `${client.process.name} has not come to an end: an operation of it was never settled`)
  }

  private checkReplay(): void {
    const context = new SimProcess(this.scheduler, this.options.seed, 'replay', -1, { uncaught() {}, ended() {}, published() {}, hasSubscribers: () => false })
      .start(this.logger('replay'))
    const machine = this.workload.machine('the replay') as ReturnType<Workload['machine']> & CheckedMachine
    const differs = replayDiffers(this.checks.committed.blocks, machine, context, (index) => this.checks.application.hashAt(index))
    if (differs !== undefined) this.fail('I22', differs)
  }

  private fail(invariant: string, text: string): void {
    // The first one counts: what follows from it may be anything.
    if (this.violation !== undefined) return
    this.violation = new Violation(invariant, text, this.scheduler.now / 1_000)
    this.scheduler.stop()
  }

  private makeServer(id: number, memberIds: readonly number[]): SimServer {
    const { seed, electionTimeout, heartbeatInterval, sessionTimeout, eventsMax, maxSegmentSize, cacheBytes, waitingCommandsMax } = this.options
    const process = this.makeProcess(hostOf(id), id)
    const disk = new SimDisk(process.name, this.scheduler, SeededRandom.of(seed, 'disk', id))
    return new SimServer(id, process, disk, {
      memberIds, electionTimeout, heartbeatInterval, sessionTimeout, eventsMax, maxSegmentSize, cacheBytes, waitingCommandsMax, openTimeout: 30_000,
    }, {
      transport: (context) => this.network.transport(context, { depth: this.options.depth }),
      machine: (server) => this.workload.machine(`member ${server.id}`, server.id),
      stopped: (server, error) => this.serverStopped(server, error),
      logger: (server) => this.logger(server.process.name),
    })
  }

  private makeClient(number: number, memberIds: readonly number[]): SimClient {
    const { requestTimeout, inFlightMax, recovery } = this.options
    const process = this.makeProcess(`client-${number}`, 100 + number)
    return new SimClient(process, {
      members: memberIds.map((id) => `${hostOf(id)}:${serverPort}`), openTimeout: 10_000, sessionTimeout: 0, requestTimeout, inFlightMax, recovery,
    }, (world) => this.workload.program(world), {
      transport: (context) => this.network.transport(context, { depth: this.options.depth }),
      logger: () => this.logger(process.name),
      mayStart: () => this.mayStart && this.violation === undefined,
      threw: (client, error) => this.fail('uncaught', `${client.process.name}: ${textOf(error)}`),
    })
  }

  /** The name of a client that relies on this session at this moment: by its clock alone, as what it has heard may be waiting for it. */
  private clientSureOf(id: number): string | undefined {
    const client = this.clients.find(({ client: raftClient, process }) => {
      if (raftClient === undefined || !process.isUp) return false
      const { session } = raftClient
      return session.id === id && !session.hasEnded && session.certainUntil > process.clock.monotonic()
    })
    return client?.process.name
  }

  private makeProcess(name: string, number: number): SimProcess {
    return new SimProcess(this.scheduler, this.options.seed, name, number, {
      uncaught: (process, error) => this.fail('uncaught', `${process.name}: ${textOf(error)}`),
      ended: (process) => this.processEnded(process),
      published: (_, channel, message) => {
        if (channel === raftChannel) this.checks.told(message as RaftEvent)
      },
      hasSubscribers: (channel) => channel === raftChannel,
    })
  }

  private processEnded(ended: SimProcess): void {
    const server = this.servers.find(({ process }) => process === ended)
    this.lastToEnd = { server, role: server === undefined ? undefined : this.checks.view(server.id).role }
    this.checks.ended(ended)
    this.network.processEnded(ended, server?.isLosingPower === true ? 'silent' : 'reset')
    server?.ended()
    this.clients.find(({ process }) => process === ended)?.ended()
  }

  /** A server gave up. It may be right to: then it is started again, as an operator or a supervisor would. */
  private serverStopped(server: SimServer, error: unknown): void {
    this.lines.add(this.scheduler.now / 1_000, `${server.process.name} stopped: ${textOf(error)}`)
    const isDamaged = this.atlas.damagedMembers.has(server.id)
    const wasLeader = this.lastToEnd.server === server && this.lastToEnd.role === 'leader'
    const isFenced = isDamaged && CopycatError.is(error) && ['COPYCAT_STORAGE_CORRUPTION', 'COPYCAT_STORAGE_FOREIGN', 'COPYCAT_IDENTITY'].includes(error.code)
    // I48: what was never damaged must be found whole, after any crash.
    if (!isDamaged && CopycatError.is(error, 'COPYCAT_STORAGE_CORRUPTION')) this.fail('I48', `${server.process.name} finds its disk damaged, which it is not: ${textOf(error)}`)
    const isFine = isFenced || isDamaged || CopycatError.is(error, 'COPYCAT_TIMEOUT') || this.hadDiskFault(server, error)
    if (!isFine) this.fail('assertion', `${server.process.name} stopped: ${textOf(error)}`)
    else if (!isFenced) this.revive(server, 50 + this.random.integer(1_000))
    else {
      if (wasLeader) this.electAnew()
      this.revive(server, 2_000 + this.random.integer(4_000), this.random.chance(1, 2))
    }
  }

  /** A leader that finds damage from before all was healed leaves office: the one election that follows is no unrest. */
  private electAnew(): void {
    if (this.settledTerm !== Infinity) this.settledTerm += 1
  }

  private hadDiskFault({ disk: { faultCounts } }: SimServer, error: unknown): boolean {
    const errors = faultCounts.readError + faultCounts.writeError + faultCounts.shortWrite + faultCounts.syncError + faultCounts.noSpace
    if (errors === 0) return false
    const isSystemError = error instanceof Error && 'code' in error && (error.code === 'EIO' || error.code === 'ENOSPC')
    return isSystemError || (isDiskTrouble(error) && !CopycatError.is(error, 'COPYCAT_STORAGE_CORRUPTION') && !CopycatError.is(error, 'COPYCAT_STORAGE_FOREIGN'))
  }

  /** An older disk counts against the members that may lose something, and is allowed only where nobody needs what it lacks. */
  private mayForget({ id, disk: { faultCounts } }: SimServer): boolean {
    const { bitRot, misdirectedWrite, lostFile, resurrectedFile, wipedDisk } = faultCounts
    // What it had promised before such damage nobody knows any more.
    if (bitRot + misdirectedWrite + lostFile + resurrectedFile + wipedDisk > 0) return false
    return this.atlas.mayDamage(id) && this.checks.mayForget(id)
  }

  /** @param isMended whether what its disk has lost is brought back from a copy first, if it can be. */
  private revive(server: SimServer, millis: number, isMended = false): void {
    const { life } = server.process
    this.scheduler.at(this.scheduler.now + millis * 1_000, 'timer', undefined, () => {
      if (server.process.isUp || server.process.life !== life || this.heldDown.has(server) || this.violation !== undefined) return
      if (isMended && server.disk.mend()) this.lines.add(this.scheduler.now / 1_000, `${server.process.name} has its disk back as it was`)
      server.start()
    })
  }

  private reviveClient(client: SimClient, millis: number): void {
    this.scheduler.at(this.scheduler.now + millis * 1_000, 'timer', undefined, () => {
      if (!client.process.isUp && this.mayStart && this.violation === undefined) client.start()
    })
  }

  /** A few times in the run the processes get other paces. */
  private drawPriorities(): void {
    if (!this.options.hasPriorities) return
    for (let change = 0; change < 4; change++) {
      this.scheduler.at(this.random.integer(this.options.faultMillis) * 1_000, 'timer', undefined, () => {
        for (const { process } of [...this.servers, ...this.clients]) process.turnMicros = this.random.pick([5, 20, 200, 2_000])
      })
    }
  }

  private sendGarbage(server: SimServer, random: SeededRandom): boolean {
    const client = this.clients.find(({ process }) => process.isUp)
    if (client?.context === undefined || !client.process.isUp) return false
    this.network.sendRaw(client.context, { host: server.process.name, port: serverPort }, random.bytes(random.logBetween(1, 2_048)))
    return true
  }

  private forces(name: string): boolean {
    if (!this.isBuggified) return false
    let isArmed = this.armed.get(name)
    if (isArmed === undefined) this.armed.set(name, isArmed = this.buggifyRandom.chance(1, 4))
    if (!isArmed || !this.buggifyRandom.chance(1, 4)) return false
    this.nemesis.counts.set('buggify', (this.nemesis.counts.get('buggify') ?? 0) + 1)
    return true
  }

  private reached(name: string): void {
    this.coverage.set(name, (this.coverage.get(name) ?? 0) + 1)
  }

  private logger(name: string): Logger {
    const line = (level: string) => (message: string, details?: unknown): void => {
      this.lines.add(this.scheduler.now / 1_000, `${name} ${level} ${message}${details === undefined ? '' : `: ${textOf(details)}`}`)
    }
    return { trace: this.hooks.hasChart === true ? line('trace') : () => {}, debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') }
  }

  /** Nothing of the run goes on when it is over. */
  private freeze(): void {
    this.savedStates = this.states()
    for (const { process } of [...this.servers, ...this.clients]) process.kill()
  }

  private states(): string[] {
    return this.servers.map(({ id, process, server }) => {
      const { core, applied } = this.checks.view(id)
      const isDamaged = this.atlas.damagedMembers.has(id) ? ', damaged' : ''
      if (!process.isUp) return `member ${id} is down${isDamaged}`
      if (core === undefined) return `member ${id} is ${server?.state ?? 'starting'}${isDamaged}`
      return `member ${id} is ${core.role} in term ${core.currentTerm}, leader ${core.leader ?? 'unknown'}, log to ${core.lastIndex}, committed ${core.commitIndex}, applied ${applied}${isDamaged}`
    })
  }

  private result(): RunResult {
    const { acknowledged, failed, unknown } = this.workload.counts
    return {
      options: this.options, plan: this.plan, violation: this.violation, hash: this.scheduler.trace.digest, events: this.scheduler.events,
      millis: this.scheduler.now / 1_000, acknowledged, failed, unknown, leaderChanges: this.checks.elections.termsLed,
      faults: this.nemesis.totals(), coverage: this.coverage, committed: this.checks.committed.log.lastIndex, lines: this.lines.all(), states: this.savedStates,
    }
  }

  /** As they were before the run was ended. */
  private savedStates: readonly string[] = []
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause === undefined ? '' : `; because of ${textOf(error.cause)}`
  return CopycatError.is(error) ? `${error.code} ${error.message}${cause}` : `${error.stack ?? error.message}${cause}`
}
