import type { LogIndex } from '@copycat/utils'
import { cover } from '@copycat/utils/instruments'

/** What a confirmed round still waits for. */
interface ConfirmedRound {
  through: number
  readIndex: LogIndex
}

/** Starts of so many rounds are remembered; an answer to an older one proves nothing about when it was asked for. */
const startsMax = 64

/** Rounds that may be confirmed and wait to be applied; beyond it younger ones share the last place. */
const confirmedMax = 64

/**
 * Read requests and the rounds that confirm leadership for them (§6.4): requests that come while a round is out share
 * the next one. Rounds are numbered for the life of the core, so that no late answer fits a newer one (FAULTS L3).
 */
export class ReadRounds {
  /** Newest round; carried by all AppendEntries. */
  round = 0
  /** The newest round for reads: the one that is out, if one is. */
  outRound = 0
  /** Highest request that has come and is in no round yet; 0: none. */
  #waiting = 0
  #isOut = false
  #outThrough = 0
  #outReadIndex: LogIndex = 0
  readonly #confirmed: ConfirmedRound[] = []
  /** When each of the last rounds started, by its number modulo their count. */
  readonly #starts = new Float64Array(startsMax)

  get isOut(): boolean {
    return this.#isOut
  }

  get isWaiting(): boolean {
    return this.#waiting > 0
  }

  request(request: number): void {
    this.#waiting = Math.max(this.#waiting, request)
  }

  /** Starts a round that no read waits for: its answers tell who follows this leader, and since when. */
  beat(now: number): void {
    this.round++
    this.#starts[this.round % startsMax] = now
  }

  /** When `round` started; -Infinity when that is too long ago. */
  startedAt(round: number): number {
    return round > this.round - startsMax ? this.#starts[round % startsMax]! : -Infinity
  }

  /** Starts a round for all who wait; they must see what is committed now. */
  start(commitIndex: LogIndex, now: number): void {
    this.beat(now)
    this.outRound = this.round
    this.#isOut = true
    this.#outThrough = this.#waiting
    this.#outReadIndex = commitIndex
    this.#waiting = 0
  }

  /** A majority answered the round that is out. */
  confirm(): void {
    this.#isOut = false
    const last = this.#confirmed.at(-1)
    if (last !== undefined && (last.readIndex === this.#outReadIndex || this.#confirmed.length >= confirmedMax)) {
      cover('read-rounds.confirmed-together')
      last.through = this.#outThrough
      last.readIndex = this.#outReadIndex
    } else {
      this.#confirmed.push({ through: this.#outThrough, readIndex: this.#outReadIndex })
    }
  }

  /** Takes out what is confirmed and applied. @returns the highest request, or 0. */
  takeReady(lastApplied: LogIndex): number {
    let through = 0
    while (this.#confirmed.length > 0 && this.#confirmed[0]!.readIndex <= lastApplied) {
      through = this.#confirmed.shift()!.through
    }
    if (this.#confirmed.length > 0) cover('read-rounds.waits-for-apply')
    return through
  }

  /** Leadership is lost: the role effect tells those who wait. */
  clear(): void {
    if (this.#isOut || this.#waiting > 0) cover('read-rounds.lost-with-leadership')
    this.#waiting = 0
    this.#isOut = false
    this.#confirmed.length = 0
  }
}
