import type { Context, SessionId, Timer } from '@copycat/utils'

/** The event loop of a client stood still. */
export interface ClientStall {
  readonly type: 'stalled'
  readonly session: SessionId
  readonly milliseconds: number
  /** Whether the session has outlived it for certain. */
  readonly isCertain: boolean
}

/** Milliseconds between two stalls that are told. */
const tellInterval = 1_000

/** Notices that callbacks of this thread ran late: the event loop was blocked, or the process stopped. */
export class StallWatch {
  private readonly context: Context
  private readonly threshold: number
  private readonly interval: number
  private readonly ticked: () => void
  private readonly stalled: (milliseconds: number) => void
  private timer: Timer | undefined
  private tickedAt: number
  private toldAt = -Infinity
  /** The longest that was not told yet. */
  private longest = 0

  /**
   * @param interval milliseconds between two looks.
   * @param threshold milliseconds without a turn of which `stalled` is told, at most once a second: the longest since it was told last.
   * @param ticked is called at every look.
   */
  constructor(context: Context, interval: number, threshold: number, ticked: () => void, stalled: (milliseconds: number) => void) {
    this.context = context
    this.interval = interval
    this.threshold = threshold
    this.ticked = ticked
    this.stalled = stalled
    this.tickedAt = context.monotonic()
  }

  start(): void {
    this.tickedAt = this.context.monotonic()
    this.wait()
  }

  stop(): void {
    this.timer?.cancel()
  }

  private wait(): void {
    this.timer = this.context.timer(this.tickedAt + this.interval, () => {
      const now = this.context.monotonic()
      const late = now - this.tickedAt - this.interval
      this.tickedAt = now
      this.wait()
      this.ticked()
      if (late >= this.threshold) this.longest = Math.max(this.longest, late)
      if (this.longest === 0 || now - this.toldAt < tellInterval) return
      const { longest } = this
      this.longest = 0
      this.toldAt = now
      this.stalled(longest)
    })
  }
}
