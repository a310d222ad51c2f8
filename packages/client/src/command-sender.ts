import type { BufferOutput } from '@copycat/buffer'
import {
  decodeResults, encodeCommandFrameHeader, encodeError, finishRecord, MessageType, OverloadedError, recordHeaderBytes, refuseRecord, resultsEventIndex,
  SequenceError, writeRecordHeader,
} from '@copycat/protocol'
import type { Connection } from '@copycat/transport'
import { type Context, CopycatError, type LogIndex, type SessionId } from '@copycat/utils'
import { buggify, cover, mutant } from '@copycat/utils/instruments'
import { Frame, frameBytesMax } from './frame.ts'
import { type Instant, instantOf } from './instant.ts'
import type { OperationQueue, PendingOperation } from './pending-operation.ts'
import { QueueLimit } from './queue-limit.ts'
import type { RetryBudget } from './retry-budget.ts'
import { SendWindow } from './send-window.ts'

/** Limits of a sender. */
export interface SenderOptions {
  readonly context: Context
  readonly requestTimeout: number
  readonly inFlightMax: number
  readonly inFlightBytesMax: number
  readonly queueMax: number
  readonly queueDelayMax: number
  readonly maxEntrySize: number
  /** Shared by all that sends again for one client. */
  readonly budget: RetryBudget
}

/** What a sender tells its client. */
export interface SenderEvents {
  /** Results are about to be handed over: if this process has stood still its session knows before. */
  settling(): void
  /** A frame of commands that left at `sentAt` for the first time was answered by the cluster. */
  answered(sentAt: Instant, appliedIndex: number): void
  /** Whether events up to `eventIndex`, which go before an answer that was made behind them, are yet to be handed over. */
  mustWait(eventIndex: LogIndex): boolean
  /** Calls `settle` when they are, or will never be. */
  hold(eventIndex: LogIndex, settle: () => void): void
  /** A frame of queries was answered. */
  progressed(): void
  /** A frame failed in a way that sending again can mend. */
  interrupted(connection: Connection, error: unknown): void
  /** The cluster has ended the session, or nothing can be sent in it any more. */
  lost(error: CopycatError): void
}

/** A frame with its numbers, from its first sending to its answer. */
interface SentFrame {
  readonly frame: Frame
  /** Operations that were not given up before the first sending. */
  readonly operations: readonly PendingOperation[]
  firstSequence: number
  readonly pieces: readonly { readonly start: number, readonly end: number }[]
  readonly bytes: number
  readonly sentAt: Instant
  /** Requests that have not been answered. */
  outstanding: number
  /** A request has failed so that nobody knows whether it reached the log. */
  mayBeLogged: boolean
  /** What is sent instead: records that only use up its numbers. */
  refused: Uint8Array | undefined
}

/** Operations that were given up while they waited, after which their frames are looked through. */
const withdrawnMax = 256

/** The first record of a frame has room for the floor. */
const firstHeaderBytes = recordHeaderBytes + 8

/**
 * Puts commands into frames, numbers them as they leave, and sends frames again, in order and with their numbers, until they are answered:
 * the cluster applies each number once.
 */
export class CommandSender implements OperationQueue {
  private readonly options: SenderOptions
  private readonly events: SenderEvents
  private readonly limit: QueueLimit
  private readonly window: SendWindow
  private session: SessionId = 0
  private connection: Connection | undefined
  /** Frames that are full, or of an earlier turn, and not sent yet. */
  private readonly ready: Frame[] = []
  private open: Frame | undefined
  /** A guess at the size of the next frame, from the last one. */
  private lastBytes = 1024
  private readonly sent: SentFrame[] = []
  private scheduled = false
  private nextSequence = 1
  private waitingCount = 0
  private withdrawnCount = 0
  /** Why the last frame was refused, if the server had too much to do. */
  private overload: CopycatError | undefined

