import { OverloadedError } from '@copycat/protocol'
import type { Context } from '@copycat/utils'
import { cover } from '@copycat/utils/instruments'

/** Milliseconds of answers from which the pace of a server is told. */
const paceTime = 500

/** Limits of a queue. */
export interface QueueLimitOptions {
  readonly context: Pick<Context, 'monotonic'>
  readonly queueMax: number
  readonly queueDelayMax: number
  readonly inFlightMax: number
}

/**
 * How many operations may wait: as many as the server answers in `queueDelayMax` at its present pace, at most `queueMax`. A queue that is bounded by a number alone
 * holds minutes of a slow server's work, behind which all that comes later stands, long after the overload has ended (FAULTS K4).
 */
export class QueueLimit {
  private readonly options: QueueLimitOptions
  private max: number
  /** Since when answers are counted; undefined while nothing waits, as then they come at the application's pace. */
  private since: number | undefined
  private answers = 0

  constructor(options: QueueLimitOptions) {
    this.options = options
    this.max = options.queueMax
  }

  /** @throws {OverloadedError} when `waiting` operations are as many as may wait. */
  check(waiting: number): void {
    if (waiting < this.max) return
    const { queueMax, queueDelayMax } = this.options
    if (this.max === queueMax) throw new OverloadedError(`${queueMax} operations wait already (queueMax)`)
    cover('queue-limit.too-slow')
    throw new OverloadedError(`${waiting} operations wait already, more than are answered within ${queueDelayMax} ms (queueDelayMax)`)
  }

  /** So many operations were answered, after which others still wait or not. */
  answered(count: number, isWaiting: boolean): void {
    if (!isWaiting) {
      if (this.since !== undefined) this.reset()
      return
    }
    const now = this.options.context.monotonic()
    if (this.since === undefined) {
      this.since = now
      return
    }
    this.answers += count
    const elapsed = now - this.since
    if (elapsed < paceTime) return
    const { queueMax, queueDelayMax, inFlightMax } = this.options
    // Never less than what may be under way: the next answer may ask for that much.
    this.max = Math.min(queueMax, Math.max(inFlightMax, Math.floor(this.answers / elapsed * queueDelayMax)))
    this.since = now
    this.answers = 0
  }

  /** Another server, or nothing that waits: its pace is not known. */
  reset(): void {
    this.max = this.options.queueMax
    this.since = undefined
    this.answers = 0
  }
}
