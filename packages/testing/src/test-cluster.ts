import { CopycatClient } from '@copycat/core'
import { CopycatReplica } from '@copycat/replica'
import { MemoryFileSystem, Storage } from '@copycat/storage'
import { LocalNetwork, LocalTransport } from '@copycat/transport-local'
import { checkDuration, checkInteger, ConfigurationError, type Logger, type MemberId, silentLogger } from '@copycat/utils'
import { type ResolvedTestClusterOptions, resolveTestClusterOptions, type TestClientOptions, type TestClusterOptions } from './options.ts'
import { type PassingTime, RealTime } from './passing-time.ts'
import { TestProcess } from './test-process.ts'
import { VirtualTime } from './virtual-time.ts'

/** A member, by its id, or a client of the cluster. */
export type Participant = MemberId | CopycatClient

/** One life of a member or of a client. */
interface Life {
  readonly host: string
  readonly process: TestProcess
  readonly transport: LocalTransport
}

interface MemberLife extends Life {
  readonly replica: CopycatReplica
}

/** Milliseconds that opening, electing and closing may take, at most. */
const patience = 60_000

const port = 5001

/** Bytes of a segment: filling ahead is of no use in memory. */
const segmentSize = 1024 * 1024

const hostOf = (id: MemberId): string => `member-${id}`

/** Replicas and clients in this process, on a network and with disks that are in memory. */
export class TestCluster implements AsyncDisposable {
  /** Ids of all members, from 1 on, whether or not they run. */
  readonly members: readonly MemberId[]
  private readonly options: ResolvedTestClusterOptions
  private readonly time: PassingTime
  private readonly network: LocalNetwork = new LocalNetwork()
  private readonly disks = new Map<MemberId, MemoryFileSystem>()
  private readonly lives = new Map<MemberId, MemberLife>()
  private readonly clients = new Map<CopycatClient, Life>()
  /** What was killed and has not come to its end. */
  private readonly ending = new Set<Promise<void>>()
  private starts = 0

  private constructor(options: ResolvedTestClusterOptions) {
    this.options = options
    this.time = options.time === 'virtual' ? new VirtualTime() : new RealTime()
    this.members = Array.from({ length: options.size }, (_, at) => at + 1)
    for (const id of this.members) this.disks.set(id, new MemoryFileSystem())
  }

  /** Starts all members; resolves when each knows a leader and has a session. @throws (rejects) {ConfigurationError}, and as `CopycatReplica.open` does. */
  static async open(options: TestClusterOptions): Promise<TestCluster> {
    const cluster = new TestCluster(resolveTestClusterOptions(options))
    try {
      await cluster.start(cluster.members)
    } catch (error) {
      await cluster.close()
      throw error
    }
    return cluster
  }

  /** A member that runs. @throws {ConfigurationError} when it does not. */
  replica(id: MemberId): CopycatReplica {
    return this.life(id).replica
  }

  /** Opens a client on a host of its own; the cluster closes it, unless the test does. @throws (rejects) as `CopycatClient.open` does. */
  async client(options: TestClientOptions = {}): Promise<CopycatClient> {
    const life = this.begin(`client-${++this.starts}`)
    const members = this.members.map((id) => `${hostOf(id)}:${port}`)
    const opening = CopycatClient.open({ logger: this.logger, ...options, members, transport: life.transport, context: life.process })
    const client = await this.until(opening)
    this.clients.set(client, life)
    return client
  }

  /** The member that leads, which a majority of all members knows, as soon as there is one; time passes meanwhile. @throws (rejects) {TimeoutError} */
  async leader(timeout: number = patience): Promise<MemberId> {
    checkDuration('timeout', timeout)
    const start = this.time.context.monotonic()
    for (;;) {
      const leader = this.knownLeader()
      if (leader !== undefined) return leader
      const left = start + timeout - this.time.context.monotonic()
      if (left <= 0) return this.time.until(new Promise<never>(() => undefined), 0)
      await this.time.advance(Math.min(left, 10))
    }
  }

  /**
   * Lets so many milliseconds pass; 0: none, only what is due already happens. On virtual time all that is due in them has happened when this resolves.
   * @throws (rejects) {ConfigurationError}
   */
  async advance(milliseconds: number): Promise<void> {
    checkInteger('milliseconds', milliseconds, 0)
    await this.time.advance(milliseconds)
  }

  /**
   * Lets time pass until the promise settles, and settles as it does.
   * @param timeout milliseconds that it may take.
   * @throws (rejects) {TimeoutError}
   */
  until<T>(promise: PromiseLike<T>, timeout: number = patience): Promise<T> {
    return this.time.until(promise, timeout)
  }

  /** Milliseconds since 1970 on the clock of the cluster. */
  now(): number {
    return this.time.context.wall()
  }