  constructor(options: SenderOptions, events: SenderEvents) {
    this.options = options
    this.events = events
    this.limit = new QueueLimit(options)
    this.window = new SendWindow(options)
  }

  /** Every result up to this sequence has been handed over. */
  get floor(): number {
    return (this.sent[0]?.firstSequence ?? this.nextSequence) - 1
  }

  /** Adds a command. @throws {OverloadedError}, or what `write` throws. */
  add(operation: PendingOperation, write: (out: BufferOutput) => void): void {
    this.limit.check(this.waitingCount)
    if (this.open !== undefined && (buggify('command-sender.frame-of-one') || this.open.bytes >= frameBytesMax)) this.closeFrame()
    this.open ??= new Frame(this.lastBytes)
    this.open.add(operation, this.open.operations.length === 0 ? firstHeaderBytes : recordHeaderBytes, write, this.options.maxEntrySize)
    operation.queue = this
    this.waitingCount += 1
    if (this.scheduled) return
    this.scheduled = true
    this.options.context.nextTurn(() => {
      this.scheduled = false
      this.closeFrame()
      this.send()
    })
  }

  /** The session is served over `connection`: what is not answered is sent again, then what waits. */
  resume(session: SessionId, connection: Connection): void {
    const isAnother = session !== this.session
    this.session = session
    if (mutant('X7') && isAnother) this.renumber(this.sent, 1)
    this.connection = connection
    this.forgetPace()
    this.payForRetries()
    if (this.sent.length > 0) cover('command-sender.sent-again')
    if (mutant('K1-renumbered')) this.renumber(this.sent, this.nextSequence)
    for (const frame of this.sent) this.transmit(frame, connection)
    this.send()
  }

  withdrawn(): void {
    this.waitingCount -= 1
    this.withdrawnCount += 1
    if (this.withdrawnCount < withdrawnMax || this.withdrawnCount < this.waitingCount) return
    this.withdrawnCount = 0
    const kept = this.ready.filter((frame) => !frame.isGivenUp)
    this.ready.splice(0, this.ready.length, ...kept)
  }

  /** Nothing is under way, and nothing waits. */
  get isIdle(): boolean {
    return this.sent.length === 0 && this.waitingCount === 0
  }

  /** Nothing is sent until {@link resume}. */
  pause(): void {
    this.connection = undefined
    this.forgetPace()
  }

  /** A server that refuses keeps its pace; without one nothing counts, and the pace of another, or of one that waited for a leader, is not known. */
  private forgetPace(): void {
    if (this.overload === undefined) this.limit.reset()
  }

  /** Fails everything. */
  failAll(error: (outcome: 'unknown' | 'not-applied') => CopycatError): void {
    this.pause()
    this.closeFrame()
    const operations = [...this.sent.flatMap((frame) => frame.operations), ...this.ready.flatMap((frame) => frame.operations.map(({ operation }) => operation))]
    while (this.sent.length > 0) this.remove(this.sent.at(-1)!)
    this.ready.length = 0
    for (const operation of operations) operation.fail(error)
  }

  private closeFrame(): void {
    if (this.open === undefined) return
    if (this.open.operations.length > 0) {
      this.ready.push(this.open)
      this.lastBytes = Math.min(this.open.bytes + 512, frameBytesMax)
    }
    this.open = undefined
  }

  private send(): void {
    while (this.ready.length > 0 && this.connection !== undefined) {
      const frame = this.ready[0]!
      if (!this.window.admits(frame.operations.length, frame.bytes)) {
        cover('command-sender.window-is-full')
        return
      }
      this.ready.shift()
      const numbered = this.number(frame)
      if (numbered === undefined) continue
      this.sent.push(numbered)
      this.window.sent(numbered.operations.length, numbered.bytes)
      this.options.budget.earn()
      this.transmit(numbered, this.connection)
    }
  }

