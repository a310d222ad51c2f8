import assert from 'node:assert/strict'
import type { LogIndex, SessionId } from '@copycat/utils'
import type { DeterminismTrap } from '../determinism-trap.ts'
import type { ModelLog } from './model-log.ts'
import { ModelReplica, type Output } from './model-replica.ts'
import type { StateMachineSetup } from './suite-setup.ts'

/** What the whole log comes to: what every other replica is compared with. */
export class Reference {
  readonly log: ModelLog
  /** The replica that has applied it all. */
  readonly replica: ModelReplica
  private readonly outputs: Output[] = []
  private readonly states: ReadonlyMap<string, string>[] = []
  private readonly answers = new Map<LogIndex, readonly string[]>()
  private readonly lowWaterMarks: LogIndex[] = [0]
  /** Per open session, entries whose result or event it has not acknowledged, ascending. */
  private readonly owed = new Map<SessionId, LogIndex[]>()

  constructor(setup: StateMachineSetup, log: ModelLog, trap: DeterminismTrap) {
    this.log = log
    this.replica = new ModelReplica(setup, trap)
    this.states.push(this.replica.state())
    for (const entry of log.entries) {
      const output = this.replica.apply(entry)
      this.outputs.push(output)
      this.answers.set(entry.index, this.answersOf(this.replica, entry.index))
      this.states.push(this.replica.state())
      this.account(entry.index, output)
    }
  }

  get lastIndex(): LogIndex {
    return this.log.entries.length
  }

  /** Every result and event up to here was acknowledged, or its session had ended, when the entry at `applied` had been applied. */
  lowWaterMark(applied: LogIndex): LogIndex {
    return this.lowWaterMarks[applied]!
  }

  /** @throws {AssertionError} when a replica that has just applied an entry has another output, or answers queries otherwise. */
  compareOutput(replica: ModelReplica, output: Output, who: string): void {
    const index = replica.applied
    const expected = this.outputs[index - 1]!
    assert.equal(output.result, expected.result, `${who}: the result of entry ${index} differs from that of the whole log`)
    assert.deepEqual(output.events, expected.events, `${who}: the events of entry ${index} differ from those of the whole log`)
    assert.deepEqual(this.answersOf(replica, index), this.answers.get(index), `${who}: a query after entry ${index} has another answer than with the whole log`)
  }

  /** @throws {AssertionError} when a replica has another state than the whole log gave at this index. */
  compareState(replica: ModelReplica, who: string): void {
    const state = replica.state()
    for (const [what, expected] of this.states[replica.applied]!) {
      assert.equal(state.get(what), expected, `${who}: after entry ${replica.applied} ${what} differs from what the whole log gives`)
    }
  }

  private answersOf(replica: ModelReplica, index: LogIndex): readonly string[] {
    return (this.log.queries.get(index) ?? []).map((query) => replica.query(query))
  }

  private account(index: LogIndex, { events }: Output): void {
    const entry = this.log.entries[index - 1]!
    if (entry.kind === 'register') this.owed.set(index, [])
    if (entry.kind === 'end') this.owed.delete(entry.session)
    if (entry.kind === 'command') this.owed.get(entry.session)?.push(index)
    for (const event of events) {
      const owed = this.owed.get(Number(/^to (\d+):/.exec(event)![1]))
      if (owed !== undefined && owed.at(-1) !== index) owed.push(index)
    }
    if (entry.kind === 'acknowledge') {
      const owed = this.owed.get(entry.session) ?? []
      while (owed.length > 0 && owed[0]! <= entry.through) owed.shift()
    }
    this.lowWaterMarks.push(Math.min(index, ...[...this.owed.values()].map(([first]) => (first ?? Infinity) - 1)))
  }
}
