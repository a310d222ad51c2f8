import type { EncodedResult } from '@copycat/protocol'
import { type Position, type SessionEnd, type StateMachineHost, type StateMachineRuntime, stopsServer } from '@copycat/state-machine'
import { CopycatError, type LogIndex, type SessionId } from '@copycat/utils'
import { crc32 } from 'node:zlib'
import type { CheckedMachine } from '../workload/store-machine.ts'
import { shortErrorText } from './error-text.ts'
import type { Outcome } from './outcome.ts'

/** What is told of a runtime. */
export interface RuntimeEvents {
  /** The runtime has handled a command. */
  commanded(runtime: ObservedRuntime, outcome: Outcome): void
  /** The runtime is about to apply the end of a session. */
  sessionEnded?(session: SessionId): void
}

/** Runs what it is given, and keeps account of everything that came of it, so that two servers can be compared. */
export class ObservedRuntime implements StateMachineRuntime, CheckedMachine {
  /** Whose it is, for people. */
  readonly label: string
  /** Equal on all servers that have applied the same with the same results. */
  hash = 0x811c9dc5
  /** Index of the last entry that changed anything: a command, a session, or a time at which a timer was due. */
  lastIndex: LogIndex = 0
  private readonly inner: StateMachineRuntime
  private readonly events: RuntimeEvents

  constructor(label: string, inner: StateMachineRuntime, events: RuntimeEvents) {
    this.label = label
    this.inner = inner
    this.events = events
    // Who only applies the same once more attaches nothing, and must come to the same hash.
    this.attach({ publish: () => {}, released: () => {} })
  }

  get resourceTypes(): readonly string[] {
    return this.inner.resourceTypes
  }

  get nextDue(): number {
    return this.inner.nextDue
  }

  /** Events count as well: their session, place and bytes. */
  attach(host: StateMachineHost): void {
    this.inner.attach({
      publish: (session, event) => {
        this.mix(session, crc32(event))
        host.publish(session, event)
      },
      released: (entry) => host.released(entry),
    })
  }

  admit(bytes: Uint8Array, start: number, end: number, everyVoterKnows: (type: string) => boolean): CopycatError | undefined {
    return this.inner.admit(bytes, start, end, everyVoterKnows)
  }

  command(bytes: Uint8Array, start: number, end: number, position: Position, session: SessionId): EncodedResult {
    const request = bytes.slice(start, end)
    try {
      const result = this.inner.command(bytes, start, end, position, session)
      this.handled({ index: position.index, session, request, result: typeof result === 'object' ? result.slice() : result, hasEffect: true })
      return result
    } catch (error) {
      // A server that stops says nothing to anybody.
      if (!stopsServer(error)) {
        const hasEffect = !CopycatError.is(error) || error.outcome !== 'not-applied'
        this.handled({ index: position.index, session, request, error, hasEffect })
      }
      throw error
    }
  }

  query(bytes: Uint8Array, start: number, end: number, position: Position, session: SessionId): EncodedResult {
    return this.inner.query(bytes, start, end, position, session)
  }

  advance(time: number, index: LogIndex): void {
    if (this.inner.nextDue <= time) {
      this.lastIndex = index
      this.mix(time, index)
    }
    this.inner.advance(time, index)
  }

  sessionRegistered(session: SessionId, position: Position): void {
    this.lastIndex = position.index
    this.mix(session, position.index)
    this.inner.sessionRegistered(session, position)
  }

  sessionEnded(session: SessionId, end: SessionEnd, position: Position): void {
    this.lastIndex = position.index
    this.mix(session, position.index)
    this.events.sessionEnded?.(session)
    this.inner.sessionEnded(session, end, position)
  }

  describe(bytes: Uint8Array, start: number, end: number): string {
    return this.inner.describe(bytes, start, end)
  }

  private handled(outcome: Outcome): void {
    const { index, result, error } = outcome
    this.lastIndex = index
    this.mix(index, crc32(error === undefined ? result ?? '' : shortErrorText(error)))
    this.events.commanded(this, outcome)
  }

  private mix(a: number, b: number): void {
    this.hash = Math.imul(this.hash ^ a, 0x85ebca6b)
    this.hash = Math.imul(this.hash ^ b, 0xc2b2ae35)
    this.hash ^= this.hash >>> 15
  }
}
