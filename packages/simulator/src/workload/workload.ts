import type { StateMachine } from '@copycat/state-machine'
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
  readonly counts: { readonly acknowledged: number, readonly failed: number, readonly unknown: number }
  /** A new state machine for a life of this server. */
  machine(member: string): StateMachine
  /** One life of a client. */
  program(world: ClientWorld): Promise<void>
  /** The run is over, and all is well so far. */
  end(): void
}