  /** Gives numbers to what was not given up meanwhile: whoever gave up before takes none. */
  private number(frame: Frame): SentFrame | undefined {
    const live = frame.operations.filter(({ operation }) => !operation.isSettled)
    if (live.length < frame.operations.length) cover('command-sender.given-up-before-sent')
    if (live.length === 0) return undefined
    const sent: SentFrame = {
      frame, operations: live.map(({ operation }) => operation), firstSequence: this.nextSequence,
      pieces: live.length === frame.operations.length ? [{ start: 0, end: frame.bytes }] : live, bytes: frame.bytes,
      sentAt: instantOf(this.options.context), outstanding: 0, mayBeLogged: false, refused: undefined,
    }
    // Before its own numbers are taken: the floor that it carries must not cover itself.
    this.writeHeaders(sent)
    this.nextSequence += live.length
    this.waitingCount -= live.length
    for (const operation of sent.operations) {
      operation.isSent = true
      operation.queue = undefined
    }
    return sent
  }

  private writeHeaders(sent: SentFrame): void {
    const content = sent.frame.content()
    const view = new DataView(content.buffer, content.byteOffset, content.length)
    const first = sent.frame.operations[0]
    let sequence = sent.firstSequence
    for (const framed of sent.frame.operations) {
      if (sequence - sent.firstSequence >= sent.operations.length) break
      if (framed.operation !== sent.operations[sequence - sent.firstSequence]) continue
      writeRecordHeader(view, framed.start, this.session, sequence, framed === first ? this.floor : undefined)
      finishRecord(view, framed.start, framed.end)
      sequence += 1
    }
  }

  private transmit(sent: SentFrame, connection: Connection): void {
    const header = encodeCommandFrameHeader({ session: this.session, firstSequence: sent.firstSequence, count: sent.operations.length })
    const content = sent.frame.content()
    const parts = sent.refused === undefined ? [header, ...sent.pieces.map(({ start, end }) => content.subarray(start, end))] : [header, sent.refused]
    sent.outstanding += 1
    const { requestTimeout } = this.options
    const timeout = buggify('command-sender.impatient') ? requestTimeout / 50 : requestTimeout
    connection.request(MessageType.commands, parts, { timeout }).then(
      (response) => {
        sent.outstanding -= 1
        this.answered(sent, response, connection)
      },
      (error: unknown) => {
        sent.outstanding -= 1
        this.failed(sent, error, connection)
      },
    )
  }

  private answered(sent: SentFrame, response: Uint8Array, connection: Connection): void {
    if (!this.sent.includes(sent)) {
      cover('command-sender.answered-twice')
      return
    }
    // However long it is held for an event: that is not the server's pace.
    this.window.answered(sent.sentAt.monotonic)
    const eventIndex = resultsEventIndex(response)
    if (!this.events.mustWait(eventIndex)) {
      this.settle(sent, response, connection)
      return
    }
    // Until then it counts as sent: on another connection it is answered again.
    const kept = response.slice()
    this.events.hold(eventIndex, () => {
      if (this.sent.includes(sent)) this.settle(sent, kept, connection)
    })
  }

  private settle(sent: SentFrame, response: Uint8Array, connection: Connection): void {
    let appliedIndex: number
    this.events.settling()
    // A listener may have ended everything.
    if (!this.sent.includes(sent)) return
    try {
      appliedIndex = decodeResults(response, sent.operations.length, {
        value: (position, bytes) => sent.operations[position]!.resolve(bytes),
        error: (position, error) => sent.operations[position]!.reject(error),
      }).appliedIndex
    } catch (error) {
      this.failed(sent, error, connection)
      return
    }
    this.remove(sent)
    this.events.answered(sent.sentAt, appliedIndex)
    this.send()
    this.limit.answered(sent.operations.length, this.ready.length > 0)
  }

