import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Member } from '@copycat/protocol'
import { freePorts } from './free-ports.ts'
import { type Program, startProgram } from './program.ts'
import type { TimeRecord } from './recorded-map.ts'
import type { FromReplica, ReplicaConfiguration, ReplicaReport, ToReplica } from './replica-messages.ts'

/** Options of a {@link ProcessCluster}. */
export interface ProcessClusterOptions extends Pick<ReplicaConfiguration, 'stateMachine' | 'thread' | 'electionTimeout' | 'heartbeatInterval' | 'openTimeout'> {
  /** @default 3 */
  readonly size?: number
  /** Folder of the members' directories. @default a new one in the folder for temporary files, removed by `stop` */
  readonly directory?: string
  /** Further options of Node.js for the replica processes. */
  readonly nodeOptions?: readonly string[]
}

/** Replica processes on free loopback ports, each with a directory of its own. */
export class ProcessCluster {
  readonly members: readonly Member[]
  readonly directory: string
  private readonly options: ProcessClusterOptions
  private readonly programs = new Map<number, Program>()
  private readonly requests = new Map<number, (answer: FromReplica) => void>()
  private lastRequest = 0

  private constructor(members: readonly Member[], directory: string, options: ProcessClusterOptions) {
    this.members = members
    this.directory = directory
    this.options = options
  }

  /** Starts all of them; resolves when each knows a leader. */
  static async start(options: ProcessClusterOptions = {}): Promise<ProcessCluster> {
    const ports = await freePorts(options.size ?? 3)
    const members = ports.map((port, at) => ({ id: at + 1, host: '127.0.0.1', port }))
    const directory = options.directory ?? await mkdtemp(join(tmpdir(), 'copycat-'))
    const cluster = new ProcessCluster(members, directory, options)
    try {
      await Promise.all(members.map(({ id }) => cluster.startMember(id)))
    } catch (error) {
      await cluster.stop()
      throw error
    }
    return cluster
  }

  get addresses(): string[] {
    return this.members.map(({ host, port }) => `${host}:${port}`)
  }

  addressOf(id: number): string {
    const { host, port } = this.members.find((member) => member.id === id)!
    return `${host}:${port}`
  }

  directoryOf(id: number): string {
    return join(this.directory, String(id))
  }

  isRunning(id: number): boolean {
    return this.programs.has(id)
  }

  pidOf(id: number): number {
    return this.programs.get(id)!.process.pid!
  }

  /** Starts a member on its directory; resolves when it knows a leader. @throws what kept it from opening. */
  async startMember(id: number, changes: Partial<ReplicaConfiguration> = {}): Promise<void> {
    const { size: _size, directory: _directory, nodeOptions = [], ...options } = this.options
    const configuration: ReplicaConfiguration = {
      memberId: id, members: this.members, directory: this.directoryOf(id), ...options, ...changes,
    }
    const program = startProgram(new URL('./replica-process.ts', import.meta.url), configuration, nodeOptions)
    this.programs.set(id, program)
    void program.ended.then(() => {
      if (this.programs.get(id) === program) this.programs.delete(id)
    })
    await new Promise<void>((resolve, reject) => {
      program.process.on('message', (message: FromReplica) => {
        if (message.type === 'ready') resolve()
        else if (message.type === 'failed') reject(Object.assign(new Error(`${message.name}: ${message.message}`), { code: message.code }))
        else this.requests.get(message.request)?.(message)
      })
      void program.ended.then((code) => reject(new Error(`member ${id} ended with ${code}: ${program.stderr()}`)))
    })
  }

  /** Tries to start a second process as `member` on a directory that is in use; not part of the cluster afterwards. */
  async startMemberElsewhere(member: Member, directory: string): Promise<void> {
    const members = this.members.map((known) => (known.id === member.id ? member : known))
    const program = startProgram(new URL('./replica-process.ts', import.meta.url), { memberId: member.id, members, directory } satisfies ReplicaConfiguration)
    try {
      await new Promise<void>((resolve, reject) => {
        program.process.on('message', (message: FromReplica) => {
          if (message.type === 'failed') reject(Object.assign(new Error(message.message), { code: message.code }))
          else resolve()
        })
      })
    } finally {
      program.process.kill('SIGKILL')
      await program.ended
    }
  }

  /** Ends a member's process at once and waits until it is gone. */
  async kill(id: number, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const program = this.programs.get(id)
    if (program === undefined) return
    program.process.kill(signal)
    await program.ended
  }

  /** Has a member's application keep its event loop busy for so long. */
  block(id: number, milliseconds: number): void {
    this.programs.get(id)!.process.send({ type: 'block', milliseconds } satisfies ToReplica)
  }

  /** What a member says of itself; undefined when it is not running or does not answer. */
  async report(id: number): Promise<ReplicaReport | undefined> {
    const answer = await this.ask(id, 'report')
    return answer?.type === 'report' ? answer.report : undefined
  }

  /** What a member has recorded of its maps since it was started; undefined as in {@link report}. */
  async records(id: number): Promise<readonly TimeRecord[] | undefined> {
    const answer = await this.ask(id, 'records')
    return answer?.type === 'records' ? answer.records : undefined
  }

  /** From here on reports say how late a member's event loop is. */
  watchLoop(id: number): void {
    this.programs.get(id)!.process.send({ type: 'watchLoop' } satisfies ToReplica)
  }

  private async ask(id: number, type: 'report' | 'records'): Promise<FromReplica | undefined> {
    const program = this.programs.get(id)
    if (program === undefined || !program.process.connected) return undefined
    const request = ++this.lastRequest
    const answer = new Promise<FromReplica>((resolve) => this.requests.set(request, resolve))
    program.process.send({ type, request } satisfies ToReplica, () => {})
    const answered = await Promise.race([answer, program.ended.then(() => undefined), delay(5_000, undefined, { ref: false })])
    this.requests.delete(request)
    return answered
  }

  /** The member that leads, as soon as one says so. */
  async leader(timeout: number = 10_000): Promise<number> {
    for (const end = Date.now() + timeout; Date.now() < end; await delay(10)) {
      for (const { id } of this.members) if ((await this.report(id))?.state === 'leader') return id
    }
    throw new Error(`no member leads within ${timeout} ms`)
  }

  /** Waits until every running member has applied what the leader had committed at the call, and votes again: until all is well. */
  async caughtUp(timeout: number = 20_000): Promise<void> {
    const target = (await this.report(await this.leader()))?.commitIndex ?? 0
    for (const end = Date.now() + timeout; Date.now() < end; await delay(10)) {
      const reports = await Promise.all(this.members.filter(({ id }) => this.isRunning(id)).map(({ id }) => this.report(id)))
      if (reports.every((report) => report !== undefined && report.lastApplied >= target && report.mayVote)) return
    }
    const reports = await Promise.all(this.members.map(({ id }) => this.report(id)))
    throw new Error(`not every member has applied entry ${target} within ${timeout} ms: ${JSON.stringify(reports)}`)
  }

  /** Ends every process, without ceremony, and removes the directory if it was made here. */
  async stop(): Promise<void> {
    await Promise.all([...this.programs.keys()].map((id) => this.kill(id)))
    if (this.options.directory === undefined) await rm(this.directory, { recursive: true, force: true })
  }
}
