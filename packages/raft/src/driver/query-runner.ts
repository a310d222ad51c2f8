import type { RaftCore } from '@copycat/consensus'
import {
  Consistency, encodeFailure, type OperationResult, type QueryFrame, queryFrameHeaderBytes, ResultsWriter,
} from '@copycat/protocol'
import type { Position, StateMachineRuntime } from '@copycat/state-machine'
import type { Channel, Context } from '@copycat/utils'
import { mutant } from '@copycat/utils/instruments'
import { type RaftEvent, raftChannel } from '../diagnostics.ts'
import type { SessionRegistry } from '../session/session-registry.ts'
import { type Applier, resultOfError } from './applier.ts'

/** What of the core decides where a query may be answered. */
export type ReadState = Pick<RaftCore, 'id' | 'leaseUntil' | 'freshAt' | 'commitIndex'>

/** Answers frames of queries from the state as it is applied here, and knows when that is good enough. */
export class QueryRunner {
  private readonly core: ReadState
  private readonly runtime: Pick<StateMachineRuntime, 'query'>
  private readonly sessions: Pick<SessionRegistry, 'live'>
  private readonly applier: Pick<Applier, 'lastApplied' | 'lastTime'>
  private readonly context: Pick<Context, 'monotonic' | 'channel'>
  private readonly electionTimeout: number
  private readonly channel: Channel

  constructor(
    core: ReadState, runtime: Pick<StateMachineRuntime, 'query'>, sessions: Pick<SessionRegistry, 'live'>, applier: Pick<Applier, 'lastApplied' | 'lastTime'>,
    context: Pick<Context, 'monotonic' | 'channel'>, electionTimeout: number,
  ) {
    this.core = core
    this.runtime = runtime
    this.sessions = sessions
    this.applier = applier
    this.context = context
    this.electionTimeout = electionTimeout
    this.channel = context.channel(raftChannel)
  }

  /** Answers without asking another server, where the level of the frame allows that here and now; else undefined. */
  answerAtOnce(bytes: Uint8Array, frame: QueryFrame): readonly Uint8Array[] | undefined {
    switch (frame.consistency) {
      case Consistency.SERIALIZABLE: return this.isInStep(frame) ? this.answerAs(bytes, frame) : undefined
      case Consistency.LINEARIZABLE_LEASE: return this.answerByLease(bytes, frame)
      default: return undefined
    }
  }

  /** Whether this server has heard the leader lately, has applied what was committed then, and all that the client has seen (FAULTS L10, L11). */
  isInStep(frame: QueryFrame): boolean {
    const isFresh = this.context.monotonic() - this.core.freshAt <= (frame.maxStaleness ?? this.electionTimeout)
    // A session's number is the index of its registration, before which lies all that the client had seen in an earlier one.
    const hasSeenIt = this.applier.lastApplied >= Math.max(frame.index, mutant('L10-session') ? 0 : frame.session)
    return (isFresh || mutant('L11')) && (hasSeenIt || mutant('L10'))
  }

  /** Answers from the state as it is. @param bytes the frame; not kept. */
  answer(bytes: Uint8Array, frame: QueryFrame): readonly Uint8Array[] {
    try {
      const session = this.sessions.live(frame.session)
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
      const position = { index: this.applier.lastApplied, time: this.applier.lastTime }
      const writer = new ResultsWriter(64 + 32 * frame.count)
      let at = queryFrameHeaderBytes
      for (let query = 0; query < frame.count; query++) {
        const start = at + 4
        at = start + view.getUint32(at, true)
        writer.add(this.run(bytes, start, at, position, frame))
      }
      return [writer.finish(position.index, mutant('X13-query') ? 0 : session.eventIndex)]
    } catch (error) {
      return encodeFailure(resultOfError(error))
    }
  }

  /** The lease is looked at again after the queries ran: a process that stood still in between has none any more (FAULTS L4). */
  private answerByLease(bytes: Uint8Array, frame: QueryFrame): readonly Uint8Array[] | undefined {
    if (!this.hasLease) return undefined
    const answer = this.answerAs(bytes, frame)
    return this.hasLease ? answer : undefined
  }

  /** A follower may have shown what is committed and not applied here yet: that must be applied too. */
  private get hasLease(): boolean {
    return this.core.leaseUntil > this.context.monotonic() && this.applier.lastApplied >= this.core.commitIndex
  }

  private answerAs(bytes: Uint8Array, frame: QueryFrame): readonly Uint8Array[] {
    const answer = this.answer(bytes, frame)
    if (this.channel.hasSubscribers) {
      const { consistency, maxStaleness = this.electionTimeout } = frame
      this.channel.publish({ type: 'answered', member: this.core.id, consistency, through: this.applier.lastApplied, maxStaleness } satisfies RaftEvent)
    }
    return answer
  }

  private run(bytes: Uint8Array, start: number, end: number, position: Position, frame: QueryFrame): OperationResult {
    try {
      return this.runtime.query(bytes, start, end, position, frame.session)
    } catch (error) {
      return resultOfError(error)
    }
  }
}
