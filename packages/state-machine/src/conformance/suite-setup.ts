import type { Operation, Query } from '@copycat/protocol'
import type { Serializer } from '@copycat/serializer'
import type { LogIndex } from '@copycat/utils'
import type { StateMachine } from '../state-machine.ts'
import type { SuiteRandom } from './suite-random.ts'

/** What the suite knows of the state machine that it tests. */
export interface StateMachineSetup {
  /** A new one, in its initial state. */
  readonly create: () => StateMachine
  /**
   * A random operation, a command or a query, as a client could send it for the entry at `index`. From few keys and few values, so that operations
   * meet each other; failing ones, conditional ones and removals among them.
   */
  readonly operation: (random: SuiteRandom, index: LogIndex) => Operation<unknown>
  /** Queries whose answers together show the state. They are asked after every entry. */
  readonly probes: readonly Query<unknown>[]
  /** For operations, results and events without a codec of their own. */
  readonly serializer: Serializer
  /** Random logs per case. */
  readonly logs: number
  /** Entries in each. */
  readonly entries: number
  /** Seed of the first; each further one has the next. */
  readonly seed: number
}
