import type { Context, Logger, Timer } from '@copycat/utils'
import { buggify } from '@copycat/utils/instruments'

/** What a {@link Watchdog} looks at, and whom it tells. */
export interface WatchdogPorts {
  /** How long the disk has owed an answer, in milliseconds. */
  owedFor(): number
  isLeading(): boolean
  /** This server should not lead now. */
  unfit(): void
}

/** Times that matter to a {@link Watchdog}, in milliseconds. */
export interface WatchdogOptions {
  readonly electionTimeout: number
  readonly heartbeatInterval: number
}

/**
 * Notices what the network alone would not show: a disk that owes an answer, and an event loop that stood still, which a timer sees by how late it is. For
 * longer than an election timeout either makes a leader hand its office over.
 */
export class Watchdog {
  private readonly context: Pick<Context, 'monotonic' | 'timer' | 'nextTurn'>
  private readonly logger: Pick<Logger, 'warn'>
  private readonly options: WatchdogOptions
  private readonly ports: WatchdogPorts
  private timer: Timer | undefined

  constructor(context: Pick<Context, 'monotonic' | 'timer' | 'nextTurn'>, logger: Pick<Logger, 'warn'>, options: WatchdogOptions, ports: WatchdogPorts) {
    this.context = context
    this.logger = logger
    this.options = options
    this.ports = ports
  }

  start(): void {
    const due = this.context.monotonic() + this.options.electionTimeout / 4
    this.timer = this.context.timer(due, () => {
      this.look(this.context.monotonic() - due)
      this.start()
    })
  }

  stop(): void {
    this.timer?.cancel()
  }

  private look(late: number): void {
    const { electionTimeout, heartbeatInterval } = this.options
    if (late > heartbeatInterval) this.logger.warn(`the event loop stood still for ${Math.round(late)} ms`)
    if (!this.ports.isLeading()) return
    const owed = this.ports.owedFor()
    if (owed > electionTimeout) this.logger.warn(`the disk has owed an answer for ${Math.round(owed)} ms: this server gives leadership away`)
    if (owed > electionTimeout || (buggify('watchdog.unfit') && buggify('watchdog.unfit'))) {
      this.ports.unfit()
    } else if (late > electionTimeout) {
      // Timers come before sockets: first everything that waits there is heard, perhaps that somebody else leads by now.
      this.context.nextTurn(() => {
        if (!this.ports.isLeading()) return
        this.logger.warn(`the event loop stood still for ${Math.round(late)} ms, longer than an election timeout: this server gives leadership away`)
        this.ports.unfit()
      })
    }
  }
}
