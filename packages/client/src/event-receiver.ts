import { decodeEvents, decodeSessionEnded, type EventBatch, eventsSession, MessageType } from '@copycat/protocol'
import type { Connection } from '@copycat/transport'
import { type Context, type CopycatError, type Listener, Listeners, type LogIndex, type Logger, type SessionId, type Timer } from '@copycat/utils'
import { buggify, cover, mutant } from '@copycat/utils/instruments'

/** What an {@link EventReceiver} is made with. */
export interface EventReceiverOptions {
  readonly context: Context
  readonly logger: Logger
  readonly requestTimeout: number
}

/** What an {@link EventReceiver} asks its client for. */
export interface EventReceiverPorts {
  /** Events are missing that this connection should bring: a keep-alive is to bind the session anew. */
  rebind(): void
  /** This server does not bring what it owes: the session is to be bound to another one. */
  leave(): void
  /** Much was handed over that is not acknowledged: a keep-alive is due. */
  acknowledge(): void
  /** The cluster has ended the session. */
  ended(error: CopycatError): void
}

/** An answer that waits for events. */
interface HeldAnswer {
  readonly eventIndex: LogIndex
  readonly settle: () => void
}

/** Events, and bytes of them, that are handed over before they are acknowledged out of turn; and milliseconds between two such acknowledgements, at least. */
const unacknowledgedMax = 256
const unacknowledgedBytesMax = 1 << 20
const acknowledgeInterval = 50

/** Microtasks between two events: code that stands right behind the `await` of what a listener has settled runs before the next one, also through a few functions. */
const hops = 4

/** Events that are handed over in one turn of the event loop. */
const eventsPerTurn = 128

/** The number of the binding that comes with the registration. */
const firstBinding = 1

/**
 * Takes in the events of a client's session and hands them over: each once, in order, and in one order with the answers to its operations. What is
 * missing is asked for again; what cannot be had any more is told as a gap.
 */
export class EventReceiver {
  private readonly options: EventReceiverOptions
  private readonly ports: EventReceiverPorts
  private readonly listeners: Listeners<Uint8Array>
  private readonly gapListeners: Listeners<void>
  private session: SessionId = 0
  private binding = 0
  /** A batch has come in this binding that follows what was there. */
  private isChained = false
  /** Everything up to here has come, or is lost. */
  private received: LogIndex = 0
  /** Everything up to here was handed over. */
  private handedOver: LogIndex = 0
  /** Everything up to here is acknowledged, or on its way to be. */
  private acknowledged: LogIndex = 0
  private unacknowledged = 0
  private unacknowledgedBytes = 0
  private acknowledgedAt = -Infinity
  private batches: EventBatch[] = []
  /** Events of the first batch that were handed over. */
  private eventsDone = 0
  private eventsOfTurn = 0
  private held: HeldAnswer[] = []
  private isScheduled = false
  private isPaused = true
  private timer: Timer | undefined

  constructor(options: EventReceiverOptions, ports: EventReceiverPorts) {
    this.options = options
    this.ports = ports
    this.listeners = new Listeners(options.logger)
    this.gapListeners = new Listeners(options.logger)
  }

  /** Everything up to this index was handed over. */
  get eventIndex(): LogIndex {
    return this.handedOver
  }

  /** Whether something was handed over that the cluster has not been told of. */
  get hasUnacknowledged(): boolean {
    return this.handedOver > this.acknowledged
  }

  /** Calls `callback` with every event. The bytes are its to keep, but not to change: other listeners get the same. */
  onEvent(callback: (bytes: Uint8Array) => void): Listener {
    return this.listeners.add(callback)
  }

  /** Calls `callback` where events are missing. */
  onGap(callback: () => void): Listener {
    return this.gapListeners.add(callback)
  }

  /**
   * A session was registered: the first, or one in the place of another that has ended, which is a gap. Nothing is handed over until {@link resume}.
   */
  start(session: SessionId): void {
    const isAnother = this.binding > 0
    this.session = session
    this.binding = firstBinding
    this.isChained = false
    this.received = this.handedOver = this.acknowledged = 0
    this.unacknowledged = this.unacknowledgedBytes = 0
    this.batches = []
    this.eventsDone = 0
    this.isPaused = true
    if (isAnother) this.gapListeners.notify()
  }

  /** Who opened the session has had a turn to add listeners. */
  resume(): void {
    this.isPaused = false
    this.schedule()
  }

  /** The number of another binding. */
  bind(): number {
    this.binding += 1
    this.isChained = false
    return this.binding
  }

  /** Events will come over this connection. @param malformed told when something came that is none. */
  listen(connection: Connection, malformed: (error: unknown) => void): void {
    const handle = (type: number, handler: (bytes: Uint8Array) => void): void => connection.handle(type, (bytes) => {
      try {
        handler(bytes)
      } catch (error) {
        malformed(error)
      }
    })
    handle(MessageType.events, (bytes) => this.receive(bytes))
    handle(MessageType.sessionEnded, (bytes) => {
      const { session, error } = decodeSessionEnded(bytes)
      if (session === this.session) this.ports.ended(error)
    })
  }

  /** Whether an answer that was made when `eventIndex` was the last event of the session comes too early. */
  mustWait(eventIndex: LogIndex): boolean {
    return eventIndex > this.handedOver && this.session !== 0 && !mutant('X13-client')
  }

