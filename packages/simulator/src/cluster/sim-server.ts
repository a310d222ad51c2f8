import { RaftServer } from '@copycat/raft'
import type { StateMachine, StateMachineRuntime } from '@copycat/state-machine'
import { Storage } from '@copycat/storage'
import type { Transport } from '@copycat/transport'
import { CopycatError, type Logger, type MemberId } from '@copycat/utils'
import type { SimDisk } from '../disk/sim-disk.ts'
import type { SimContext } from '../process/sim-context.ts'
import type { SimProcess } from '../process/sim-process.ts'

/** Folder of a server on its disk. */
export const dataDirectory = 'data'

/** Where every server listens, on the host of its name. */
export const serverPort = 5001

/** What all servers of a run have in common. */
export interface SimServerSettings {
  readonly memberIds: readonly MemberId[]
  readonly electionTimeout: number
  readonly heartbeatInterval: number
  readonly sessionTimeout: number
  readonly eventsMax: number
  readonly maxSegmentSize: number
  readonly cacheBytes: number
  readonly waitingCommandsMax: number
  readonly openTimeout: number
}

/** What a server tells its world. */
export interface SimServerEvents {
  transport(context: SimContext): Transport
  machine(server: SimServer): StateMachine | StateMachineRuntime
  /** It stopped by itself or could not open. */
  stopped(server: SimServer, error: unknown): void
  logger(server: SimServer): Logger
}

/** A machine with a disk on which a real server runs, one life after the other. */
export class SimServer {
  readonly id: MemberId
  readonly process: SimProcess
  readonly disk: SimDisk
  server: RaftServer | undefined
  machine: StateMachine | StateMachineRuntime | undefined
  /** While its power is cut: the machine itself goes down, not just the process. */
  isLosingPower = false
  /** Called when this life ended in the middle of something. */
  killedInside: (() => void) | undefined
  private readonly settings: SimServerSettings
  private readonly events: SimServerEvents

  constructor(id: MemberId, process: SimProcess, disk: SimDisk, settings: SimServerSettings, events: SimServerEvents) {
    this.id = id
    this.process = process
    this.disk = disk
    this.settings = settings
    this.events = events
  }

  /** Starts a life on whatever is on the disk. */
  start(): void {
    const { process, settings, disk } = this
    const logger = this.events.logger(this)
    const context = process.start(logger)
    const { life } = context
    this.server = undefined
    this.killedInside = undefined
    this.machine = this.events.machine(this)
    const { memberIds, maxSegmentSize, cacheBytes, ...timing } = settings
    RaftServer.open({
      ...timing, memberId: this.id, members: memberIds.map((id) => ({ id, host: hostOf(id), port: serverPort })), context, logger,
      transport: this.events.transport(context), stateMachine: this.machine,
      storage: new Storage({ directory: dataDirectory, fileSystem: disk.fileSystem(process, life), maxSegmentSize, cacheBytes }),
    }).then((server) => {
      if (process.life !== life || !process.isUp) return
      this.server = server
      server.onStateChange((state) => {
        if (state === 'failed') this.stop(life, server.status.failure)
      })
      if (server.state === 'failed') this.stop(life, server.status.failure)
    }, (error: unknown) => this.stop(life, error))
  }

  /** SIGKILL: what it had handed to the system's cache stays. */
  kill(): void {
    // Ended from outside, not in the middle of something.
    this.killedInside = undefined
    this.process.kill()
  }

  /** Pulls the plug: what was not synced may be gone. */
  cutPower(): void {
    this.isLosingPower = true
    this.kill()
    this.disk.powerLoss()
    this.isLosingPower = false
  }

  /** For the world: this life is over, whoever ended it. */
  ended(): void {
    this.server = undefined
    const { killedInside } = this
    this.killedInside = undefined
    killedInside?.()
  }

  private stop(life: number, error: unknown): void {
    if (this.process.life !== life || !this.process.isUp) return
    this.kill()
    this.events.stopped(this, error)
  }
}

/** Whether a server that stopped so could be right to do so after a fault of its disk, and may be started again. */
export function isDiskTrouble(error: unknown): boolean {
  return CopycatError.is(error) && error.code.startsWith('COPYCAT_STORAGE')
}

export function hostOf(id: MemberId): string {
  return `server-${id}`
}
