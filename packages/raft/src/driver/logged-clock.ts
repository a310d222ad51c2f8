import type { Context } from '@copycat/utils'
import { mutant } from '@copycat/utils/instruments'

/**
 * Logged time, as a leader stamps it on blocks: the time of the last entry plus the leader's own monotonic time since it
 * took office. The wall clock is asked once, at founding; time without a leader does not count.
 */
export class LoggedClock {
  private readonly context: Context
  private base = 0
  private startedAt = 0
  private last = 0

  constructor(context: Context) {
    this.context = context
  }

  /** Takes office after an entry of logged time `lastTime`; 0: the log is empty. */
  start(lastTime: number): void {
    this.base = mutant('L13') || lastTime === 0 ? Math.floor(this.context.wall()) : lastTime
    this.last = this.base
    this.startedAt = this.context.monotonic()
  }

  /** Logged time now, integer milliseconds; never less than before. */
  now(): number {
    this.last = Math.max(this.last, this.base + Math.floor(this.context.monotonic() - this.startedAt))
    return this.last
  }
}
