import type { LogIndex, Term } from '@copycat/utils'
import type { Block } from './block.ts'

/** Consecutive entries of one term, by the first of them; a run lasts until the next one starts. */
export interface TermRun {
  readonly firstIndex: LogIndex
  readonly term: Term
}

/** What opening the log found and did. */
export interface LogRecovery {
  /** An unfinished write at the tail that was cut off. */
  readonly torn?: { readonly file: string, readonly offset: number, readonly bytes: number, readonly index: LogIndex }
  readonly blocks: number
  readonly entries: number
  readonly bytes: number
  /** Milliseconds that it took. */
  readonly duration: number
}

/**
 * The replicated log of one member. Appending and truncating are queued in call order and never wait;
 * {@link sync} says when they are durable. Not to be used by two owners.
 */
export interface Log {
  /** Index of the first entry, 1 at first. */
  readonly firstIndex: LogIndex
  /** Index of the last entry appended, durable or not; 0 when empty. */
  readonly lastIndex: LogIndex
  readonly lastTerm: Term
  /** Logged time of the last entry, 0 when empty. */
  readonly lastTime: number
  /** Everything up to here survives a power cut. */
  readonly syncedIndex: LogIndex
  /** Bytes that the log's files take on disk, those filled ahead included. */
  readonly bytesOnDisk: number
  readonly recovery: LogRecovery
  /** Term of the entry at `index`, 0 for index 0. @throws {InvariantError} above `lastIndex`. */
  term(index: LogIndex): Term
  /** The runs of terms of the whole log, ascending. */
  termRuns(): readonly TermRun[]
  /**
   * Appends at the end. The block's body is kept: it must not change afterwards.
   * A failed write poisons the log: every later {@link sync} reports the error.
   * @throws {InvariantError} unless `block.firstIndex` is `lastIndex + 1` and its term not below `lastTerm`.
   */
  append(block: Block): void
  /** Removes the entries from `fromIndex` on; in the middle of a block the block is cut. */
  truncate(fromIndex: LogIndex): void
  /**
   * Starts `work` when all that was handed over before has gone to the files, and writes nothing that is handed over afterwards before
   * it has resolved: for what must be durable first. What can be read does not wait. When it rejects the log is poisoned.
   */
  wait(work: () => Promise<void>): void
  /**
   * Calls `done` once everything appended and truncated before this call is durable, or with the error of a write or sync
   * that failed, after which nothing will ever be durable again until the log is reopened. One sync of the file
   * serves all that waited for it. With `done` the log never calls back synchronously.
   */
  sync(done: (error: Error | undefined) => void): void
  /**
   * Blocks from `fromIndex` on, the first and last cut to fit: as many as fit in `bytesMax`, at least one entry; not past `throughIndex`.
   * Undefined when the start is no longer in memory (then {@link read}). Empty when `fromIndex > lastIndex`.
   */
  recent(fromIndex: LogIndex, bytesMax: number, throughIndex?: LogIndex): readonly Block[] | undefined
  /** As {@link recent}, from disk and verified. @throws (rejects) `StorageError` when damaged or unreadable. */
  read(fromIndex: LogIndex, bytesMax: number, throughIndex?: LogIndex): Promise<readonly Block[]>
  /** Finishes what was queued, syncs, closes the files. */
  close(): Promise<void>
}
