import { Subscribers } from '@copycat/core'
import { changed, opaqueText, publishedChange, type Retention, type StoredChange, StoredValues, type Versioned, writtenChange } from '@copycat/core/internal'
import { type ClientSession, type Commit, type Executor, type Position, SnapshotParts, type Snapshottable, StateMachine } from '@copycat/state-machine'
import { mutant } from '@copycat/utils/instruments'
import { CompareAndSet, Get, GetAndSet, GetVersioned, Set, SetIfVersion } from './value-operations.ts'

/** Under which the one value stands. */
const key = ''

/** The state of an atomic value, as every replica keeps it: bytes that it never looks into. */
export class ValueStateMachine extends StateMachine implements Snapshottable {
  private readonly values = new StoredValues((_key, { value }, { index }) => {
    this.tell({ type: 'expire', version: index, key, value: undefined, previous: value })
  })
  private readonly subscribers = new Subscribers()
  private readonly parts = new SnapshotParts(this.values, this.subscribers)

  configure(executor: Executor): void {
    this.values.configure(executor)
    this.subscribers.configure(executor)
    executor.register(Set, (commit) => {
      this.write(commit)
    })
    executor.register(GetAndSet, (commit) => this.write(commit))
    executor.register(CompareAndSet, this.compareAndSet)
    executor.register(SetIfVersion, this.setIfVersion)
    executor.register(Get, () => this.values.get(key)?.value)
    executor.register(GetVersioned, (): Versioned | undefined => this.values.get(key))
  }

  override onClose(session: ClientSession, position: Position): void {
    this.subscribers.end(session)
    this.values.end(session, position)
  }

  override onDelete(): void {
    this.subscribers.delete()
  }

  snapshot(): Iterable<Uint8Array> {
    return this.parts.snapshot()
  }

  install(chunks: Iterable<Uint8Array>): void {
    this.parts.install(chunks)
  }

  private compareAndSet(commit: Commit<CompareAndSet>): boolean {
    const { expected, acceptsNone } = commit.operation
    const present = this.values.get(key)?.value
    if (present === undefined ? !acceptsNone : present !== opaqueText(expected)) return false
    this.write(commit)
    return true
  }

  private setIfVersion(commit: Commit<SetIfVersion>): boolean {
    const present = this.values.get(key)
    const isUnchanged = mutant('Z6') ? (present === undefined) === (commit.operation.version === 0) : (present?.version ?? 0) === commit.operation.version
    if (isUnchanged) this.write(commit)
    return isUnchanged
  }

  /** @returns the value that was there. */
  private write(commit: Commit<{ readonly value: string | Uint8Array, readonly retention: Retention }>): string | undefined {
    const { operation, index } = commit
    const value = opaqueText(operation.value)
    const previous = this.values.set(key, value, operation.retention, commit)?.value
    this.tell(writtenChange(index, key, value, previous))
    return previous
  }

  private tell(change: StoredChange): void {
    if (this.subscribers.has()) this.subscribers.publish(changed.of(publishedChange(change)))
  }
}