  /**
   * Cuts those who are in different groups off from each other, in place of a cut before; a participant in no group reaches all others. What is sent across is
   * lost without a word, as between machines.
   */
  partition(...groups: readonly (readonly Participant[])[]): void {
    this.network.partition(...groups.map((group) => group.map((participant) => this.hostOf(participant))))
  }

  /** Ends a partition. */
  heal(): void {
    this.network.heal()
  }

  /**
   * Ends a participant as SIGKILL and a power cut do: it says no farewell, and what a member had not synced is lost. Calls on it that are under way reject as time passes.
   * @throws (rejects) {ConfigurationError} when it does not run.
   */
  async kill(participant: Participant): Promise<void> {
    const life = this.life(participant)
    const copycat = typeof participant === 'number' ? this.replica(participant) : participant
    life.process.resume()
    const gone = life.transport.close()
    if (typeof participant === 'number') {
      this.disks.get(participant)!.powerCut()
      this.lives.delete(participant)
    } else this.clients.delete(participant)
    const ending = gone.then(() => copycat.close()).catch(() => undefined).finally(() => this.ending.delete(ending))
    this.ending.add(ending)
    await this.until(gone)
  }

  /**
   * Starts members again on what is on their disks; resolves when they know a leader and have a session, which takes a majority.
   * @throws (rejects) {ConfigurationError} when one of them runs; as `CopycatReplica.open` does.
   */
  async restart(...ids: readonly MemberId[]): Promise<void> {
    for (const id of ids) {
      if (!this.members.includes(id)) throw new ConfigurationError('member', id, `must be one of ${this.members.join(', ')}`)
      if (this.lives.has(id)) throw new ConfigurationError('member', id, 'runs')
    }
    await this.start(ids)
  }

  /** Stops a participant as SIGSTOP does: its clock goes on, and nothing of it runs, until {@link resume}. @throws {ConfigurationError} when it does not run. */
  pause(participant: Participant): void {
    this.life(participant).process.pause()
  }

  /** What was due meanwhile happens now, timers first. @throws {ConfigurationError} when it does not run. */
  resume(participant: Participant): void {
    this.life(participant).process.resume()
  }

  /** Closes clients and members, whatever state they are in. Closing twice does nothing. */
  async close(): Promise<void> {
    this.heal()
    const [clients, lives] = [[...this.clients], [...this.lives.values()]]
    this.clients.clear()
    this.lives.clear()
    for (const { process } of [...clients.map(([, life]) => life), ...lives]) process.resume()
    await this.until(Promise.all(clients.map(([client, { transport }]) => client.close().finally(() => transport.close()))))
    await this.until(Promise.all([...lives.map(({ replica, transport }) => replica.close().finally(() => transport.close())), ...this.ending]))
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  private get logger(): Logger {
    return this.options.logger ?? silentLogger
  }

  private async start(ids: readonly MemberId[]): Promise<void> {
    const { size: _size, time: _time, seed: _seed, ...settings } = this.options
    const members = this.members.map((id) => ({ id, host: hostOf(id), port }))
    const started = ids.map((id) => {
      const life = this.begin(hostOf(id))
      const replica = new CopycatReplica({
        trapDeterminism: true, ...settings, memberId: id, members, transport: life.transport, context: life.process, logger: this.logger,
        storage: new Storage({ directory: 'data', fileSystem: this.disks.get(id)!, maxSegmentSize: segmentSize }),
      })
      this.lives.set(id, { ...life, replica })
      return replica
    })
    await this.until(Promise.all(started.map((replica) => replica.open())))
  }

  private begin(host: string): Life {
    const process = new TestProcess(this.time.context, this.options.seed, `${host} ${++this.starts}`)
    return { host, process, transport: new LocalTransport({ network: this.network, host, context: process, logger: this.logger }) }
  }

  private life(id: MemberId): MemberLife
  private life(participant: Participant): Life
  private life(participant: Participant): Life {
    const life = typeof participant === 'number' ? this.lives.get(participant) : this.clients.get(participant)
    if (life === undefined) throw new ConfigurationError('participant', participant, 'must be a member or a client of this cluster that runs')
    return life
  }

  /** A member need not run. */
  private hostOf(participant: Participant): string {
    return typeof participant === 'number' && this.members.includes(participant) ? hostOf(participant) : this.life(participant).host
  }

  private knownLeader(): MemberId | undefined {
    const servers = [...this.lives.values()].filter(({ replica }) => replica.isOpen).map(({ replica }) => replica.server)
    const leaders = servers.filter(({ state }) => state === 'leader').sort((one, other) => other.status.term - one.status.term)
    const [first] = leaders
    if (first === undefined) return undefined
    const term = first.status.term
    const followers = servers.filter(({ leader, status }) => leader === first.memberId && status.term === term)
    return followers.length > this.members.length / 2 ? first.memberId : undefined
  }
}
