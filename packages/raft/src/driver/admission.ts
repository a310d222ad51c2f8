import { OverloadedError } from '@copycat/protocol'
import type { Context, Logger, SessionId } from '@copycat/utils'
import { buggify, cover } from '@copycat/utils/instruments'

/** What may wait on a server at a time; more is refused, so that no queue outlives the load that filled it. */
export interface WaitingLimits {
  /** Commands that are in the log, or on their way into it, and not applied. */
  readonly waitingCommandsMax: number
  /** Their bytes. */
  readonly waitingBytesMax: number
}

/** Part of the limits that one session may take up, however many it sends. */
const sessionPart = 4

/** Milliseconds between two lines in the log about refusals. */
const logInterval = 10_000

/** Milliseconds without a refusal after which a server refuses no more. */
const calmAfter = 1_000

interface Share {
  commands: number
  bytes: number
}

/**
 * Decides whether a leader takes in another frame of commands. Frames are refused whole, before anything of them is logged; the session's later ones
 * then come out of turn, and are refused too until the client sends again from there (PROTOCOL 6). Keep-alives, registrations and whatever servers
 * say to each other are never refused, so that nobody's session dies of the load.
 */
export class Admission {
  private readonly context: Pick<Context, 'monotonic'>
  private readonly logger: Pick<Logger, 'warn'>
  private readonly limits: WaitingLimits
  private readonly shares = new Map<SessionId, Share>()
  private readonly all: Share = { commands: 0, bytes: 0 }
  private refusals = 0
  private since: number | undefined
  private lastRefusal = -Infinity
  private lastLine = -Infinity

  constructor(context: Pick<Context, 'monotonic'>, logger: Pick<Logger, 'warn'>, limits: WaitingLimits) {
    this.context = context
    this.logger = logger
    this.limits = limits
  }

  /** Monotonic time since which it refuses; undefined: it does not. */
  get refusingSince(): number | undefined {
    return this.context.monotonic() - this.lastRefusal < calmAfter ? this.since : undefined
  }

  /**
   * Whether a frame may be taken in; {@link take} does it then. One is whenever nothing else waits, however large.
   * @throws {OverloadedError}
   */
  check(session: SessionId, commands: number, bytes: number): void {
    const share = this.shares.get(session)
    const isOver = this.exceeds(this.all, commands, bytes, 1) || (share !== undefined && this.exceeds(share, commands, bytes, sessionPart))
    if (!isOver && !buggify('admission.refuses')) return
    cover('admission.refused')
    this.refused()
    throw new OverloadedError(`${this.all.commands} commands of ${this.all.bytes} bytes wait already`)
  }

  /** A frame waits from now on; to be given back by {@link settled} with the same numbers. */
  take(session: SessionId, commands: number, bytes: number): void {
    this.all.commands += commands
    this.all.bytes += bytes
    const share = this.shares.get(session)
    if (share === undefined) this.shares.set(session, { commands, bytes })
    else {
      share.commands += commands
      share.bytes += bytes
    }
  }

  /** What was taken in is answered. */
  settled(session: SessionId, commands: number, bytes: number): void {
    this.all.commands -= commands
    this.all.bytes -= bytes
    const share = this.shares.get(session)
    if (share === undefined) return
    share.commands -= commands
    share.bytes -= bytes
    if (share.commands === 0) this.shares.delete(session)
  }

  /** A term of office begins: nothing waits. */
  clear(): void {
    this.shares.clear()
    this.all.commands = 0
    this.all.bytes = 0
  }

  private exceeds(waiting: Readonly<Share>, commands: number, bytes: number, part: number): boolean {
    const { waitingCommandsMax, waitingBytesMax } = this.limits
    return waiting.commands > 0 && (waiting.commands + commands > waitingCommandsMax / part || waiting.bytes + bytes > waitingBytesMax / part)
  }

  private refused(): void {
    const now = this.context.monotonic()
    if (now - this.lastRefusal >= calmAfter) this.since = now
    this.lastRefusal = now
    this.refusals += 1
    if (now - this.lastLine < logInterval) return
    this.lastLine = now
    this.logger.warn(`overloaded: ${this.all.commands} commands of ${this.all.bytes} bytes wait, ${this.refusals} frames were refused so far`)
  }
}
