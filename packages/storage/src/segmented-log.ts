import { assert, type Context, type LogIndex, type Logger, type Term, type Timer } from '@copycat/utils'
import { buggify, cover, mutant } from '@copycat/utils/instruments'
import type { Block } from './block.ts'
import { cutBlock } from './cut-block.ts'
import { StorageCorruptionError, StorageFailedError } from './errors.ts'
import type { FileSystem } from './file-system.ts'
import { LogFiles } from './log-files.ts'
import { blockOf, recoverLog } from './log-recovery.ts'
import type { Log, LogRecovery, TermRun } from './log.ts'
import { RecentBlocks } from './recent-blocks.ts'
import type { Segment } from './segment.ts'
import { blockHeaderBytes, decodeBlockHeader, encodeBlockHeader, type LogOwner, type StoredBlock } from './segment-format.ts'
import { TermHistory } from './term-history.ts'

/** What a log needs beside its files. */
export interface SegmentedLogOptions {
  readonly context: Context
  readonly logger: Logger
  readonly maxSegmentSize: number
  readonly cacheBytes: number
}

type Operation =
  | { readonly type: 'append', readonly block: Block, readonly previousTerm: Term }
  | { readonly type: 'truncate', readonly fromIndex: LogIndex }
  | { readonly type: 'wait', readonly work: () => Promise<void> }
  | { readonly type: 'sync', readonly done: (error: Error | undefined) => void }

/** Bytes that are read of a file at a time, unless one block has more. */
const readBytesMax = 1 << 20
/** Bytes that are gathered for one write, unless a single block is larger. */
const writeBytesMax = 1 << 20

/**
 * Milliseconds after the last sync at which an idle writer says, durably, what is synced. Not at once: with few commands
 * in flight the writer is idle for a moment after every sync, and a mark would double its writes.
 */
const markDelay = 1_000

/** The log in segment files. One queue of operations keeps their order; only a roll and a truncation make it wait. */
export class SegmentedLog implements Log {
  readonly recovery: LogRecovery
  private readonly options: SegmentedLogOptions
  private readonly files: LogFiles
  private readonly segments: Segment[]
  private readonly recentBlocks: RecentBlocks
  private readonly terms: TermHistory
  private readonly queue: Operation[] = []
  private waitingForSync: ((error: Error | undefined) => void)[] = []
  private last: LogIndex
  private time: number
  private synced: LogIndex
  /** Last entry handed to the file. */
  private written: LogIndex
  /** Up to here the files hold what the log holds; less than everything while a truncation waits for its turn. */
  private agreedThrough: LogIndex = Infinity
  private truncationsWaiting = 0
  /** Counts truncations. */
  private truncations = 0
  private dirty = false
  private syncing = false
  /** A roll, a truncation or what must be durable first is under way: the queue waits. */
  private changing: Promise<void> | undefined
  private failure: Error | undefined
  private closed = false
  private markTimer: Timer | undefined
  /** Highest index that a mark says is synced. */
  private markedThrough: LogIndex = 0
  private buffer = new Uint8Array(64 * 1024)
  private view = new DataView(this.buffer.buffer)
  private buffered = 0

  private constructor(
    options: SegmentedLogOptions, files: LogFiles, segments: Segment[], recent: RecentBlocks, terms: TermHistory, recovery: LogRecovery, last: LogIndex, time: number,
  ) {
    this.options = options
    this.files = files
    this.segments = segments
    this.recentBlocks = recent
    this.terms = terms
    this.recovery = recovery
    this.last = last
    this.written = last
    this.synced = last
    this.time = time
  }

