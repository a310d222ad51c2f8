import { ResultExpiredError, type OperationResult } from '@copycat/protocol'
import { assert, type LogIndex, type SessionId } from '@copycat/utils'
import { mutant } from '@copycat/utils/instruments'
import { type EventLimits, SessionEvents } from './session-events.ts'

/** Results of a session that has none: most sessions are idle, and there may be many. */
const none: OperationResult[] = []

/** Results that a session has room for at first. */
const resultsLeast = 4

/**
 * One client's identity over time, as every server replicates it (§6.3). Nothing in it depends on the
 * machine; it changes only when entries are applied.
 */
export class Session {
  readonly id: SessionId
  /** The client's name for its registration, a character for each byte. */
  readonly client: string
  /** Milliseconds. */
  readonly timeout: number
  /** Number of the last command applied; 0: none yet. */
  lastSequence = 0
  /** Results up to here have reached the client and are gone; `floor <= lastSequence`. */
  floor = 0
  /** Last entry by which the client showed that it lives. */
  lastRenewal: LogIndex
  /** Ring of the results above the floor; the place of one is its sequence modulo the length. */
  private results: OperationResult[] = none
  /** Absent until the first event. */
  private ownEvents: SessionEvents | undefined

  constructor(id: SessionId, client: string, timeout: number) {
    this.id = id
    this.client = client
    this.timeout = timeout
    this.lastRenewal = id
  }

  /** Results that the client has not acknowledged. */
  get resultCount(): number {
    return this.lastSequence - this.floor
  }

  /** Its events, if there ever were any. */
  get events(): SessionEvents | undefined {
    return this.ownEvents
  }

  /** Index of its last event; 0: none. */
  get eventIndex(): LogIndex {
    return this.ownEvents === undefined ? 0 : this.ownEvents.lastIndex
  }

  /** Keeps an event that the entry at `index` has published. */
  publish(index: LogIndex, event: Uint8Array, limits: EventLimits): void {
    this.ownEvents ??= new SessionEvents()
    this.ownEvents.publish(index, event, limits)
  }

  /** Keeps the result of the next command. */
  record(result: OperationResult): void {
    const sequence = ++this.lastSequence
    if (sequence - this.floor > this.results.length) this.grow()
    this.results[sequence % this.results.length] = result
  }

  /** The result of an applied command: the first and only one, or the error that it is no longer kept. */
  resultOf(sequence: number): OperationResult {
    assert(sequence <= this.lastSequence, 'only applied commands have results')
    return sequence <= this.floor && !mutant('X2') ? new ResultExpiredError() : this.results[sequence % this.results.length]
  }

  /** The client has every result up to `floor`. */
  acknowledge(floor: number): void {
    const reached = mutant('X2') ? this.lastSequence - 1 : Math.min(floor, this.lastSequence)
    while (this.floor < reached) this.results[++this.floor % this.results.length] = undefined
  }

  /** Its client has been heard and has nothing to do: room for results is given back. */
  rest(): void {
    if (this.floor === this.lastSequence) this.results = none
  }

  private grow(): void {
    const larger = new Array<OperationResult>(Math.max(resultsLeast, 2 * this.results.length))
    for (let sequence = this.floor + 1; sequence < this.lastSequence; sequence++) {
      larger[sequence % larger.length] = this.results[sequence % this.results.length]
    }
    this.results = larger
  }
}
