import type { BufferOutput } from '@copycat/buffer'
import {
  decodeResults, encodeCommandFrameHeader, finishRecord, MessageType, OverloadedError, recordHeaderBytes, resultsEventIndex, SequenceError, writeRecordHeader,
} from '@copycat/protocol'
import type { Connection } from '@copycat/transport'
import { type Context, CopycatError, type LogIndex, type SessionId } from '@copycat/utils'
import { buggify, cover, mutant } from '@copycat/utils/instruments'
import { Frame, frameBytesMax } from './frame.ts'
import type { PendingOperation } from './pending-operation.ts'

/** Limits of a sender. */
export interface SenderOptions {
  readonly context: Context
  readonly requestTimeout: number
  readonly inFlightMax: number
  readonly inFlightBytesMax: number
  readonly queueMax: number
  readonly maxEntrySize: number
}

/** What a sender tells its client. */
export interface SenderEvents {
  /** A frame that left at `sentAt` for the first time was answered by the cluster. */
  answered(sentAt: number, appliedIndex: number): void
  /** Whether events up to `eventIndex`, which go before an answer that was made behind them, are yet to be handed over. */
  mustWait(eventIndex: LogIndex): boolean
  /** Calls `settle` when they are, or will never be. */
  hold(eventIndex: LogIndex, settle: () => void): void
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
  readonly sentAt: number
  attempts: number
}

/** The first record of a frame has room for the floor. */
const firstHeaderBytes = recordHeaderBytes + 8

/**
 * Puts commands into frames, numbers them as they leave, and sends frames again, in order and with their numbers, until they are answered:
 * the cluster applies each number once.
 */
export class CommandSender {
  private readonly options: SenderOptions
  private readonly events: SenderEvents
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
  private inFlightCount = 0
  private inFlightBytes = 0

  constructor(options: SenderOptions, events: SenderEvents) {
    this.options = options
    this.events = events
  }

  /** Every result up to this sequence has been handed over. */
  get floor(): number {
    return (this.sent[0]?.firstSequence ?? this.nextSequence) - 1
  }

  /** Adds a command. @throws {OverloadedError}, or what `write` throws. */
  add(operation: PendingOperation, write: (out: BufferOutput) => void): void {
    if (this.waitingCount >= this.options.queueMax) throw new OverloadedError(`${this.options.queueMax} operations wait already (queueMax)`)
    if (this.open !== undefined && (buggify('command-sender.frame-of-one') || this.open.bytes >= frameBytesMax)) this.closeFrame()
    this.open ??= new Frame(this.lastBytes)
    this.open.add(operation, this.open.operations.length === 0 ? firstHeaderBytes : recordHeaderBytes, write, this.options.maxEntrySize)
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
    this.session = session
    this.connection = connection
    if (this.sent.length > 0) cover('command-sender.sent-again')
    if (mutant('K1-renumbered')) this.renumber(this.sent, this.nextSequence)
    for (const frame of this.sent) this.transmit(frame, connection)
    this.send()
  }

  /** Nothing is sent until {@link resume}. */
  pause(): void {
    this.connection = undefined
  }

  /** Fails everything. */
  failAll(error: (outcome: 'unknown' | 'not-applied') => CopycatError): void {
    this.pause()
    this.closeFrame()
    const operations = [...this.sent.flatMap((frame) => frame.operations), ...this.ready.flatMap((frame) => frame.operations.map(({ operation }) => operation))]
    this.sent.length = 0
    this.ready.length = 0
    this.waitingCount = 0
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
    const { inFlightMax, inFlightBytesMax } = this.options
    while (this.ready.length > 0 && this.connection !== undefined) {
      const frame = this.ready[0]!
      const isFirst = this.sent.length === 0
      // A single frame may always leave, however large.
      if (!isFirst && (this.inFlightCount + frame.operations.length > inFlightMax || this.inFlightBytes + frame.bytes > inFlightBytesMax)) {
        cover('command-sender.window-is-full')
        return
      }
      this.ready.shift()
      this.waitingCount -= frame.operations.length
      const numbered = this.number(frame)
      if (numbered === undefined) continue
      this.sent.push(numbered)
      this.inFlightCount += numbered.operations.length
      this.inFlightBytes += numbered.bytes
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
      sentAt: this.options.context.monotonic(), attempts: 0,
    }
    // Before its own numbers are taken: the floor that it carries must not cover itself.
    this.writeHeaders(sent)
    this.nextSequence += live.length
    for (const operation of sent.operations) operation.isSent = true
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
    const parts = [header, ...sent.pieces.map(({ start, end }) => content.subarray(start, end))]
    sent.attempts += 1
    const { requestTimeout } = this.options
    const timeout = buggify('command-sender.impatient') ? requestTimeout / 50 : requestTimeout
    connection.request(MessageType.commands, parts, { timeout }).then(
      (response) => this.answered(sent, response, connection),
      (error: unknown) => this.failed(sent, error, connection),
    )
  }

  private answered(sent: SentFrame, response: Uint8Array, connection: Connection): void {
    if (!this.sent.includes(sent)) {
      cover('command-sender.answered-twice')
      return
    }
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
  }

  private failed(sent: SentFrame, error: unknown, connection: Connection): void {
    // Another connection has it, or another frame's failure has stopped this one already.
    if (this.connection !== connection || !this.sent.includes(sent)) return
    if (CopycatError.is(error, 'COPYCAT_SESSION_EXPIRED')) this.events.lost(error)
    else if (error instanceof SequenceError && error.expected < this.sent[0]!.firstSequence) {
      this.events.lost(new CopycatError('COPYCAT_SESSION_EXPIRED', `the cluster expects command ${error.expected}, which was answered: it has lost this session`, { outcome: 'unknown', cause: error }))
    } else if (isRefusal(error) && sent.attempts === 1) this.refuse(sent, error)
    else {
      if (error instanceof SequenceError) cover('command-sender.gap-told')
      cover('command-sender.interrupted')
      this.pause()
      this.events.interrupted(connection, error)
    }
  }

  /** The frame as a whole was refused before anything of it was logged: later ones move up. */
  private refuse(sent: SentFrame, error: CopycatError): void {
    const { connection } = this
    this.remove(sent)
    for (const operation of sent.operations) operation.reject(error)
    this.renumber(this.sent.filter((later) => later.firstSequence > sent.firstSequence), sent.firstSequence)
    this.pause()
    if (connection !== undefined) this.events.interrupted(connection, error)
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
    this.inFlightCount -= sent.operations.length
    this.inFlightBytes -= sent.bytes
  }
}

/** Refused for what it is, not for when or where it came. */
function isRefusal(error: unknown): error is CopycatError {
  return CopycatError.is(error) && error.outcome === 'not-applied' && ['COPYCAT_PROTOCOL', 'COPYCAT_UNKNOWN_RESOURCE', 'COPYCAT_TRANSPORT_FRAME_TOO_LARGE'].includes(error.code)
}