  /** Recovers the log in `directory`, or starts one. @throws (rejects) as `MemberStorage.openLog`. */
  static async open(fileSystem: FileSystem, directory: string, owner: LogOwner, options: SegmentedLogOptions): Promise<SegmentedLog> {
    const { context, logger, maxSegmentSize, cacheBytes } = options
    const checksum = (bytes: Uint8Array, seed?: number): number => context.checksum(bytes, seed)
    const start = context.monotonic()
    await fileSystem.makeDirectory(directory)
    const recent = new RecentBlocks(cacheBytes, checksum)
    const terms = new TermHistory()
    const found = await recoverLog(fileSystem, directory, owner, checksum, (block) => {
      terms.append(block.firstIndex, block.term)
      recent.add(block)
      recent.evict(block.firstIndex + block.count - 1)
    })
    if (found.torn !== undefined) logger.warn(`an unfinished write at the end of ${found.torn.file} was cut off (offset ${found.torn.offset}, ${found.torn.bytes} bytes, entry ${found.torn.index})`)
    const recovery: LogRecovery = {
      ...(found.torn === undefined ? {} : { torn: found.torn }),
      blocks: found.blocks, entries: found.entries, bytes: found.bytes, duration: context.monotonic() - start,
    }
    const files = new LogFiles(fileSystem, directory, owner, checksum, maxSegmentSize)
    const segments = [...found.segments]
    if (segments.length === 0) segments.push(await files.create(1, 1, 0, 0))
    return new SegmentedLog(options, files, segments, recent, terms, recovery, found.lastIndex, found.lastTime)
  }

  get firstIndex(): LogIndex {
    return this.segments[0]!.firstIndex
  }

  get lastIndex(): LogIndex {
    return this.last
  }

  get lastTerm(): Term {
    return this.terms.lastTerm
  }

  get lastTime(): number {
    return this.time
  }

  get syncedIndex(): LogIndex {
    return this.synced
  }

  get bytesOnDisk(): number {
    return this.segments.reduce((bytes, segment) => bytes + segment.capacity, 0)
  }

  term(index: LogIndex): Term {
    assert(index <= this.last, () => `entry ${index} is not in the log, which ends at ${this.last}`)
    return this.terms.at(index)
  }

  termRuns(): readonly TermRun[] {
    return this.terms.all()
  }

  append(block: Block): void {
    assert(block.firstIndex === this.last + 1 && block.count >= 1, () => `block ${block.firstIndex} does not follow entry ${this.last}`)
    assert(block.time >= (this.recentBlocks.lastTime ?? 0) || mutant('L13'), 'logged time does not go back')
    // A truncation from later may change it before the block is written.
    const previousTerm = this.terms.lastTerm
    this.terms.append(block.firstIndex, block.term)
    this.recentBlocks.add(block)
    this.last = block.firstIndex + block.count - 1
    this.time = block.time
    this.enqueue({ type: 'append', block, previousTerm })
  }

  truncate(fromIndex: LogIndex): void {
    assert(fromIndex >= this.firstIndex, 'only entries of the log are truncated')
    if (fromIndex > this.last) return
    this.recentBlocks.truncate(fromIndex)
    this.terms.truncate(fromIndex)
    this.last = fromIndex - 1
    this.synced = Math.min(this.synced, this.last)
    this.agreedThrough = Math.min(this.agreedThrough, this.last)
    this.truncationsWaiting += 1
    this.truncations += 1
    // The entries that come instead may be older than those that go. Where the last one left is not in memory its
    // time is not known; a later one is safe, as a leader only starts its clock from it.
    this.time = this.recentBlocks.lastTime ?? this.time
    this.enqueue({ type: 'truncate', fromIndex })
  }

  wait(work: () => Promise<void>): void {
    this.enqueue({ type: 'wait', work })
  }

  sync(done: (error: Error | undefined) => void): void {
    this.enqueue({ type: 'sync', done })
  }

  recent(fromIndex: LogIndex, bytesMax: number, throughIndex: LogIndex = this.last): readonly Block[] | undefined {
    return fromIndex > this.last ? [] : this.recentBlocks.get(fromIndex, bytesMax, Math.min(throughIndex, this.last))
  }