  private failed(sent: SentFrame, error: unknown, connection: Connection): void {
    // What a server answers that has logged nothing is certain, whoever has the frame by now.
    const isRefused = CopycatError.is(error) && error.outcome === 'not-applied'
    if (!isRefused) sent.mayBeLogged = true
    // Another connection has it, or another frame's failure has stopped this one already.
    if (this.connection !== connection || !this.sent.includes(sent)) return
    if (CopycatError.is(error, 'COPYCAT_SESSION_EXPIRED')) this.events.lost(error)
    else if (error instanceof SequenceError && error.expected < this.sent[0]!.firstSequence) {
      this.events.lost(new CopycatError('COPYCAT_SESSION_EXPIRED', `the cluster expects command ${error.expected}, which was answered: it has lost this session`, { outcome: 'unknown', cause: error }))
    } else {
      if (isRefused && isForGood(error) && sent.refused === undefined) this.refuse(sent, error)
      if (CopycatError.is(error, 'COPYCAT_OVERLOADED')) this.overload = error
      if (error instanceof SequenceError) cover('command-sender.gap-told')
      cover('command-sender.interrupted')
      if (CopycatError.is(error, 'COPYCAT_OVERLOADED') || CopycatError.is(error, 'COPYCAT_TRANSPORT_REQUEST_TIMEOUT')) this.window.close()
      this.pause()
      this.events.interrupted(connection, error)
    }
  }

  /** The cluster will never take this frame. Its numbers stay used: later frames may be on their way with theirs. */
  private refuse(sent: SentFrame, error: CopycatError): void {
    cover('command-sender.refused-for-good')
    const isCertain = sent.outstanding === 0 && !sent.mayBeLogged
    for (const operation of sent.operations) {
      operation.reject(isCertain ? error : new CopycatError(error.code, error.message, { outcome: 'unknown', cause: error }))
    }
    const content = sent.frame.content()
    const reason = encodeError(error)
    const records = sent.frame.operations.filter(({ operation }) => sent.operations.includes(operation)).map(({ start }) => refuseRecord(content, start, reason))
    const bytes = new Uint8Array(records.reduce((sum, record) => sum + record.length, 0))
    let at = 0
    for (const record of records) {
      bytes.set(record, at)
      at += record.length
    }
    sent.refused = bytes
  }

  /**
   * Frames that an overloaded server has refused are sent again within the budget of retries; beyond it they fail, with all that were sent behind them. What may
   * be in the log must be sent again whatever it costs: only its answer tells what became of it.
   */
  private payForRetries(): void {
    const { overload } = this
    this.overload = undefined
    const { budget } = this.options
    if (overload === undefined || budget.spend(this.sent.length)) {
      if (overload === undefined && this.sent.length > 0) budget.owe(this.sent.length)
      return
    }
    let kept = this.sent.length
    while (kept > 0 && this.sent[kept - 1]!.outstanding === 0 && !this.sent[kept - 1]!.mayBeLogged) kept -= 1
    const shed = this.sent.slice(kept)
    if (shed.length > 0) {
      cover('command-sender.overload-is-told')
      this.nextSequence = shed[0]!.firstSequence
      for (const frame of shed) this.remove(frame)
      for (const { operations } of shed) for (const operation of operations) operation.reject(new OverloadedError(overload.message, { cause: overload }))
    }
    budget.owe(this.sent.length)
  }

  /** Gives frames, the last ones sent, the numbers from `next` on. */
  private renumber(frames: readonly SentFrame[], next: number): void {
    this.nextSequence = next
    for (const frame of frames) {
      frame.firstSequence = this.nextSequence
      this.writeHeaders(frame)
      this.nextSequence += frame.operations.length
    }
  }

  private remove(sent: SentFrame): void {
    this.sent.splice(this.sent.indexOf(sent), 1)
    this.window.ended(sent.operations.length, sent.bytes)
  }
}

/** Whether what was refused was refused for what it is, not for when or where it came. */
function isForGood({ code }: CopycatError): boolean {
  return code === 'COPYCAT_PROTOCOL' || code === 'COPYCAT_UNKNOWN_RESOURCE' || code === 'COPYCAT_TRANSPORT_FRAME_TOO_LARGE'
}
