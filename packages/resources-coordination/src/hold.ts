import type { SessionLease } from '@copycat/core'
import type { Listener, LogIndex } from '@copycat/utils'
import { HoldLostError } from './errors.ts'

/**
 * Something that is held: a lock, permits, an office. It lasts until it is released, and no longer than the lease of the client's session, which ends
 * before the cluster can give it to somebody else.
 *
 * Code that runs already when the lease ends is stopped by nobody: what it writes elsewhere must bear the {@link token}, and whoever takes it
 * must refuse a token that is lower than one it has seen.
 */
export interface Hold extends AsyncDisposable {
  /**
   * The fencing token: index of the log entry by which it was asked for; later holds have higher ones.
   * @throws {HoldLostError} when it is not held any more, or not for certain: asked of the clock, so that a late signal does not matter.
   */
  readonly token: LogIndex
  /** Fires when it is over: released, or lost ({@link HoldLostError} is the reason then). */
  readonly signal: AbortSignal
  /** Gives it back; resolves once others can have it. Does nothing when it is over already. */
  release(): Promise<void>
}

/** What a {@link LeasedHold} is made of. */
interface LeasedHoldOptions {
  /** Its token. */
  readonly granted: LogIndex
  readonly lease: SessionLease
  /** Calls back when that lease ends. */
  readonly onLeaseEnd: (callback: () => void) => Listener
  /** Tells the cluster; resolves too where the hold has ended with the session, or with the resource. */
  readonly giveBack: () => Promise<void>
}

/** A hold on the lease under which it was granted. */
export class LeasedHold implements Hold {
  readonly signal: AbortSignal
  /** Its token, whether or not it is held still. */
  readonly granted: LogIndex
  private readonly controller = new AbortController()
  private readonly lease: SessionLease
  private readonly giveBack: () => Promise<void>
  private readonly leaseEnd: Listener
  private releasing: Promise<void> | undefined

  constructor({ granted, lease, onLeaseEnd, giveBack }: LeasedHoldOptions) {
    this.granted = granted
    this.lease = lease
    this.giveBack = giveBack
    this.signal = this.controller.signal
    this.leaseEnd = onLeaseEnd(this.lapse)
  }

  get token(): LogIndex {
    if (this.signal.aborted) throw this.signal.reason
    if (!this.lease.isCertain()) this.lapse()
    if (this.signal.aborted) throw this.signal.reason
    return this.granted
  }

  release(): Promise<void> {
    this.end(new HoldLostError(`hold ${this.granted} was released`))
    this.releasing ??= this.giveBack()
    return this.releasing
  }

  /** It was lost: the cluster is told to take it back, should it still count as held there. */
  lose(reason: HoldLostError): void {
    if (this.signal.aborted) return
    this.end(reason)
    this.releasing = this.giveBack()
    // Nobody waits for it, and the session that could not give it back is over.
    this.releasing.catch(() => undefined)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.release()
  }

  private readonly lapse = (): void => {
    this.lose(new HoldLostError(`hold ${this.granted} is not certain any more: the session may have ended`, { cause: this.lease.signal.reason }))
  }

  private end(reason: HoldLostError): void {
    this.leaseEnd.close()
    if (!this.signal.aborted) this.controller.abort(reason)
  }
}