  async read(fromIndex: LogIndex, bytesMax: number, throughIndex: LogIndex = this.last): Promise<readonly Block[]> {
    const result: Block[] = []
    let bytes = 0
    for (let index = fromIndex; index <= Math.min(throughIndex, this.last);) {
      const recent = this.recent(index, bytesMax - bytes, throughIndex)
      if (recent !== undefined) return [...result, ...recent.filter((block) => result.length === 0 || bytes + block.body.length <= bytesMax)]
      for (const block of await this.readBlocks(index, bytesMax - bytes, throughIndex)) {
        if (result.length > 0 && bytes + block.body.length > bytesMax) return result
        result.push(cutBlock(block, fromIndex, Math.min(throughIndex, this.last), (piece) => this.options.context.checksum(piece)))
        bytes += block.body.length
        index = block.firstIndex + block.count
      }
    }
    return result
  }

  async close(): Promise<void> {
    if (this.closed) return
    const synced = (): Promise<void> => new Promise((resolve) => {
      this.sync(() => resolve())
    })
    await synced()
    if (this.isIdle && this.mark()) await synced()
    this.closed = true
    this.markTimer?.cancel()
    await this.changing
    await this.files.close()
    for (const segment of this.segments) await segment.file.close()
  }

  private get active(): Segment {
    return this.segments.at(-1)!
  }

  private enqueue(operation: Operation): void {
    assert(!this.closed, 'a closed log is not used')
    this.queue.push(operation)
    // Everything of this turn goes out in one write.
    if (this.queue.length === 1 && this.changing === undefined) this.options.context.execute(() => this.pump())
  }

  private pump(): void {
    if (this.changing !== undefined) return
    let taken = 0
    try {
      for (; taken < this.queue.length && this.failure === undefined; taken++) {
        const operation = this.queue[taken]!
        if (operation.type === 'sync') this.waitingForSync.push(operation.done)
        else if (operation.type === 'append' && this.hasRoom(operation.block)) this.encode(operation.block)
        else if (operation.type === 'wait') {
          taken += 1
          this.change(operation.work())
          break
        }
        else if (this.mayChange()) {
          if (operation.type === 'append') this.change(this.roll(operation.block, operation.previousTerm))
          else {
            taken += 1
            this.change(this.cut(operation.fromIndex))
          }
          break
        } else break
      }
      this.flush()
    } catch (error) {
      cover('segmented-log.write-failed')
      if (!mutant('D9')) this.fail(error)
    }
    this.queue.splice(0, taken)
    if (this.failure !== undefined) this.failAll()
    else this.startSync()
  }

  /** A segment is left, or cut, only when everything in it is synced. */
  private mayChange(): boolean {
    this.flush()
    return mutant('C6') || (!this.dirty && !this.syncing)
  }

  private hasRoom(block: Block): boolean {
    if (buggify('segmented-log.early-roll') && this.active.blockCount > 0) return false
    return this.active.end + blockHeaderBytes + block.body.length <= this.active.capacity - blockHeaderBytes
  }

  private encode(block: Block): void {
    const { firstIndex, count, term, time, body, bodyCrc, kind } = block
    this.active.add(firstIndex, this.active.end)
    this.put({ kind, firstIndex, count, term, time, bodyCrc, bodyBytes: body.length, syncedIndex: this.synced }, body)
    this.written = firstIndex + count - 1
  }

  private put(stored: StoredBlock, body: Uint8Array): void {
    const { active } = this
    // Memory that was never touched costs more than a second write.
    if (this.buffered > 0 && this.buffered + blockHeaderBytes + body.length > writeBytesMax) this.writeBuffer()
    const needed = this.buffered + blockHeaderBytes + body.length
    if (needed > this.buffer.length) {
      const larger = new Uint8Array(Math.max(2 * this.buffer.length, needed))
      larger.set(this.buffer.subarray(0, this.buffered))
      this.buffer = larger
      this.view = new DataView(larger.buffer)
    }
    encodeBlockHeader(this.buffer, this.view, this.buffered, stored, active.seed, (bytes, seed) => this.options.context.checksum(bytes, seed))
    this.buffer.set(body, this.buffered + blockHeaderBytes)
    this.buffered = needed
    active.end += blockHeaderBytes + body.length
    this.dirty = true
  }

  /** Writes what was encoded, on the loop: the system's cache takes it at once (PERFORMANCE rule 6). */
  private flush(): void {
    if (this.buffered === 0) return
    this.writeBuffer()
    if (this.active.end > this.active.capacity / 4) this.files.prepareSpare()
  }

