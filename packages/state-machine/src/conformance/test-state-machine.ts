import type { Operation, Query } from '@copycat/protocol'
import { Serializer } from '@copycat/serializer'
import type { LogIndex } from '@copycat/utils'
import { isSnapshottable } from '../snapshottable.ts'
import type { StateMachine } from '../state-machine.ts'
import { runCase, stateMachineCases } from './cases.ts'
import type { SuiteRandom } from './suite-random.ts'
import type { StateMachineSetup } from './suite-setup.ts'

/** What the suite needs of a test runner: vitest's, node:test's and mocha's functions fit as they are. */
export interface TestRunner {
  readonly describe: (name: string, body: () => void) => void
  readonly it: (name: string, body: () => Promise<void>) => void
}

/** What {@link testStateMachine} is given. */
export interface StateMachineSuiteOptions {
  readonly test: TestRunner
  /** Makes a new one, in its initial state. */
  readonly create: () => StateMachine
  /**
   * A random operation, a command or a query, as a client could send it for the entry at `index`. From few keys and few values, so that operations
   * meet each other; failing ones, conditional ones and removals among them.
   */
  readonly operation: (random: SuiteRandom, index: LogIndex) => Operation<unknown>
  /** Queries whose answers together show the state; not all of the state of a `Snapshottable` one, whose snapshots are compared too. */
  readonly probes: readonly Query<unknown>[]
  /** For operations, results and events without a codec of their own. @default `new Serializer()` */
  readonly serializer?: Serializer
  /** Random logs per case. @default 50 */
  readonly logs?: number
  /** Entries in each log. @default 100 */
  readonly entries?: number
  /** Seed of the first log; a failure names its own. @default 1 */
  readonly seed?: number
}

/**
 * Registers the cases that every state machine must pass: random logs are applied whole, cleaned by the rules that servers keep, and from snapshots,
 * and must come to the same results, events and states. What a client never acknowledged, conditional commands, removals, timers and sessions that
 * end are in the logs as far as `operation` brings them.
 */
export function testStateMachine(options: StateMachineSuiteOptions): void {
  const { test, create, operation, probes, serializer = new Serializer(), logs = 50, entries = 100, seed = 1 } = options
  const setup: StateMachineSetup = { create, operation, probes, serializer, logs, entries, seed }
  const hasSnapshots = isSnapshottable(create())
  test.describe('conforms to the state machine contract', () => {
    for (const one of stateMachineCases) {
      const isApplicable = one.needsSnapshots !== true || hasSnapshots
      test.it(isApplicable ? one.name : `${one.name} (does not apply: it is not Snapshottable)`, async () => {
        if (isApplicable) runCase(one, setup)
      })
    }
  })
}
