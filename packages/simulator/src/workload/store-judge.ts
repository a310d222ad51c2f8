import {
  check, type CheckResult, counterModel, type CounterInput, type CounterOutput, HistoryRecorder, lockModel, type LockInput, type LockOutput, queueModel,
  type QueueInput, type QueueOutput, report, setMemberModel, type SetMemberInput, type SetMemberOutput, type VersionedRegisterInput,
  versionedRegisterModel, type VersionedRegisterOutput,
} from '@copycat/linearizability'
import type { StoreInput, StoreOutput } from './store-operations.ts'

/** What became of an operation of the store, for its history. */
export interface RecordedOperation {
  ok(output: StoreOutput): void
  failed(): void
  unknown(): void
}

/** Keeps the history of a run, by kind of object, and judges it. */
export class StoreJudge {
  private readonly registers = new HistoryRecorder<VersionedRegisterInput, VersionedRegisterOutput>()
  private readonly counters = new HistoryRecorder<CounterInput, CounterOutput>()
  private readonly members = new HistoryRecorder<SetMemberInput, SetMemberOutput>()
  private readonly queues = new HistoryRecorder<QueueInput, QueueOutput>()
  private readonly locks = new HistoryRecorder<LockInput, LockOutput>()

  /** An operation is about to be submitted. */
  record(client: string, input: StoreInput, now: number): RecordedOperation {
    const { key, value } = input
    switch (input.action) {
      case 'get': return recorded(this.registers.invoke(client, key, { type: 'get' }, now), versionedOutput)
      case 'put': return recorded(this.registers.invoke(client, key, { type: 'set', value }, now), (output) => setOutput(output))
      case 'cas': return recorded(
        this.registers.invoke(client, key, { type: 'compareAndSet', expected: input.expected, value }, now),
        (output) => casOutput(output, input.expected),
      )
      case 'add': return recorded(this.counters.invoke(client, key, { type: 'add', delta: value }, now), numberOutput)
      case 'sum': return recorded(this.counters.invoke(client, key, { type: 'get' }, now), numberOutput)
      case 'insert': return recorded(this.members.invoke(client, `${key}/${value}`, { type: 'add' }, now), isOne)
      case 'remove': return recorded(this.members.invoke(client, `${key}/${value}`, { type: 'remove' }, now), isOne)
      case 'has': return recorded(this.members.invoke(client, `${key}/${value}`, { type: 'has' }, now), isOne)
      case 'push': return recorded(this.queues.invoke(client, key, { type: 'enqueue', value }, now), () => undefined)
      case 'pop': return recorded(this.queues.invoke(client, key, { type: 'dequeue' }, now), (output) => output as number | null)
      case 'lock': return recorded(
        this.locks.invoke(client, key, { type: 'tryAcquire', owner: String(value) }, now), (output) => (output === null ? null : { token: output as number }),
      )
      case 'unlock': return recorded(this.locks.invoke(client, key, { type: 'release', owner: String(value), token: input.expected }, now), isOne)
      case 'putFor':
      case 'subscribe':
      case 'unsubscribe':
      case 'told':
      case 'fail': return { ok() {}, failed() {}, unknown() {} }
    }
  }

  /** Judges everything. @returns undefined when it is linearizable, else what cannot be explained. */
  verdict(): string | undefined {
    return textOf(check(this.registers.history(), versionedRegisterModel())) ?? textOf(check(this.counters.history(), counterModel()))
      ?? textOf(check(this.members.history(), setMemberModel())) ?? textOf(check(this.queues.history(), queueModel()))
      ?? textOf(check(this.locks.history(), lockModel()))
  }
}

function recorded<Output>(
  pending: { ok(output: Output): void, failed(): void, unknown(): void }, outputOf: (output: StoreOutput) => Output,
): RecordedOperation {
  return { ok: (output) => pending.ok(outputOf(output)), failed: () => pending.failed(), unknown: () => pending.unknown() }
}

function textOf<Input, Output>(result: CheckResult<Input, Output>): string | undefined {
  return result.verdict === 'linearizable' ? undefined : report(result)
}

function versionedOutput(output: StoreOutput): VersionedRegisterOutput {
  const [value, version] = output as readonly [number | null, number]
  return { value, version }
}

function setOutput(output: StoreOutput): VersionedRegisterOutput {
  const [previous, version] = output as readonly [number | null, number]
  return { previous, version }
}

function casOutput(output: StoreOutput, expected: number): VersionedRegisterOutput {
  const [before, version] = output as readonly [number | null, number]
  return { isSet: before === expected, version }
}

function numberOutput(output: StoreOutput): number {
  return output as number
}

function isOne(output: StoreOutput): boolean {
  return output === 1
}