  private writeBuffer(): void {
    const { buffered } = this
    this.buffered = 0
    this.active.file.write(this.buffer.subarray(0, buffered), this.active.end - buffered)
    // What a single large block needed is not kept.
    if (this.buffer.length > 2 * writeBytesMax) {
      this.buffer = new Uint8Array(writeBytesMax)
      this.view = new DataView(this.buffer.buffer)
    }
  }

  private startSync(): void {
    if (this.syncing || this.changing !== undefined) return
    const mustChange = this.queue.length > 0 && this.dirty
    if (this.waitingForSync.length === 0 && !mustChange) return
    const callbacks = this.waitingForSync
    this.waitingForSync = []
    if (mutant('D4')) this.dirty = false
    if (!this.dirty) {
      this.options.context.execute(() => this.syncDone(callbacks, this.written))
      return
    }
    this.dirty = false
    this.syncing = true
    const through = this.written
    this.active.file.sync().then(
      () => {
        this.syncing = false
        this.syncDone(callbacks, through)
      },
      (error: unknown) => {
        this.syncing = false
        this.waitingForSync.unshift(...callbacks)
        cover('segmented-log.sync-failed')
        if (mutant('D5')) {
          this.dirty = true
          this.options.context.timer(this.options.context.monotonic() + 1, () => this.startSync())
          return
        }
        this.fail(error)
        this.failAll()
      },
    )
  }

  private syncDone(callbacks: readonly ((error: Error | undefined) => void)[], through: LogIndex): void {
    if (this.failure === undefined) {
      // What was synced may be entries that were truncated since, though there are others of these indexes already.
      this.synced = Math.max(this.synced, mutant('R8-synced') ? Math.min(through, this.last) : Math.min(through, this.agreedThrough, this.last))
      this.recentBlocks.evict(this.synced)
    }
    for (const done of callbacks) done(this.failure)
    this.pump()
    if (this.needsMark) this.scheduleMark()
  }

  private get isIdle(): boolean {
    return this.queue.length === 0 && !this.dirty && !this.syncing && this.changing === undefined
  }

  private get needsMark(): boolean {
    return !this.closed && this.failure === undefined && this.active.blockCount > 0 && this.markedThrough !== this.synced
  }

  /** While blocks are written, their own headers say what is synced: then the mark waits. */
  private scheduleMark(): void {
    const { context } = this.options
    this.markTimer ??= context.timer(context.monotonic() + (buggify('segmented-log.early-mark') ? 0 : markDelay), () => {
      this.markTimer = undefined
      if (!this.needsMark) return
      if (!this.isIdle) this.scheduleMark()
      else if (this.mark()) this.sync(() => {})
    })
  }

  /** Says what is synced, so that rot of the last blocks can be told from an unfinished write. @returns whether there is something to sync. */
  private mark(): boolean {
    if (!this.needsMark || this.active.end + blockHeaderBytes > this.active.capacity) return false
    cover('segmented-log.marked')
    this.markedThrough = this.synced
    try {
      this.put({
        kind: 'mark', firstIndex: this.last + 1, count: 0, term: this.lastTerm, time: this.time, bodyCrc: 0, bodyBytes: 0, syncedIndex: this.synced,
      }, new Uint8Array(0))
      this.flush()
      return true
    } catch (error) {
      this.fail(error)
      return false
    }
  }

  private change(work: Promise<void>): void {
    this.changing = work.then(
      () => {
        this.changing = undefined
        this.pump()
      },
      (error: unknown) => {
        cover('segmented-log.change-failed')
        this.changing = undefined
        this.fail(error)
        this.failAll()
      },
    )
  }

  private async roll(block: Block, previousTerm: Term): Promise<void> {
    cover('segmented-log.rolled')
    this.segments.push(await this.files.create(block.firstIndex, 1, previousTerm, 2 * blockHeaderBytes + block.body.length))
  }

