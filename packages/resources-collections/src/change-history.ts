import type { StoredChange } from '@copycat/core/internal'
import { SnapshotList, type Snapshottable } from '@copycat/state-machine'
import type { LogIndex } from '@copycat/utils'

/** Changes that are kept at most. */
const changesMax = 1024

/** Bytes of keys and values that are kept at most: they fit into one chunk of a snapshot, and into one answer. */
const bytesMax = 256 * 1024

/** The latest changes, for those who were away for a while. Kept from when somebody first listens; small, because it is state of every replica. */
export class ChangeHistory implements Snapshottable {
  private changes: StoredChange[] = []
  private bytes = 0
  /** Every change behind this index is here; Infinity: nobody has ever listened. */
  private since: LogIndex = Infinity
  private readonly list = new SnapshotList<LogIndex | StoredChange>(() => [this.since, ...this.changes], ([since, ...changes]) => {
    this.since = since as LogIndex
    this.changes = changes as StoredChange[]
    this.bytes = this.changes.reduce((sum, change) => sum + bytesOf(change), 0)
  })

  get isKept(): boolean {
    return this.since !== Infinity
  }

  /** From the entry of this index on changes are kept, if they are not yet. */
  start(index: LogIndex): void {
    if (!this.isKept) this.since = index - 1
  }

  add(change: StoredChange): void {
    this.changes.push(change)
    this.bytes += bytesOf(change)
    if (this.changes.length > 2 * changesMax || this.bytes > 2 * bytesMax) this.trim()
  }

  /** Those from index `from` on, itself included, of one key or of all (`''`); undefined when some of them are gone. */
  from(from: LogIndex, key: string): StoredChange[] | undefined {
    if (from <= this.since) return undefined
    let first = this.changes.length
    while (first > 0 && this.changes[first - 1]!.version >= from) first -= 1
    const changes = this.changes.slice(first)
    return key === '' ? changes : changes.filter((change) => change.key === key)
  }

  snapshot(): Iterable<Uint8Array> {
    return this.list.snapshot()
  }

  install(chunks: Iterable<Uint8Array>): void {
    this.list.install(chunks)
  }

  /** To half of what it may grow to; what one entry has changed goes together. */
  private trim(): void {
    let dropped = 0
    while (dropped < this.changes.length && (this.changes.length - dropped > changesMax || this.bytes > bytesMax)) {
      this.since = this.changes[dropped]!.version
      for (; this.changes[dropped]?.version === this.since; dropped++) this.bytes -= bytesOf(this.changes[dropped]!)
    }
    this.changes = this.changes.slice(dropped)
  }
}

function bytesOf({ key, value, previous }: StoredChange): number {
  return key.length + (value?.length ?? 0) + (previous?.length ?? 0)
}
