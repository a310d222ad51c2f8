import { checkQueryFrame, Consistency, encodeFailure, NotLeaderError, type QueryFrame } from '@copycat/protocol'
import type { Respond } from '@copycat/transport'
import type { Context, LogIndex } from '@copycat/utils'
import { cover, mutant } from '@copycat/utils/instruments'
import type { Applier } from './applier.ts'
import type { QueryRunner } from './query-runner.ts'

/** A frame of queries that waits for its index. */
interface Read {
  readonly bytes: Uint8Array
  readonly frame: QueryFrame
  readonly respond: Respond
}

/** What came in one turn, and shares a round. */
interface Batch {
  readonly reads: Read[]
  /** What must be applied here before they are answered; undefined: the leader has not said it yet. */
  index: LogIndex | undefined
}

/** Frames that may wait here at a time; more are handed on to the leader. */
const readsMax = 4_096

/**
 * Queries on a server that does not lead (§6.4): it asks the leader, once for all that came in a turn, for an index that was confirmed after they had come,
 * and answers them when it has applied that much. The leader is spared the queries; only where this server is not in step with it are they handed on.
 */
export class FollowerReads {
  private readonly context: Pick<Context, 'nextTurn'>
  private readonly queries: Pick<QueryRunner, 'answerAtOnce' | 'isInStep' | 'answer'>
  private readonly applier: Pick<Applier, 'lastApplied'>
  private readonly readIndex: () => Promise<LogIndex>
  private gathering: Batch | undefined
  private readonly batches = new Set<Batch>()
  private count = 0

  /** @param readIndex asks the leader; rejects when it does not answer. */
  constructor(
    context: Pick<Context, 'nextTurn'>, queries: Pick<QueryRunner, 'answerAtOnce' | 'isInStep' | 'answer'>, applier: Pick<Applier, 'lastApplied'>,
    readIndex: () => Promise<LogIndex>,
  ) {
    this.context = context
    this.queries = queries
    this.applier = applier
    this.readIndex = readIndex
  }

  /** Takes a frame of queries. @returns false when it is to be handed on to the leader. @throws {ProtocolError} */
  receive(bytes: Uint8Array, respond: Respond): boolean {
    const frame = checkQueryFrame(bytes, new DataView(bytes.buffer, bytes.byteOffset, bytes.length))
    const answer = mutant('L12') ? this.queries.answer(bytes, frame) : this.queries.answerAtOnce(bytes, frame)
    if (answer !== undefined) {
      respond(answer)
      return true
    }
    if (frame.consistency !== Consistency.LINEARIZABLE || this.count >= readsMax || !this.queries.isInStep(frame)) {
      cover('follower-reads.handed-on')
      return false
    }
    this.count += 1
    this.batch().reads.push({ bytes: bytes.slice(), frame, respond })
    return true
  }

  /** Entries up to `index` are applied here. */
  applied(index: LogIndex): void {
    for (const batch of this.batches) if (batch.index !== undefined && batch.index <= index) this.answer(batch)
  }

  /** Another leader, another term, or the end of this server: whoever waits asks again. */
  failAll(): void {
    for (const batch of [...this.batches]) this.fail(batch)
  }

  private batch(): Batch {
    if (this.gathering !== undefined) return this.gathering
    const batch: Batch = { reads: [], index: undefined }
    this.gathering = batch
    this.batches.add(batch)
    this.context.nextTurn(() => {
      this.gathering = undefined
      if (this.batches.has(batch)) this.ask(batch)
    })
    return batch
  }

  private ask(batch: Batch): void {
    this.readIndex().then(
      (index) => {
        batch.index = index
        if (index <= this.applier.lastApplied) this.answer(batch)
        else cover('follower-reads.waits-for-apply')
      },
      () => this.fail(batch),
    )
  }

  private answer(batch: Batch): void {
    if (this.end(batch)) for (const { bytes, frame, respond } of batch.reads) respond(this.queries.answer(bytes, frame))
  }

  private fail(batch: Batch): void {
    if (!this.end(batch)) return
    cover('follower-reads.failed')
    for (const { respond } of batch.reads) respond(encodeFailure(new NotLeaderError(undefined)))
  }

  /** @returns false when it was over already. */
  private end(batch: Batch): boolean {
    if (!this.batches.delete(batch)) return false
    if (this.gathering === batch) this.gathering = undefined
    this.count -= batch.reads.length
    return true
  }
}
