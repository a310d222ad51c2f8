import { mutant } from '@copycat/utils/instruments'
/** Intervals of silence after which a peer counts as gone. */
const silentIntervalsMax = 3

/** What to do after an interval. */
export type HeartbeatVerdict = 'alive' | 'ping' | 'gone'

/**
 * Judges, once an interval, whether the peer is still there. Intervals are counted rather than time measured:
 * a process that was stopped for a minute must not conclude that all its peers are gone.
 */
export class Heartbeat {
  private silentIntervals = 0
  private sentBytes = 0
  /** Set whenever anything arrives. */
  heard = true

  /**
   * @param sentBytes how many bytes the network has taken so far.
   * @param isStuck whether some are queued that it has not: a ping waits behind them, and a peer that takes them in
   * lives, however long the message is that it is busy with.
   */
  judge(sentBytes: number, isStuck: boolean): HeartbeatVerdict {
    const isTaking = isStuck && sentBytes > this.sentBytes
    this.sentBytes = sentBytes
    if (this.heard || isTaking) {
      this.heard = false
      this.silentIntervals = 0
      return 'alive'
    }
    this.silentIntervals += 1
    return this.silentIntervals >= silentIntervalsMax && !mutant('T2') ? 'gone' : 'ping'
  }
}
