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
export { SessionTable } from './client-session.ts'
export type { ClientSession } from './client-session.ts'
export { Compaction, isRemovable } from './compaction.ts'
export type { CleaningState } from './compaction.ts'
export { DeterminismTrap } from './determinism-trap.ts'
export { UnmatchedOperation } from './handler-table.ts'
export type { MapCapture, ValueCodec } from './map-capture.ts'
export { HaltError, stopsServer } from './runtime.ts'
export type { Position, ReleasedEntry, SessionEnd, StateMachineHost, StateMachineRuntime } from './runtime.ts'
export { SnapshotList } from './snapshot-list.ts'
export { SnapshotParts } from './snapshot-parts.ts'
export { isSnapshottable, snapshotChunkBytesMax } from './snapshottable.ts'
export type { Snapshottable } from './snapshottable.ts'
export { StateMachine } from './state-machine.ts'
export type {
  Commit, DefaultHandler, Delay, EntryKey, Executor, ExecutorContext, Handler, RegisteredType, Scheduled,
} from './state-machine.ts'
export { StateMachineExecutor } from './state-machine-executor.ts'
export type { StateMachineExecutorOptions } from './state-machine-executor.ts'
export { TimerQueue } from './timer-queue.ts'
export type { QueuedTimer } from './timer-queue.ts'
export { VersionedMap } from './versioned-map.ts'
export type { VersionedMapOptions } from './versioned-map.ts'
