import type { Context } from '@copycat/utils'

/** Part of the load that may be repetitions. */
const ratio = 0.1

/** Repetitions that a client may always afford at once, and how many of them come back in a second: one with little to do retries too. */
const reserve = 10
const reservePerSecond = 1

/** Repetitions that can be saved up, at most. */
const savingsMax = 1_000

/** Milliseconds, in the middle, until something is submitted again that was refused. */
const backOffMillis = 100

/** Resolves after {@link backOffMillis}, more or less, so that those who were refused do not come again all at once. */
export function backOff(context: Pick<Context, 'monotonic' | 'random' | 'timer'>): Promise<void> {
  const wait = backOffMillis * (0.5 + context.random('client-back-off').float())
  return new Promise((resolve) => {
    context.timer(context.monotonic() + wait, resolve)
  })
}

/**
 * How many frames may be sent again because a server was overloaded: a tenth of what is sent (a token bucket), so that retries never keep an overload alive after its
 * cause is gone (FAULTS K4).
 */
export class RetryBudget {
  private readonly context: Pick<Context, 'monotonic'>
  private savings = reserve
  private at: number

  constructor(context: Pick<Context, 'monotonic'>) {
    this.context = context
    this.at = context.monotonic()
  }

  /** A frame is sent for the first time. */
  earn(): void {
    this.savings = Math.min(savingsMax, this.savings + ratio)
  }

  /** @returns whether `frames` may be sent again; then they are paid for. */
  spend(frames: number): boolean {
    this.refill()
    if (this.savings < frames) return false
    this.savings -= frames
    return true
  }

  /** Frames are sent again that must be: nobody knows whether they were applied. */
  owe(frames: number): void {
    this.refill()
    this.savings = Math.max(-savingsMax, this.savings - frames)
  }

  private refill(): void {
    const now = this.context.monotonic()
    const earned = (now - this.at) / 1_000 * reservePerSecond
    this.at = now
    if (this.savings < reserve) this.savings = Math.min(reserve, this.savings + earned)
  }
}
