/**
 * Records what the clients of a store did and saw, and judges whether it is linearizable: whether every operation can have taken
 * effect at one moment between its call and its return.
 *
 * @example
 * const recorder = new HistoryRecorder<RegisterInput, RegisterOutput>()
 * const write = recorder.invoke('alice', 'x', { type: 'write', value: 1 })
 * write.ok(undefined)
 * const read = recorder.invoke('bob', 'x', { type: 'read' })
 * read.ok(null)
 * const result = check(recorder.history(), registerModel()) // result.verdict is 'illegal'
 * console.log(report(result))
 *
 * @packageDocumentation
 */
export { check } from './check.ts'
export type { CheckOptions, CheckResult } from './check.ts'
export type { DescribedOperation, Failure } from './failure.ts'
export { History } from './history.ts'
export type { ClientId, HistoryJson, Operation, OperationOutcome } from './history.ts'
export { unknownOutput } from './model.ts'
export type { Foreseen, Model, Question, Scalar, Turn, UnknownOutput } from './model.ts'
export { counterModel } from './models/counter.ts'
export type { CounterInput, CounterOutput } from './models/counter.ts'
export { electionModel } from './models/election.ts'
export type { ElectionInput, ElectionOutput, ElectionState } from './models/election.ts'
export type { Increasing } from './models/increasing.ts'
export { lockModel } from './models/lock.ts'
export type { LockInput, LockOutput, LockState } from './models/lock.ts'
export { queueModel } from './models/queue.ts'
export type { QueueInput, QueueOutput, QueueState } from './models/queue.ts'
export { registerModel } from './models/register.ts'
export type { RegisterInput, RegisterOutput } from './models/register.ts'
export { semaphoreModel } from './models/semaphore.ts'
export type { SemaphoreInput, SemaphoreOutput, SemaphoreState } from './models/semaphore.ts'
export { setMemberModel } from './models/set-member.ts'
export type { SetMemberInput, SetMemberOutput } from './models/set-member.ts'
export { versionedRegisterModel } from './models/versioned-register.ts'
export type { VersionedRegisterInput, VersionedRegisterOutput, VersionedRegisterState } from './models/versioned-register.ts'
export { HistoryRecorder } from './recorder.ts'
export type { PendingOperation } from './recorder.ts'
export { htmlReport } from './report/html-report.ts'
export { report } from './report/text-report.ts'
export type { Verdict } from './search.ts'
