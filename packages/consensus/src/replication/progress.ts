import { assert } from '@copycat/utils'
import type { LogIndex, MemberId } from '@copycat/utils'
import { buggify, cover } from '@copycat/utils/instruments'
import { InFlightWindow } from './in-flight-window.ts'

/**
 * What the leader knows of one follower, as a state machine of two states:
 *
 *               success that covers nextIndex - 1
 *      probe ───────────────────────────────────▶ replicate
 *        ▲  one message at a time                 │  a window of messages,
 *        │  until it is known where               │  nextIndex moves when they are sent
 *        │  the logs meet                         │
 *        └────────────────────────────────────────┘
 *               refusal, new or closed stream
 */
export class Progress {
  readonly id: MemberId
  /** Learners get everything and count for nothing. */
  readonly isVoter: boolean
  readonly window: InFlightWindow
  state: 'probe' | 'replicate' = 'probe'
  /** Durable at the follower and equal to ours. Never falls within a term. */
  matchIndex: LogIndex = 0
  /** The first index to send; above `matchIndex`. */
  nextIndex: LogIndex = 1
  /** In `probe`: a message with entries is out, the next waits for an answer. */
  isProbeOut = false
  /** The driver could not send: the next attempt waits for a sign of life, a new stream or the next heartbeat. */
  isBlocked = false
  /** A replicate effect is out; `stale`: the progress changed since, its `sent` only ends the wait. */
  fill: 'none' | 'asked' | 'stale' = 'none'
  fillFrom: LogIndex = 0
  /** Highest commit index that went out to it. */
  commitTold: LogIndex = 0
  /** Newest read round that it answered (§6.4). */
  confirmedRound = 0
  /** When that round started: what it answered was sent then or later, so that its promise to the leader runs from then at the least (§6.4.1). */
  confirmedAt: number = -Infinity
  /** When it answered last, in this leader's term. */
  heardAt = 0

  constructor(id: MemberId, isVoter: boolean, inFlightMax: number) {
    this.id = id
    this.isVoter = isVoter
    this.window = new InFlightWindow(inFlightMax)
  }

  /** For a new leader: nothing is known but where our own log ends. */
  startTerm(lastIndex: LogIndex, now: number): void {
    this.matchIndex = 0
    this.commitTold = 0
    this.confirmedRound = 0
    this.confirmedAt = -Infinity
    this.heardAt = now
    this.#probeFrom(lastIndex + 1)
  }

  /** The stream is new or gone: what was sent may be lost. From `replicate` on, `matchIndex` is where the logs are known to meet. */
  loseStream(): void {
    this.#probeFrom(this.state === 'replicate' ? this.matchIndex + 1 : this.nextIndex)
  }

  canSend(lastIndex: LogIndex): boolean {
    if (this.fill !== 'none' || this.isBlocked || this.nextIndex > lastIndex) return false
    if (buggify('progress.window-of-one') && this.window.count > 0) return false
    return this.state === 'replicate' ? !this.window.isFull : !this.isProbeOut
  }

  ask(commitIndex: LogIndex): void {
    this.fill = 'asked'
    this.fillFrom = this.nextIndex
    this.commitTold = commitIndex
  }

  /** The driver has sent entries up to `through`; it is below what was asked from when it could not. */
  sent(through: LogIndex): void {
    const asked = this.fill
    this.fill = 'none'
    if (asked !== 'asked') {
      cover('progress.fill-stale')
      return
    }
    if (through < this.fillFrom) {
      cover('progress.blocked')
      this.isBlocked = true
      // What was to tell the commit index did not go out.
      this.commitTold = 0
    } else if (this.state === 'probe') {
      this.isProbeOut = true
    } else {
      this.nextIndex = through + 1
      this.window.add(through)
    }
  }

  /** Everything up to `matchIndex` is there. An older answer may say less: a match only rises. @returns whether it rose. */
  succeed(matchIndex: LogIndex): boolean {
    this.isBlocked = false
    const rose = matchIndex > this.matchIndex
    if (!rose) cover('progress.older-match')
    if (rose) this.matchIndex = matchIndex
    this.window.freeThrough(matchIndex)
    if (this.state === 'probe' && matchIndex >= this.nextIndex - 1) {
      this.state = 'replicate'
      this.isProbeOut = false
    }
    if (this.nextIndex <= this.matchIndex) {
      cover('progress.match-overtakes-next')
      this.nextIndex = this.matchIndex + 1
      this.#staleFill()
    }
    return rose
  }

  /** Whether a refusal of `rejectedIndex` says something new: not one that was overtaken by a match or by another refusal. */
  isRefusalCurrent(rejectedIndex: LogIndex): boolean {
    return this.state === 'replicate'
      ? rejectedIndex > this.matchIndex && rejectedIndex < this.nextIndex
      : rejectedIndex === this.nextIndex - 1 && rejectedIndex > this.matchIndex
  }

  /** Drops all in flight, since it would land on a hole (FAULTS R10), and probes behind `hint`, at least one entry further back. */
  refuse(rejectedIndex: LogIndex, hint: LogIndex): void {
    this.isBlocked = false
    this.#probeFrom(Math.max(Math.min(rejectedIndex, hint + 1), this.matchIndex + 1))
  }

  #probeFrom(nextIndex: LogIndex): void {
    assert(nextIndex >= 1 && nextIndex > this.matchIndex, 'matchIndex < nextIndex and nextIndex >= 1')
    this.state = 'probe'
    this.nextIndex = nextIndex
    this.isProbeOut = false
    this.isBlocked = false
    this.window.clear()
    this.#staleFill()
  }

  #staleFill(): void {
    if (this.fill === 'asked') this.fill = 'stale'
  }
}
