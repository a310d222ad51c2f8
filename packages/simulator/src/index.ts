/**
 * Runs state machines and resources on whole clusters in one process, on virtual time and with faults: every run is drawn from a seed, and a
 * seed always runs the same way.
 *
 * @example
 * class Increment extends Command<number> {
 *   static readonly operation = 'increment'
 * }
 * class Counter extends StateMachine {
 *   value = 0
 *   configure(executor: Executor): void { executor.register(Increment, () => ++this.value) }
 * }
 * await simulate(Counter, {
 *   seeds: 100,
 *   workload: async (client) => { await client.submit(new Increment()) },
 *   check: ({ machines, acknowledged }) => {
 *     for (const { value } of machines.values()) assert(value >= acknowledged)
 *   },
 * })
 *
 * @packageDocumentation
 */
export { SimulationError, SimulationRunningError } from './errors.ts'
export type { SimulationFailure } from './errors.ts'
export { faultClasses } from './faults/fault-classes.ts'
export type { FaultClass } from './faults/fault-classes.ts'
export type { ProfileName, RunOptions } from './faults/run-options.ts'
export { simulationDefaults } from './options.ts'
export type { Seeds, SimulationOptions } from './options.ts'
export { simulate, simulateResources } from './simulate.ts'
export type { SimulateOptions, SimulateResourcesOptions, StateMachineSource } from './simulate.ts'
export type { SimulatedRun, SimulationReport } from './user/report.ts'
export type { SimulatedClient, WorkloadRandom } from './user/simulated-client.ts'
