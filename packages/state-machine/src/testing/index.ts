/**
 * Runs a state machine without a cluster, for its author's tests.
 *
 * @example
 * const tester = new StateMachineTester(new Counter())
 * const ada = tester.register()
 * ada.submit(new Add(2)) // 2
 * tester.expire(ada)
 *
 * @packageDocumentation
 */
export { StateMachineTester } from './state-machine-tester.ts'
export type { StateMachineTesterOptions, TestSession, TestSnapshot } from './state-machine-tester.ts'
