import type { EncodedResult } from '@copycat/protocol'
import type { SessionEnd, StateMachineRuntime } from '@copycat/state-machine'
import type { LogIndex, SessionId } from '@copycat/utils'

/** Gets the events of one session. */
export type EventSink = (event: Uint8Array) => void

/** A cluster that is one state machine in this process: entries are applied at once, in the order in which they come, without a log, a network or a clock. */
export class StateMachineCluster {
  /** Index of the last entry applied. */
  index: LogIndex = 0
  /** Logged time, in milliseconds; set it, or {@link advance} it so that timers fire. */
  time = 1_000_000
  readonly runtime: StateMachineRuntime
  private readonly sinks = new Map<SessionId, EventSink>()

  constructor(runtime: StateMachineRuntime) {
    this.runtime = runtime
    runtime.attach({ publish: (session, event) => this.sinks.get(session)?.(event), released: () => undefined })
  }

  /** Lets logged time go on: what is due fires. */
  advance(milliseconds: number): void {
    this.time += milliseconds
    this.index += 1
    this.runtime.advance(this.time, this.index)
  }

  /** Registers a session; `sink` gets what is published to it, while the entry is applied that does so. */
  register(sink: EventSink): SessionId {
    this.index += 1
    this.sinks.set(this.index, sink)
    this.runtime.sessionRegistered(this.index, this)
    return this.index
  }

  /** Applies a command as the next entry. */
  command(bytes: Uint8Array, session: SessionId): EncodedResult {
    this.index += 1
    return this.runtime.command(bytes, 0, bytes.length, this, session)
  }

  query(bytes: Uint8Array, session: SessionId): EncodedResult {
    return this.runtime.query(bytes, 0, bytes.length, this, session)
  }

  /** Ends a session. */
  endSession(session: SessionId, end: SessionEnd): void {
    this.index += 1
    this.runtime.sessionEnded(session, end, this)
    this.sinks.delete(session)
  }
}
