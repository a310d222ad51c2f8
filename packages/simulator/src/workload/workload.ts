import type { StateMachine, StateMachineRuntime } from '@copycat/state-machine'
import type { MemberId } from '@copycat/utils'
import type { ClientWorld } from '../cluster/sim-client.ts'

/** What a workload tells the run. */
export interface WorkloadPorts {
  /** Something is broken: ends the run. */
  fail(invariant: string, text: string): void
  /** A client was told that the entry at `index` took effect. */
  acknowledged(index: number, what: string): void
  /** An operation that was started at `startedAt`, milliseconds of the run, did not succeed. */
  missed(startedAt: number, what: string): void
}

/** What clients of a run do, and what servers do with it. */
export interface Workload {
  readonly counts: {
    readonly acknowledged: number
    readonly failed: number
    readonly unknown: number
    /** Operations that were started, where clients may rest; undefined: they never do. */
    readonly submitted?: number
  }
  /** A new state machine for a life of a server. @param id whose; undefined: of nobody, to apply the same once more. */
  machine(label: string, id?: MemberId): StateMachine | StateMachineRuntime
  /** One life of a client. */
  program(world: ClientWorld): Promise<void>
  /** The run is over, and all is well so far. */
  end(): void
}
