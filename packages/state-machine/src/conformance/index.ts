/**
 * The cases that every state machine must pass, for any test runner.
 *
 * @example
 * import { describe, it } from 'vitest'
 * testStateMachine({
 *   test: { describe, it },
 *   create: () => new Counter(),
 *   operation: (random) => new Add(random.integer(3)),
 *   probes: [new Total()],
 * })
 *
 * @packageDocumentation
 */
export type { SuiteRandom } from './suite-random.ts'
export { testStateMachine } from './test-state-machine.ts'
export type { StateMachineSuiteOptions, TestRunner } from './test-state-machine.ts'
