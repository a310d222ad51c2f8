import type { BufferOutput } from '@copycat/buffer'
import { type Consistency, decodeResults, encodeQueryFrameHeader, MessageType, OverloadedError, resultsEventIndex } from '@copycat/protocol'
import type { Connection } from '@copycat/transport'
import { CopycatError, type SessionId } from '@copycat/utils'
import { buggify, cover } from '@copycat/utils/instruments'
import type { SenderEvents, SenderOptions } from './command-sender.ts'
import { Frame, frameBytesMax } from './frame.ts'
import type { PendingOperation } from './pending-operation.ts'

interface QueryFrame {
  readonly frame: Frame
  readonly demand: QueryDemand
  sentAt: number
}

/** What a query demands of the server that answers it. */
export interface QueryDemand {
  readonly consistency: Consistency
  readonly maxStaleness: number | undefined
}

/** Puts queries of one turn and one demand into a frame, and asks again until it is answered: a query changes nothing. */
export class QuerySender {
  private readonly options: SenderOptions
  private readonly events: SenderEvents
  private session: SessionId = 0
  private connection: Connection | undefined
  /** Highest index that any answer has shown: none may be older. */
  private seenIndex = 0
  private readonly ready: QueryFrame[] = []
  private readonly open = new Map<string, QueryFrame>()
  private readonly sent = new Set<QueryFrame>()
  private scheduled = false
  private waitingCount = 0
  private inFlightCount = 0

  constructor(options: SenderOptions, events: SenderEvents) {
    this.options = options
    this.events = events
  }

  /** An answer has shown this index. */
  saw(index: number): void {
    this.seenIndex = Math.max(this.seenIndex, index)
  }

  /** Adds a query. @throws {OverloadedError}, or what `write` throws. */
  add(operation: PendingOperation, demand: QueryDemand, write: (out: BufferOutput) => void): void {
    if (this.waitingCount >= this.options.queueMax) throw new OverloadedError(`${this.options.queueMax} operations wait already (queueMax)`)
    const { consistency, maxStaleness } = demand
    const kind = maxStaleness === undefined ? consistency : `${consistency}/${maxStaleness}`
    let open = this.open.get(kind)
    if (open === undefined || buggify('query-sender.frame-of-one') || open.frame.bytes >= frameBytesMax) {
      if (open !== undefined) this.ready.push(open)
      open = { frame: new Frame(), demand, sentAt: 0 }
      this.open.set(kind, open)
    }
    open.frame.add(operation, 4, write, this.options.maxEntrySize)
    this.waitingCount += 1
    if (this.scheduled) return
    this.scheduled = true
    this.options.context.nextTurn(() => {
      this.scheduled = false
      this.closeFrames()
      this.send()
    })
  }

  /** The session is served over `connection`: what is not answered is asked again. */
  resume(session: SessionId, connection: Connection): void {
    this.session = session
    this.connection = connection
    if (this.sent.size > 0) cover('query-sender.asked-again')
    for (const frame of this.sent) this.transmit(frame, connection)
    this.send()
  }

  /** Nothing is sent until {@link resume}. */
  pause(): void {
    this.connection = undefined
  }

  /** Fails everything; a query never has an effect. */
  failAll(error: (outcome: 'unknown' | 'not-applied') => CopycatError): void {
    this.pause()
    this.closeFrames()
    const frames = [...this.sent, ...this.ready]
    this.sent.clear()
    this.ready.length = 0
    this.waitingCount = 0
    for (const { frame } of frames) for (const { operation } of frame.operations) operation.reject(error('not-applied'))
  }

  private closeFrames(): void {
    for (const open of this.open.values()) if (open.frame.operations.length > 0) this.ready.push(open)
    this.open.clear()
  }

  private send(): void {
    while (this.ready.length > 0 && this.connection !== undefined) {
      const next = this.ready[0]!
      const count = next.frame.operations.length
      if (this.sent.size > 0 && this.inFlightCount + count > this.options.inFlightMax) return
      this.ready.shift()
      this.waitingCount -= count
      this.inFlightCount += count
      this.sent.add(next)
      this.transmit(next, this.connection)
    }
  }

  private transmit(query: QueryFrame, connection: Connection): void {
    const { operations } = query.frame
    const content = query.frame.content()
    if (query.sentAt === 0) {
      const view = new DataView(content.buffer, content.byteOffset, content.length)
      for (const { start, end } of operations) view.setUint32(start, end - start - 4, true)
      query.sentAt = this.options.context.monotonic()
    }
    const header = encodeQueryFrameHeader({ session: this.session, index: this.seenIndex, ...query.demand, count: operations.length })
    connection.request(MessageType.queries, [header, content], { timeout: this.options.requestTimeout }).then(
      (response) => this.answered(query, response, connection),
      (error: unknown) => this.failed(query, error, connection),
    )
  }

  private answered(query: QueryFrame, response: Uint8Array, connection: Connection): void {
    if (!this.sent.has(query)) return
    const eventIndex = resultsEventIndex(response)
    if (!this.events.mustWait(eventIndex)) {
      this.settle(query, response, connection)
      return
    }
    const kept = response.slice()
    this.events.hold(eventIndex, () => {
      if (this.sent.has(query)) this.settle(query, kept, connection)
    })
  }

  private settle(query: QueryFrame, response: Uint8Array, connection: Connection): void {
    const { operations } = query.frame
    try {
      const { appliedIndex } = decodeResults(response, operations.length, {
        value: (position, bytes) => operations[position]!.operation.resolve(bytes),
        error: (position, error) => operations[position]!.operation.reject(error),
      })
      this.saw(appliedIndex)
    } catch (error) {
      this.failed(query, error, connection)
      return
    }
    this.sent.delete(query)
    this.inFlightCount -= operations.length
    this.send()
  }

  private failed(query: QueryFrame, error: unknown, connection: Connection): void {
    if (this.connection !== connection || !this.sent.has(query)) return
    if (CopycatError.is(error, 'COPYCAT_SESSION_EXPIRED')) {
      this.events.lost(error)
      return
    }
    if (CopycatError.is(error, 'COPYCAT_PROTOCOL') || CopycatError.is(error, 'COPYCAT_TRANSPORT_FRAME_TOO_LARGE')) {
      this.sent.delete(query)
      this.inFlightCount -= query.frame.operations.length
      for (const { operation } of query.frame.operations) operation.reject(error)
      this.send()
      return
    }
    this.pause()
    this.events.interrupted(connection, error)
  }
}
