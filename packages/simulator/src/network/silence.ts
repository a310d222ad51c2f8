/** Intervals without a sign of life after which the other side counts as gone: as many as the stream codec's. */
const silentIntervalsMax = 3

/** Counts intervals in which nothing was heard, by the rules of the stream codec's heartbeat. */
export class Silence {
  private intervals = 0
  private takenBytes = 0
  /** Set whenever anything arrives. */
  heard = true

  /**
   * To be asked once an interval.
   * @param takenBytes how many bytes the other side has taken in so far.
   * @param isWaiting whether it has not taken in all.
   */
  judge(takenBytes: number, isWaiting: boolean): 'alive' | 'ping' | 'gone' {
    const isTaking = isWaiting && takenBytes > this.takenBytes
    this.takenBytes = takenBytes
    if (this.heard || isTaking) {
      this.heard = false
      this.intervals = 0
      return 'alive'
    }
    this.intervals += 1
    return this.intervals >= silentIntervalsMax ? 'gone' : 'ping'
  }
}
