import { RaftClient } from '@copycat/client'
import type { MemberAddress } from '@copycat/protocol'
import type { Transport } from '@copycat/transport'
import type { Logger, Random } from '@copycat/utils'
import type { SimContext } from '../process/sim-context.ts'
import type { SimProcess } from '../process/sim-process.ts'

/** What a client of a run is opened with. */
export interface SimClientSettings {
  readonly members: readonly MemberAddress[]
  readonly openTimeout: number
  readonly sessionTimeout: number
  readonly requestTimeout: number
  readonly inFlightMax: number
  readonly recovery: 'close' | 'recover'
}

/** What application code of a simulated client may use: nothing else may take time or be random. */
export interface ClientWorld {
  /** Label of the client, unique in the run. */
  readonly name: string
  /** Randomness of this life of the client, from the seed. */
  readonly random: Random
  /** Milliseconds of the run. */
  now(): number
  /** Resolves after so many milliseconds of the client's own clock; never when the client's process ends before. */
  sleep(millis: number): Promise<void>
  /** Milliseconds of the client's own clock, which may go wrong like any other. */
  monotonic(): number
  /** Whether this life of the client lasts; it may stand still meanwhile. */
  readonly isUp: boolean
  /** False when the faults are over and clients are to come to an end. */
  readonly mayStart: boolean
  /** Opens another session; to be called again when the one before has ended. */
  open(): Promise<RaftClient>
}

/** What a client's process runs; a life of it ends when the promise settles. */
export type ClientProgram = (world: ClientWorld) => Promise<void>


/** A machine on which an application with real clients runs. */
export class SimClient {
  readonly process: SimProcess
  /** The client of this life that was opened last. */
  client: RaftClient | undefined
  /** Of this life. */
  context: SimContext | undefined
  /** Whether its program has not come to an end. */
  isRunning = false
  private readonly settings: SimClientSettings
  private readonly program: ClientProgram
  private readonly events: {
    transport(context: SimContext): Transport
    logger(client: SimClient): Logger
    mayStart(): boolean
    /** The program threw. */
    threw(client: SimClient, error: unknown): void
  }

  constructor(process: SimProcess, settings: SimClientSettings, program: ClientProgram, events: SimClient['events']) {
    this.process = process
    this.settings = settings
    this.program = program
    this.events = events
  }

  start(): void {
    const { process, settings, events } = this
    const logger = events.logger(this)
    const context = process.start(logger)
    const { life } = context
    this.context = context
    this.isRunning = true
    this.program({
      name: `${process.name}/${life}`, random: context.random('program'),
      now: () => process.scheduler.now / 1_000,
      monotonic: () => process.clock.monotonic(),
      get isUp() {
        return process.life === life && process.isUp
      },
      sleep: (millis) => new Promise((resolve) => {
        context.timer(context.monotonic() + millis, resolve)
      }),
      get mayStart() {
        return events.mayStart()
      },
      open: async () => {
        const client = await RaftClient.open({ ...settings, context, logger, transport: events.transport(context) })
        if (process.life === life) this.client = client
        return client
      },
    }).then(() => {
      if (process.life === life) this.isRunning = false
    }, (error: unknown) => {
      if (process.life === life && process.isUp) events.threw(this, error)
    })
  }

  kill(): void {
    this.process.kill()
  }

  /** For the world: this life is over. */
  ended(): void {
    this.client = undefined
    this.isRunning = false
  }
}