  /** Removes later segments from the end backwards, then writes the cut one anew: no stale block stays valid. */
  private async cut(fromIndex: LogIndex): Promise<void> {
    while (this.segments.length > 1 && this.active.firstIndex >= fromIndex) {
      cover('segmented-log.cut-across-segments')
      const later = this.segments.pop()!
      if (!mutant('C7')) await this.files.remove(later)
    }
    cover('segmented-log.cut')
    const old = this.active
    const kept: Block[] = []
    for (let index = old.firstIndex; index < fromIndex;) {
      for (const block of await this.readFrom(old, index, readBytesMax, fromIndex - 1)) {
        kept.push(cutBlock(block, block.firstIndex, fromIndex - 1, (bytes) => this.options.context.checksum(bytes)))
        index = block.firstIndex + block.count
      }
    }
    const bytes = kept.reduce((sum, block) => sum + blockHeaderBytes + block.body.length, 0)
    await this.files.create(old.firstIndex, old.generation + 1, old.previousTerm, bytes + blockHeaderBytes, true, (fresh) => {
      this.segments[this.segments.length - 1] = fresh
      this.written = Math.min(this.written, fromIndex - 1)
      this.markedThrough = 0
      for (const block of kept) this.encode(block)
      this.writeBuffer()
    })
    this.dirty = false
    this.truncationsWaiting -= 1
    if (this.truncationsWaiting === 0) this.agreedThrough = Infinity
    if (!mutant('S12')) await this.files.remove(old)
  }

  /**
   * The block of `index`, and with it what follows in the same file, as far as `bytesMax` goes with headers and all; not past `throughIndex`, nor past what is
   * synced: what comes then is in memory, and the file may hold something else there while a truncation waits. Nothing if something was truncated meanwhile.
   */
  private async readBlocks(index: LogIndex, bytesMax: number, throughIndex: LogIndex): Promise<readonly Block[]> {
    const { truncations } = this
    for (;;) {
      const segment = this.segments.findLast((candidate) => candidate.firstIndex <= index)
      assert(segment !== undefined, () => `entry ${index} is not in the log`)
      try {
        const blocks = await this.readFrom(segment, index, bytesMax, Math.min(throughIndex, this.synced))
        return truncations === this.truncations ? blocks : []
      } catch (error) {
        if (truncations !== this.truncations) return []
        // A truncation from before may have put another file in the place of this one meanwhile.
        if (this.segments.includes(segment)) throw error
      }
    }
  }

  private async readFrom(segment: Segment, index: LogIndex, bytesMax: number, throughIndex: LogIndex): Promise<readonly Block[]> {
    const { context } = this.options
    const checksum = (bytes: Uint8Array, seed?: number): number => context.checksum(bytes, seed)
    const { starts, end } = segment.span(index, Math.min(bytesMax, readBytesMax), throughIndex)
    const from = starts[0]!
    const piece = await segment.file.read(from, end - from)
    const blocks: Block[] = []
    let next = index
    for (const start of starts) {
      const stored = decodeBlockHeader(piece, start - from, segment.seed, checksum)
      if (stored === undefined || stored.firstIndex > next || stored.firstIndex + stored.count <= next) {
        throw new StorageCorruptionError(segment.path, start, next, 'its block cannot be read back')
      }
      const bodyStart = start - from + blockHeaderBytes
      const body = piece.subarray(bodyStart, bodyStart + stored.bodyBytes)
      if (body.length !== stored.bodyBytes || checksum(body) !== stored.bodyCrc) {
        throw new StorageCorruptionError(segment.path, start, next, 'the body of its block does not match its checksum')
      }
      blocks.push(blockOf(stored, body))
      next = stored.firstIndex + stored.count
    }
    return blocks
  }

  private fail(error: unknown): void {
    this.failure ??= new StorageFailedError('the log could not be written', { cause: error })
  }

  private failAll(): void {
    const callbacks = this.waitingForSync
    this.waitingForSync = []
    for (const operation of this.queue) if (operation.type === 'sync') callbacks.push(operation.done)
    this.queue.length = 0
    this.options.context.execute(() => {
      for (const done of callbacks) done(this.failure)
    })
  }
}
