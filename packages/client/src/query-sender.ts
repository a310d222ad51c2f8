import type { BufferOutput } from '@copycat/buffer'
import { type Consistency, decodeResults, encodeQueryFrameHeader, MessageType, OverloadedError, resultsEventIndex } from '@copycat/protocol'
import type { Connection } from '@copycat/transport'
import { CopycatError, type LogIndex, type SessionId } from '@copycat/utils'
import { buggify, cover } from '@copycat/utils/instruments'
import type { SenderEvents, SenderOptions } from './command-sender.ts'
import { Frame, frameBytesMax } from './frame.ts'
import type { OperationQueue, PendingOperation } from './pending-operation.ts'
import { QueueLimit } from './queue-limit.ts'

interface QueryFrame {
  readonly frame: Frame
  readonly demand: QueryDemand
}

/** What a query demands of the server that answers it. */
export interface QueryDemand {
  readonly consistency: Consistency
  readonly maxStaleness: number | undefined
}

/** Queries that were given up while they waited, after which their frames are looked through. */
const withdrawnMax = 256

/** Puts queries of one turn and one demand into a frame, and asks again until it is answered: a query changes nothing. */
export class QuerySender implements OperationQueue {
  private readonly options: SenderOptions
  private readonly events: SenderEvents
  private readonly limit: QueueLimit
  private session: SessionId = 0
  private connection: Connection | undefined
  private seenIndex: LogIndex
  private readonly ready: QueryFrame[] = []
  private readonly open = new Map<string, QueryFrame>()
  private readonly sent = new Set<QueryFrame>()
  private scheduled = false
  private waitingCount = 0
  private inFlightCount = 0
  private withdrawnCount = 0
  private overload: CopycatError | undefined

  /** @param seenIndex what the client has seen before, in another session. */
  constructor(options: SenderOptions, events: SenderEvents, seenIndex: LogIndex = 0) {
    this.options = options
    this.events = events
    this.limit = new QueueLimit(options)
    this.seenIndex = seenIndex
  }

  /** Highest index that any answer has shown: none may be older. */
  get seen(): LogIndex {
    return this.seenIndex
  }

  /** Nothing is under way, and nothing waits. */
  get isIdle(): boolean {
    return this.sent.size === 0 && this.waitingCount === 0
  }

  /** An answer has shown this index. */
  saw(index: number): void {
    this.seenIndex = Math.max(this.seenIndex, index)
  }

  /** Adds a query. @throws {OverloadedError}, or what `write` throws. */
  add(operation: PendingOperation, demand: QueryDemand, write: (out: BufferOutput) => void): void {
    this.limit.check(this.waitingCount)
    const { consistency, maxStaleness } = demand
    const kind = maxStaleness === undefined ? consistency : `${consistency}/${maxStaleness}`
    let open = this.open.get(kind)
    if (open === undefined || buggify('query-sender.frame-of-one') || open.frame.bytes >= frameBytesMax) {
      if (open !== undefined) this.ready.push(open)
      open = { frame: new Frame(), demand }
      this.open.set(kind, open)
    }
    open.frame.add(operation, 4, write, this.options.maxEntrySize)
    operation.queue = this
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
    this.forgetPace()
    this.payForRetries()
    if (this.sent.size > 0) cover('query-sender.asked-again')
    for (const frame of this.sent) this.transmit(frame, connection)
    this.send()
  }

