/**
 * The contract between replicated state and the server that runs it.
 *
 * @example
 * class Increment extends Command<number> {
 *   static readonly operation = 'increment'
 * }
 * class Counter extends StateMachine {
 *   value = 0
 *   configure(executor: Executor): void { executor.register(Increment, this.increment) }
 *   increment(): number { return ++this.value }
 * }
 * const runtime = new StateMachineExecutor(new Counter())
 *
 * @packageDocumentation
 */
export { HaltError, stopsServer } from './runtime.ts'
export type { Position, SessionEnd, StateMachineRuntime } from './runtime.ts'
export { StateMachine } from './state-machine.ts'
export type { Commit, Delay, Executor, Handler, Scheduled } from './state-machine.ts'
export { StateMachineExecutor } from './state-machine-executor.ts'
export type { StateMachineExecutorOptions } from './state-machine-executor.ts'
export { TimerQueue } from './timer-queue.ts'
export type { QueuedTimer } from './timer-queue.ts'
