import { encodeEvents, encodeSessionEnded, type EventBatch, MessageType } from '@copycat/protocol'
import type { Connection } from '@copycat/transport'
import type { Context, CopycatError, LogIndex, SessionId } from '@copycat/utils'
import { buggify, cover, mutant } from '@copycat/utils/instruments'
import type { SessionRegistry } from './session-registry.ts'
import type { SessionEvents } from './session-events.ts'

/** A session whose client is connected to this server. */
interface Binding {
  readonly session: SessionId
  readonly number: number
  readonly outlet: Outlet
  /** Everything up to here was sent, or the client had it before. */
  cursor: LogIndex
}

/** A connection with the sessions that are bound to it. */
interface Outlet {
  readonly connection: Connection
  readonly bindings: Map<SessionId, Binding>
  /** Those that have something to send. */
  readonly waiting: Set<Binding>
  /** The connection takes no more until it says so. */
  isFull: boolean
}

/** Bytes of events in one message, unless a single batch has more. */
const messageBytesMax = 65_536

/** Messages that leave in one turn: the rest waits for the next, so that nothing else waits for them. */
const messagesPerTurn = 512

/**
 * Sends events to the clients that are connected to this server, whether it leads or not: from the sessions as they are applied here. What a
 * connection does not take stays there, and nowhere else: each session has only a cursor.
 */
export class EventDelivery {
  private readonly context: Pick<Context, 'nextTurn'>
  private readonly sessions: Pick<SessionRegistry, 'get'>
  private readonly bindingsMax: number
  private readonly outlets = new Map<Connection, Outlet>()
  private readonly bindings = new Map<SessionId, Binding>()
  /** Outlets with waiting bindings that are not full. */
  private readonly ready = new Set<Outlet>()
  private isScheduled = false

  /** @param bindingsMax sessions that may be bound at a time. */
  constructor(context: Pick<Context, 'nextTurn'>, sessions: Pick<SessionRegistry, 'get'>, bindingsMax: number) {
    this.context = context
    this.sessions = sessions
    this.bindingsMax = bindingsMax
  }

  /** Sends the events of a session behind `eventIndex` over this connection from now on. The session may be one that is not applied here yet. */
  bind(session: SessionId, number: number, eventIndex: LogIndex, connection: Connection): void {
    const before = this.bindings.get(session)
    if (before !== undefined) {
      // What a client said on an earlier connection may come after what it says on its present one.
      if (before.number > number) return
      this.release(before)
    } else if (this.bindings.size >= this.bindingsMax) return
    const outlet = this.outletOf(connection)
    const binding = { session, number, outlet, cursor: this.startOf(session, eventIndex) }
    this.bindings.set(session, binding)
    outlet.bindings.set(session, binding)
    this.enqueue(binding)
    this.deliver()
  }

  private startOf(session: SessionId, eventIndex: LogIndex): LogIndex {
    if (mutant('X9')) return 0
    return mutant('K5') ? Math.max(eventIndex, this.sessions.get(session)?.eventIndex ?? 0) : eventIndex
  }

  /** Something was published to a session; it leaves with {@link deliver}. */
  published(session: SessionId): void {
    const binding = this.bindings.get(session)
    if (binding !== undefined) this.enqueue(binding)
  }

  /** A session has ended. @param error what its client is told; undefined: it knows. */
  ended(session: SessionId, error: CopycatError | undefined): void {
    const binding = this.bindings.get(session)
    if (binding === undefined) return
    this.release(binding)
    if (error !== undefined && binding.outlet.connection.isOpen) {
      binding.outlet.connection.send(MessageType.sessionEnded, [encodeSessionEnded({ session, error })])
    }
  }

  /** The connection is gone, and everything that was bound to it. */
  closed(connection: Connection): void {
    const outlet = this.outlets.get(connection)
    if (outlet === undefined) return
    this.outlets.delete(connection)
    this.ready.delete(outlet)
    for (const binding of outlet.bindings.values()) this.bindings.delete(binding.session)
  }

  /** Where the client of a session is connected, if it is here. */
  addressOf(session: SessionId): string | undefined {
    return this.bindings.get(session)?.outlet.connection.remoteAddress
  }

  /** Sends what waits, as far as connections take it: one message for each session in turn, as many as a turn has. */
  deliver(): void {
    let left = buggify('event-delivery.short-turn') ? 1 : messagesPerTurn
    for (const outlet of this.ready) {
      for (const binding of outlet.waiting) {
        if (left === 0) {
          cover('event-delivery.turn-is-over')
          this.schedule()
          return
        }
        outlet.waiting.delete(binding)
        if (!this.sendNext(binding)) continue
        left -= 1
        // What is left of it goes behind the others.
        outlet.waiting.add(binding)
        if (outlet.isFull) break
      }
      this.ready.delete(outlet)
    }
  }

  /** @returns false when there was nothing to send. */
  private sendNext(binding: Binding): boolean {
    const { session, number, outlet } = binding
    const events = this.sessions.get(session)?.events
    if (events === undefined) return false
    const batches = batchesBehind(events, binding.cursor)
    const last = batches.at(-1)
    if (last === undefined) return false
    binding.cursor = last.index
    const hasRoom = outlet.connection.send(MessageType.events, [encodeEvents({ session, binding: number, batches })])
    if (hasRoom && !buggify('event-delivery.connection-is-full')) return true
    cover('event-delivery.connection-is-full')
    outlet.isFull = true
    if (hasRoom) this.context.nextTurn(() => this.hasRoom(outlet))
    return true
  }

  private hasRoom(outlet: Outlet): void {
    outlet.isFull = false
    if (outlet.waiting.size > 0) this.ready.add(outlet)
    this.deliver()
  }

  private enqueue(binding: Binding): void {
    const { outlet } = binding
    outlet.waiting.add(binding)
    if (!outlet.isFull) this.ready.add(outlet)
  }

  private schedule(): void {
    if (this.isScheduled) return
    this.isScheduled = true
    this.context.nextTurn(() => {
      this.isScheduled = false
      this.deliver()
    })
  }

  private outletOf(connection: Connection): Outlet {
    let outlet = this.outlets.get(connection)
    if (outlet === undefined) {
      const made: Outlet = { connection, bindings: new Map(), waiting: new Set(), isFull: false }
      this.outlets.set(connection, outlet = made)
      connection.onDrain(() => this.hasRoom(made))
    }
    return outlet
  }

  private release(binding: Binding): void {
    const { outlet, session } = binding
    this.bindings.delete(session)
    outlet.bindings.delete(session)
    outlet.waiting.delete(binding)
  }
}

/** What a client gets next that has had everything up to `cursor`. What was dropped in between is told as a batch without events. */
function batchesBehind(events: SessionEvents, cursor: LogIndex): readonly EventBatch[] {
  if (events.lostThrough <= cursor) return events.behind(cursor, messageBytesMax)
  cover('event-delivery.gap')
  return [{ index: events.lostThrough, previousIndex: cursor, events: [] }, ...events.behind(events.lostThrough, messageBytesMax)]
}