  /** A query that nobody waits for any more costs nothing: not its place here, nor another sending. */
  withdrawn(): void {
    this.waitingCount -= 1
    this.withdrawnCount += 1
    if (this.withdrawnCount < withdrawnMax || this.withdrawnCount < this.waitingCount) return
    this.withdrawnCount = 0
    const kept = this.ready.filter(({ frame }) => !frame.isGivenUp)
    this.ready.splice(0, this.ready.length, ...kept)
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

  /** Fails everything; a query never has an effect. */
  failAll(error: (outcome: 'unknown' | 'not-applied') => CopycatError): void {
    this.pause()
    this.closeFrames()
    const frames = [...this.sent, ...this.ready]
    this.sent.clear()
    this.ready.length = 0
    this.inFlightCount = 0
    for (const { frame } of frames) for (const { operation } of frame.operations) operation.reject(error('not-applied'))
  }

  private closeFrames(): void {
    for (const open of this.open.values()) if (open.frame.operations.length > 0) this.ready.push(open)
    this.open.clear()
  }

  private send(): void {
    while (this.ready.length > 0 && this.connection !== undefined) {
      const next = this.ready[0]!
      const { operations } = next.frame
      if (this.sent.size > 0 && this.inFlightCount + operations.length > this.options.inFlightMax) {
        // Those that were given up on their way have left their places.
        for (const query of this.sent) if (query.frame.isGivenUp) this.remove(query)
        if (this.sent.size > 0 && this.inFlightCount + operations.length > this.options.inFlightMax) return
      }
      this.ready.shift()
      this.inFlightCount += operations.length
      this.sent.add(next)
      for (const { operation } of operations) {
        if (operation.queue === undefined || operation.isSettled) continue
        operation.queue = undefined
        this.waitingCount -= 1
      }
      this.options.budget.earn()
      this.finish(next)
      this.transmit(next, this.connection)
    }
  }

  /** Fills in the lengths. */
  private finish({ frame }: QueryFrame): void {
    const content = frame.content()
    const view = new DataView(content.buffer, content.byteOffset, content.length)
    for (const { start, end } of frame.operations) view.setUint32(start, end - start - 4, true)
  }

  /** Asks what somebody still waits for. */
  private transmit(query: QueryFrame, connection: Connection): void {
    const { frame, demand } = query
    const live = frame.operations.filter(({ operation }) => !operation.isSettled)
    if (live.length === 0) {
      this.remove(query)
      return
    }
    if (live.length < frame.operations.length) cover('query-sender.withdrawn')
    const content = frame.content()
    const operations = live.map(({ operation }) => operation)
    const header = encodeQueryFrameHeader({ session: this.session, index: this.seenIndex, ...demand, count: live.length })
    const pieces = live.length === frame.operations.length ? [content] : live.map(({ start, end }) => content.subarray(start, end))
    connection.request(MessageType.queries, [header, ...pieces], { timeout: this.options.requestTimeout }).then(
      (response) => this.answered(query, operations, response, connection),
      (error: unknown) => this.failed(query, error, connection),
    )
  }

  private remove(query: QueryFrame): void {
    if (this.sent.delete(query)) this.inFlightCount -= query.frame.operations.length
  }

  /** As for commands: within the budget of retries they are asked again, beyond it they fail. */
  private payForRetries(): void {
    const { overload } = this
    this.overload = undefined
    if (overload === undefined) this.options.budget.owe(this.sent.size)
    else if (!this.options.budget.spend(this.sent.size)) {
      cover('query-sender.overload-is-told')
      for (const query of [...this.sent]) {
        this.remove(query)
        for (const { operation } of query.frame.operations) operation.reject(new OverloadedError(overload.message, { cause: overload }))
      }
    }
  }

  private answered(query: QueryFrame, operations: readonly PendingOperation[], response: Uint8Array, connection: Connection): void {
    if (!this.sent.has(query)) return
    const eventIndex = resultsEventIndex(response)
    if (!this.events.mustWait(eventIndex)) {
      this.settle(query, operations, response, connection)
      return
    }
    const kept = response.slice()
    this.events.hold(eventIndex, () => {
      if (this.sent.has(query)) this.settle(query, operations, kept, connection)
    })
  }

  private settle(query: QueryFrame, operations: readonly PendingOperation[], response: Uint8Array, connection: Connection): void {
    this.events.settling()
    if (!this.sent.has(query)) return
    try {
      const { appliedIndex } = decodeResults(response, operations.length, {
        value: (position, bytes) => operations[position]!.resolve(bytes),
        error: (position, error) => operations[position]!.reject(error),
      })
      this.saw(appliedIndex)
    } catch (error) {
      this.failed(query, error, connection)
      return
    }
    this.remove(query)
    this.events.progressed()
    this.send()
    this.limit.answered(operations.length, this.ready.length > 0)
  }

  private failed(query: QueryFrame, error: unknown, connection: Connection): void {
    if (this.connection !== connection || !this.sent.has(query)) return
    if (CopycatError.is(error, 'COPYCAT_SESSION_EXPIRED')) {
      this.events.lost(error)
      return
    }
    if (CopycatError.is(error, 'COPYCAT_PROTOCOL') || CopycatError.is(error, 'COPYCAT_TRANSPORT_FRAME_TOO_LARGE')) {
      this.remove(query)
      for (const { operation } of query.frame.operations) operation.reject(error)
      this.send()
      return
    }
    if (CopycatError.is(error, 'COPYCAT_OVERLOADED')) this.overload = error
    this.pause()
    this.events.interrupted(connection, error)
  }
}
