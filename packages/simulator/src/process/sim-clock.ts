import type { Scheduler } from '../time/scheduler.ts'

/** The clocks of one machine: both drift at its rate; the wall clock is off and may jump. Times in milliseconds. */
export class SimClock {
  /** Local milliseconds per millisecond of the world. */
  private rate = 1
  private base = 1_000
  private since = 0
  /** Wall clock minus the world's, in milliseconds. */
  wallOffset = 0
  private readonly scheduler: Scheduler

  constructor(scheduler: Scheduler) {
    this.scheduler = scheduler
  }

  monotonic(): number {
    return this.base + (this.scheduler.now - this.since) / 1_000 * this.rate
  }

  wall(): number {
    return 1_700_000_000_000 + this.scheduler.now / 1_000 + this.wallOffset
  }

  /** Changes the rate from now on; the monotonic clock neither jumps nor goes back. */
  setRate(rate: number): void {
    this.base = this.monotonic()
    this.since = this.scheduler.now
    this.rate = rate
  }

  /** World microseconds until the monotonic clock will show `at`, if its rate stays. */
  microsUntil(at: number): number {
    return Math.max(0, (at - this.monotonic()) * 1_000 / this.rate)
  }
}
