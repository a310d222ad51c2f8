import type { LogIndex } from '@copycat/utils'
import type { CleaningState } from '../compaction.ts'
import type { DeterminismTrap } from '../determinism-trap.ts'
import type { ReleasedEntry } from '../runtime.ts'
import type { LogEntry } from './model-log.ts'
import { ModelReplica, type ModelSnapshot } from './model-replica.ts'
import type { Reference } from './reference.ts'
import type { SuiteRandom } from './suite-random.ts'
import type { StateMachineSetup } from './suite-setup.ts'

/** Says whether a released entry may become a hole: `isRemovable`, or one that breaks a rule. */
export type CleaningRule = (entry: ReleasedEntry, state: CleaningState) => boolean

/** A member of a cluster: its log, with holes of its own, and the replica that applies it. */
export class ModelMember {
  replica: ModelReplica
  /** Of index 1 on. */
  log: LogEntry[] = []
  /** Below it nothing of this log's outputs and states counts. */
  floor: LogIndex = 0
  /** Up to here its log was lost, or never there: a snapshot stands in its place. */
  private start: LogIndex = 0
  /** Holes that it has made. */
  holes = 0
  private readonly name: string
  private readonly setup: StateMachineSetup
  private readonly reference: Reference
  private readonly trap: DeterminismTrap
  private readonly rule: CleaningRule
  private kept: (ModelSnapshot & { readonly chunks: readonly Uint8Array[] }) | undefined

  constructor(name: string, setup: StateMachineSetup, reference: Reference, trap: DeterminismTrap, rule: CleaningRule) {
    this.name = name
    this.setup = setup
    this.reference = reference
    this.trap = trap
    this.rule = rule
    this.replica = new ModelReplica(setup, trap)
  }

  /** Last index of the snapshot that it keeps, if it does. */
  get snapshotIndex(): LogIndex | undefined {
    return this.kept?.index
  }

  get applied(): LogIndex {
    return this.replica.applied
  }

  /** Applies up to `through`, and compares what counts. */
  apply(through: LogIndex): void {
    while (this.applied < through) {
      const entry = this.log[this.applied]!
      const isInsideOfHoles = entry.kind === 'hole' && this.log[this.applied + 1]?.kind === 'hole' && this.applied + 1 < through
      const output = this.replica.apply(entry, isInsideOfHoles)
      if (this.applied > this.floor) this.reference.compareOutput(this.replica, output, this.name)
      if (this.applied >= this.floor) this.reference.compareState(this.replica, this.name)
    }
  }

  /** Applies its own log again, from the start or from its snapshot. */
  restart(): void {
    const { applied } = this
    this.replica = new ModelReplica(this.setup, this.trap, this.kept)
    this.apply(applied)
  }

  /** Keeps a snapshot, for the next start. */
  takeSnapshot(): void {
    if (!this.replica.isSnapshottable || this.applied < this.floor) return
    const snapshot = this.replica.snapshot()
    this.kept = { ...snapshot, chunks: [...snapshot.chunks] }
  }

  /** Starts anew from the snapshot of `source`, as a member does that comes or has lost its log. */
  replaceBy(source: ModelMember): void {
    if (source.kept === undefined) return
    this.kept = source.kept
    this.start = this.kept.index
    this.floor = this.kept.index
    this.log = source.log.slice(0, this.kept.index).map(({ index, time }) => ({ kind: 'hole', index, time }))
    this.replica = new ModelReplica(this.setup, this.trap, this.kept)
    this.reference.compareState(this.replica, this.name)
  }

  /** Makes holes of a random part of what may go. */
  clean(members: readonly ModelMember[], random: SuiteRandom): void {
    for (const { index } of this.log.filter(({ kind }) => kind === 'command')) {
      if (!random.chance(0.7) || !this.mayRemove(index, members)) continue
      this.log[index - 1] = { kind: 'hole', index, time: this.log[index - 1]!.time }
      this.holes += 1
      this.floor = Math.max(this.floor, this.reference.lowWaterMark(this.applied))
    }
  }

  /** Gets from `source` what its log lacks, up to `through`; as holes what the source holds for removable, not only what it has removed. */
  receive(source: ModelMember, through: LogIndex, members: readonly ModelMember[]): void {
    if (source.start > this.log.length) this.replaceBy(source)
    for (let index = this.log.length + 1; index <= through; index++) {
      const entry = source.log[index - 1]!
      const isHole = entry.kind === 'hole' || source.mayRemove(index, members)
      this.log.push(isHole ? { kind: 'hole', index, time: entry.time } : entry)
      if (isHole) this.floor = Math.max(this.floor, source.floor, this.reference.lowWaterMark(source.applied))
    }
  }

  private mayRemove(index: LogIndex, members: readonly ModelMember[]): boolean {
    const released = this.replica.released.get(index)
    if (released === undefined) return false
    return this.rule(released, {
      lowWaterMark: this.reference.lowWaterMark(this.applied),
      globalIndex: Math.min(...members.map(({ applied }) => applied)),
      snapshotIndex: 0,
      lowestStanding: Math.min(...members.map((member) => member.lowestStanding())),
      oldestSnapshot: Math.min(...members.map((member) => member.snapshotIndex ?? Infinity)),
      firedTimers: this.reference.replica.firedAt.has(index),
    })
  }

  /** As far as it knows itself: a member that lags has not been told yet. */
  private lowestStanding(): LogIndex {
    for (const { index, kind } of this.log) if (kind === 'command' && this.replica.released.has(index)) return index
    return Infinity
  }
}