  /** Calls `settle` when everything up to `eventIndex` was handed over, or the session is over. */
  hold(eventIndex: LogIndex, settle: () => void): void {
    cover('event-receiver.answer-is-held')
    this.held.push({ eventIndex, settle })
    this.watch()
  }

  /** A keep-alive tells the cluster of everything up to `index`. */
  acknowledging(index: LogIndex): void {
    this.acknowledged = index
    this.acknowledgedAt = this.options.context.monotonic()
    this.unacknowledged = this.unacknowledgedBytes = 0
  }

  /** That keep-alive failed. */
  acknowledgingFailed(): void {
    this.acknowledged = 0
  }

  /** The session is over, and its events with it. Answers that wait are known, and settled. */
  end(): void {
    this.session = 0
    this.batches = []
    this.eventsDone = 0
    this.release(Infinity)
  }

  private receive(bytes: Uint8Array): void {
    const session = eventsSession(bytes)
    if (session !== 0 && session !== this.session) return
    const { binding, batches } = decodeEvents(bytes.slice())
    if (binding !== this.binding) {
      cover('event-receiver.of-an-earlier-binding')
      return
    }
    for (const batch of batches) if (!this.take(batch)) break
    this.schedule()
  }

  /** @returns false when what follows is of no use. */
  private take(batch: EventBatch): boolean {
    const { index, previousIndex, events } = batch
    if (index <= this.received && !mutant('X9')) {
      cover('event-receiver.had-it-before')
      this.isChained = true
      return true
    }
    if (events.length > 0 && previousIndex !== this.received && !mutant('X9')) {
      if (this.isChained) {
        cover('event-receiver.hole')
        this.ports.rebind()
        return false
      }
      // The server knew what was here when it began: what is missing will not come.
      this.batches.push({ index: previousIndex, previousIndex: this.received, events: [] })
    }
    // As if the message had been lost alone, which no transport does.
    if (buggify('event-receiver.batch-is-lost') && this.isChained) return true
    this.isChained = true
    this.received = Math.max(index, this.received)
    this.batches.push(batch)
    return true
  }

  /** In a turn of its own: answers that came before are settled by then, and what stands behind their `await` has run. */
  private schedule(): void {
    if (this.isScheduled || this.isPaused || this.batches.length === 0) return
    this.isScheduled = true
    this.options.context.nextTurn(() => {
      this.eventsOfTurn = 0
      this.step()
    })
  }

  private step(): void {
    this.isScheduled = false
    const batch = this.batches[0]
    if (batch === undefined || this.isPaused) return
    const event = batch.events[this.eventsDone]
    if (event === undefined) {
      cover('event-receiver.gap')
      if (!mutant('X10-silent')) this.gapListeners.notify()
    } else {
      this.handOver(event)
      // A listener may have ended the session.
      if (this.batches[0] !== batch) return
      this.eventsDone += 1
    }
    if (this.eventsDone < batch.events.length) this.goOn()
    else this.finish(batch)
  }

  private handOver(event: Uint8Array): void {
    this.eventsOfTurn += 1
    this.unacknowledged += 1
    this.unacknowledgedBytes += event.length
    this.listeners.notify(event)
  }

  private finish(batch: EventBatch): void {
    this.batches.shift()
    this.eventsDone = 0
    this.handedOver = Math.max(batch.index, this.handedOver)
    const isSettled = this.release(this.handedOver)
    if (this.batches.length === 0) this.acknowledgeIfDue()
    else if (isSettled) this.schedule()
    else this.goOn()
  }

  /** The next event, when what this one has set going in microtasks has run. */
  private goOn(): void {
    if (this.eventsOfTurn >= eventsPerTurn) {
      this.acknowledgeIfDue()
      this.schedule()
      return
    }
    this.isScheduled = true
    this.hop(hops)
  }

  private hop(left: number): void {
    this.options.context.execute(() => {
      if (left > 1) this.hop(left - 1)
      else this.step()
    })
  }

  /** Settles the answers that waited for nothing behind `index`. @returns whether there were any. */
  private release(index: LogIndex): boolean {
    const { held } = this
    if (held.length === 0) return false
    this.held = held.filter(({ eventIndex }) => eventIndex > index)
    if (this.held.length === 0) {
      this.timer?.cancel()
      this.timer = undefined
    }
    for (const { eventIndex, settle } of held) if (eventIndex <= index) settle()
    return this.held.length < held.length
  }

  private acknowledgeIfDue(): void {
    const isMuch = this.unacknowledged >= unacknowledgedMax || this.unacknowledgedBytes >= unacknowledgedBytesMax || buggify('event-receiver.acknowledges-early')
    if (!isMuch || this.options.context.monotonic() - this.acknowledgedAt < acknowledgeInterval) return
    cover('event-receiver.acknowledges-early')
    this.ports.acknowledge()
  }

  /** An answer must not wait for ever for events that its connection should have brought. */
  private watch(): void {
    if (this.timer !== undefined) return
    const { context, requestTimeout } = this.options
    this.timer = context.timer(context.monotonic() + requestTimeout, () => {
      this.timer = undefined
      if (this.held.length === 0) return
      // Its server may be one that has fallen behind and cannot catch up: another one has them.
      cover('event-receiver.waits-for-long')
      this.ports.leave()
      this.watch()
    })
  }
}
