import type { CopycatError } from '@copycat/utils'

/**
 * For how long a client may rely on its session, and on what the session holds. It ends for good when the cluster may have ended the session, by the clock of this
 * process; a session that turns out to live has another lease from then on. After a stall of the process the signal fires when its callbacks run again:
 * code that acts on a hold asks {@link isCertain} before, which is answered from the clock.
 */
export class SessionLease {
  private readonly assess: () => void
  private controller: AbortController | undefined
  private reason: CopycatError | undefined

  /** @param assess looks at the clocks, and ends what is over. */
  constructor(assess: () => void) {
    this.assess = assess
  }

  /** Fires when the lease ends; its reason says why. */
  get signal(): AbortSignal {
    this.assess()
    this.controller ??= new AbortController()
    if (this.reason !== undefined) this.controller.abort(this.reason)
    return this.controller.signal
  }

  /** Whether it lasts at this moment. */
  isCertain(): boolean {
    this.assess()
    return this.reason === undefined
  }

  /** @throws {SessionSuspendedError}, {SessionExpiredError} or {ClosedError} when it does not last any more. */
  assertCertain(): void {
    this.assess()
    if (this.reason !== undefined) throw this.reason
  }

  /** For the session. */
  end(reason: CopycatError): void {
    this.reason ??= reason
    this.controller?.abort(reason)
  }
}
