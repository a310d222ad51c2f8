import {
  check, type CheckResult, counterModel, type CounterInput, type CounterOutput, HistoryRecorder, report, type VersionedRegisterInput, versionedRegisterModel,
  type VersionedRegisterOutput,
} from '@copycat/linearizability'

/** Histories of values: keys of maps and atomic values, which have versions, and atomic longs (I47). */
export class ValueJudge {
  readonly registers: HistoryRecorder<VersionedRegisterInput, VersionedRegisterOutput> = new HistoryRecorder()
  readonly counters: HistoryRecorder<CounterInput, CounterOutput> = new HistoryRecorder()

  /** Judges everything. @returns undefined when it is linearizable. */
  verdict(): string | undefined {
    return textOf(check(this.registers.history(), versionedRegisterModel())) ?? textOf(check(this.counters.history(), counterModel()))
  }
}

function textOf<Input, Output>(result: CheckResult<Input, Output>): string | undefined {
  return result.verdict === 'linearizable' ? undefined : report(result)
}
