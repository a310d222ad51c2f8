import { Subscribers } from '@copycat/core'
import {
  changed, type Opaque, opaqueText, publishedChange, type Retention, type StoredChange, type StoredValue, StoredValues, type Versioned, writtenChange,
} from '@copycat/core/internal'
import { type ClientSession, type Commit, type Executor, type Position, SnapshotParts, type Snapshottable, StateMachine } from '@copycat/state-machine'
import { mutant } from '@copycat/utils/instruments'
import { ChangeHistory } from './change-history.ts'
import {
  type Changes, Clear, ContainsKey, ContainsValue, Get, GetAll, GetVersioned, Put, PutAll, PutIfAbsent, PutIfVersion, ReadChanges, ReadPage, Remove, RemoveIfVersion,
  RemoveKey, RemoveValue, Replace, ReplaceValue, Size,
} from './map-operations.ts'
import { type Page, pageOf } from './map-page.ts'

/** A command that stores a value. */
type Store = Commit<{ readonly key: Opaque, readonly value: Opaque, readonly retention: Retention }>

/** The state of a map, as every replica keeps it: keys and values are bytes that it never looks into. */
export class MapStateMachine extends StateMachine implements Snapshottable {
  protected readonly values: StoredValues = new StoredValues((key, { value }, { index }) => {
    this.tell({ type: 'expire', version: index, key, value: undefined, previous: value })
  })
  private readonly subscribers = new Subscribers()
  private readonly history = new ChangeHistory()
  private readonly parts = new SnapshotParts(this.values, this.subscribers, this.history)

  configure(executor: Executor): void {
    this.values.configure(executor)
    this.subscribers.configure(executor, (index) => this.history.start(index))
    executor.register(Put, (commit) => this.put(opaqueText(commit.operation.key), commit))
    executor.register(PutIfAbsent, this.putIfAbsent)
    executor.register(PutAll, this.putAll)
    executor.register(Replace, this.replace)
    executor.register(ReplaceValue, this.replaceValue)
    executor.register(PutIfVersion, this.putIfVersion)
    executor.register(Remove, ({ operation, index }) => this.remove(opaqueText(operation.key), index))
    executor.register(RemoveKey, ({ operation, index }) => this.remove(opaqueText(operation.key), index) !== undefined)
    executor.register(RemoveValue, this.removeValue)
    executor.register(RemoveIfVersion, this.removeIfVersion)
    executor.register(Clear, this.clear)
    executor.register(Get, ({ operation }) => this.values.get(opaqueText(operation.key))?.value)
    executor.register(GetVersioned, ({ operation }): Versioned | undefined => this.values.get(opaqueText(operation.key)))
    executor.register(GetAll, ({ operation }) => operation.keys.map((key) => this.values.get(opaqueText(key))?.value))
    executor.register(ContainsKey, ({ operation }) => this.values.has(opaqueText(operation.key)))
    executor.register(ContainsValue, ({ operation }) => this.values.hasValue(opaqueText(operation.key)))
    executor.register(Size, () => this.values.size)
    executor.register(ReadPage, ({ operation }): Page => pageOf(this.values, operation.request))
    executor.register(ReadChanges, this.changesFrom)
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

  private putIfAbsent(commit: Commit<PutIfAbsent>): string | undefined {
    const key = opaqueText(commit.operation.key)
    return this.values.get(key)?.value ?? this.put(key, commit)
  }

  private putAll(commit: Commit<PutAll>): void {
    const { fields, retention } = commit.operation
    for (let at = 0; at < fields.length; at += 2) this.write(opaqueText(fields[at]!), opaqueText(fields[at + 1]!), retention, commit)
  }

  private replace(commit: Commit<Replace>): string | undefined {
    const key = opaqueText(commit.operation.key)
    return this.values.has(key) ? this.put(key, commit) : undefined
  }

  private replaceValue(commit: Commit<ReplaceValue>): boolean {
    const key = opaqueText(commit.operation.key)
    const present = this.values.get(key)
    // a45d369ca of the original: it ignored the expected value.
    if (present === undefined || (!mutant('Z11') && present.value !== opaqueText(commit.operation.expected))) return false
    this.put(key, commit)
    return true
  }

  private putIfVersion(commit: Commit<PutIfVersion>): boolean {
    const key = opaqueText(commit.operation.key)
    if (!isOfVersion(this.values.get(key), commit.operation.version)) return false
    this.put(key, commit)
    return true
  }

  private removeValue({ operation, index }: Commit<RemoveValue>): boolean {
    const key = opaqueText(operation.key)
    if (this.values.get(key)?.value !== opaqueText(operation.value)) return false
    this.remove(key, index)
    return true
  }

  private removeIfVersion({ operation, index }: Commit<RemoveIfVersion>): boolean {
    const key = opaqueText(operation.key)
    if (operation.version === 0 || !isOfVersion(this.values.get(key), operation.version)) return false
    this.remove(key, index)
    return true
  }

  private clear({ index }: Commit<Clear>): void {
    if (this.history.isKept) {
      for (const [key, { value }] of this.values.between(0, this.values.lastOrdinal)) {
        this.tell({ type: 'remove', version: index, key, value: undefined, previous: value })
      }
    }
    this.values.clear()
  }

  private changesFrom({ operation: { topic, from }, index }: Commit<ReadChanges>): Changes {
    const changes = from === 0 ? [] : this.history.from(from, topic)
    return { through: index, isComplete: changes !== undefined, changes: changes?.map(publishedChange) ?? [] }
  }

  private put(key: string, commit: Store): string | undefined {
    return this.write(key, opaqueText(commit.operation.value), commit.operation.retention, commit)
  }

  /** @returns the value that was there. */
  protected write(key: string, value: string, retention: Retention, commit: Commit<unknown>): string | undefined {
    const previous = this.values.set(key, value, retention, commit)?.value
    if (this.history.isKept) this.tell(writtenChange(commit.index, key, value, previous))
    return previous
  }

  protected remove(key: string, index: number): string | undefined {
    const previous = this.values.delete(key)?.value
    if (previous !== undefined) this.tell({ type: 'remove', version: index, key, value: undefined, previous })
    return previous
  }

  private tell(change: StoredChange): void {
    if (!this.history.isKept) return
    this.history.add(change)
    const topic = this.topicOf(change.key)
    if (this.subscribers.has(topic)) this.subscribers.publish(changed.of(publishedChange(change)), topic)
  }

  /** What listeners to this key have subscribed to. */
  protected topicOf(key: string): string {
    return key
  }
}

function isOfVersion(stored: StoredValue | undefined, version: number): boolean {
  if (mutant('Z6')) return (stored === undefined) === (version === 0)
  return (stored?.version ?? 0) === version
}
