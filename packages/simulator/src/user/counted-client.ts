import type { RaftClient } from '@copycat/client'
import type { OperationClient, ReadOptions } from '@copycat/core'
import { type Command, Query } from '@copycat/protocol'
import { CopycatError, type Listener } from '@copycat/utils'
import type { ClientWorld } from '../cluster/sim-client.ts'
import type { WorkloadPorts } from '../workload/workload.ts'
import type { SessionTally } from './session-tally.ts'

/** Milliseconds after which an operation is given up, unless its caller says otherwise. */
const deadline = 10_000

/** Milliseconds that an error keeps its caller: one that tries again at once would stop virtual time for good. */
const errorMillis = 20

/**
 * A client with one session, whose operations are counted and watched. When its session has ended, or the run is over, operations that
 * are started never settle: their caller goes no further, as if its process had ended.
 */
export class CountedClient implements OperationClient {
  readonly client: RaftClient
  /** Operations under way. */
  open = 0
  private readonly world: ClientWorld
  private readonly tally: SessionTally
  private readonly ports: WorkloadPorts

  constructor(client: RaftClient, world: ClientWorld, tally: SessionTally, ports: WorkloadPorts) {
    this.client = client
    this.world = world
    this.tally = tally
    this.ports = ports
  }

  get hasEnded(): boolean {
    return this.client.session.state === 'EXPIRED' || !this.world.mayStart
  }

  submit<R>(operation: Command<R> | Query<R>, options: ReadOptions = {}): Promise<R> {
    return this.counted(operation.constructor.name, !(operation instanceof Query), options, (bounded) => this.client.submit(operation, bounded))
  }

  submitCommand: OperationClient['submitCommand'] = (write, decode, options = {}) => this.counted(
    'a command', true, options, (bounded) => this.client.submitCommand(write, decode, bounded),
  )

  submitQuery: OperationClient['submitQuery'] = (write, decode, options = {}) => this.counted(
    'a query', false, options, (bounded) => this.client.submitQuery(write, decode, bounded),
  )

  nextRequest(): number {
    return this.client.nextRequest()
  }

  backOff(): Promise<void> {
    return this.client.backOff()
  }

  get lease(): OperationClient['lease'] {
    return this.client.lease
  }

  onEvent(callback: (bytes: Uint8Array) => void): Listener {
    return this.client.onEvent(callback)
  }

  onGap(callback: () => void): Listener {
    return this.client.onGap(callback)
  }

  private async counted<R>(what: string, isCommand: boolean, options: ReadOptions, call: (options: ReadOptions) => Promise<R>): Promise<R> {
    if (this.hasEnded) return new Promise<R>(() => {})
    const { tally, world } = this
    const count = isCommand ? tally.command(this.client.session.id) : undefined
    const startedAt = world.now()
    tally.submitted += 1
    this.open += 1
    try {
      const result = await call({ timeout: deadline, ...options })
      tally.acknowledged += 1
      if (count !== undefined) count.acknowledged += 1
      return result
    } catch (error) {
      const outcome = CopycatError.is(error) ? error.outcome : 'unknown'
      if (outcome === 'applied') tally.acknowledged += 1
      else if (outcome === 'unknown') tally.unknown += 1
      else tally.failed += 1
      if (count !== undefined && outcome === 'applied') count.acknowledged += 1
      if (count !== undefined && outcome === 'not-applied') count.denied += 1
      // Who sets a limit, or gives up, has a reason for it.
      const isOwnLimit = options.timeout !== undefined || options.signal !== undefined
      if (CopycatError.is(error, unannounced)) tally.submitted -= 1
      else if (isCausedByFaults(error) && outcome !== 'applied' && !isOwnLimit) this.ports.missed(startedAt, `${what}: ${error.code}, ${error.message}`)
      await world.sleep(errorMillis)
      throw error
    } finally {
      this.open -= 1
    }
  }
}

/** A member that is down since the leader came has not said what it can run: nobody may create a resource meanwhile, however long that is. */
const unannounced = 'COPYCAT_UNKNOWN_RESOURCE'

const faultCodes: ReadonlySet<string> = new Set([
  'COPYCAT_TIMEOUT', 'COPYCAT_ABORTED', 'COPYCAT_CLOSED', 'COPYCAT_SESSION_EXPIRED', 'COPYCAT_RESULT_EXPIRED', 'COPYCAT_INDETERMINATE',
  'COPYCAT_NOT_LEADER', 'COPYCAT_OVERLOADED', unannounced,
])

/** Whether an operation may fail so in a cluster that has faults, whatever the state machine is. */
export function isCausedByFaults(error: unknown): error is CopycatError {
  return CopycatError.is(error) && (faultCodes.has(error.code) || error.code.startsWith('COPYCAT_TRANSPORT'))
}
