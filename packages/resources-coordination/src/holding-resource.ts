import { checkInteger, type Listener, type LogIndex } from '@copycat/utils'
import { deletion } from '@copycat/core/internal'
import { CoordinationResource } from './coordination-resource.ts'
import { HoldLostError } from './errors.ts'
import { Acquire, IsPending, Release } from './hold-operations.ts'
import { judged, type Verdict } from './hold-state-machine.ts'
import { LeasedHold } from './hold.ts'

/** Options of waiting for something. */
export interface AcquireOptions {
  /** Gives up waiting: the call rejects with `AbortedError`, and what was asked for is given back, should it be granted meanwhile. */
  readonly signal?: AbortSignal | undefined
}

/** Options of obtaining. */
export interface ObtainOptions extends AcquireOptions {
  /** Called when the cluster has the request. */
  readonly standing?: () => void
  /** Whether to ask until it is heard, whatever limits calls have. */
  readonly insists?: boolean
}

/** Longest wait in milliseconds. */
const waitMax = 2 ** 50

/** Whether and how long to wait: for ever, or so many milliseconds. */
export type Wait = 'forever' | number

/** A resource with things to hold, which a `HoldStateMachine` hands out. */
export abstract class HoldingResource extends CoordinationResource {
  /**
   * Asks for permits.
   * @returns the hold; undefined when the time to wait is over, as the cluster's logged time tells.
   * @throws {AbortedError} when the signal fires; {SessionExpiredError} when the session ends meanwhile; {HoldLostError} when its lease had lapsed at the
   * moment of the grant, which is given back.
   */
  protected async obtain(permits: number, wait: Wait, options: ObtainOptions = {}): Promise<LeasedHold | undefined> {
    if (wait !== 'forever') checkInteger('timeout', wait, 0, waitMax)
    const request = this.nextRequest()
    let asked = 0
    const token = await this.awaitEvent<Verdict, LogIndex | undefined>({
      type: judged,
      request,
      answer: ({ token: granted }) => granted,
      ask: async () => {
        asked += 1
        const acquire = new Acquire(request, permits, wait === 'forever' ? -1 : wait)
        const answer = await (options.insists === true ? this.insist(acquire, () => options.signal?.aborted !== true) : this.submit(acquire))
        options.standing?.()
        if (answer === undefined) return { value: undefined }
        return answer % 2 === 1 ? { value: (answer - 1) / 2 } : undefined
      },
      isPending: () => this.insist(new IsPending(request)),
      withdraw: () => this.takeBack(new Release(request)),
    }, options.signal)
    if (token !== undefined) return this.heldBy(token, request)
    // Asked again while its time ran out, it may stand anew, and be granted to nobody.
    if (asked > 1) this.takeBack(new Release(request)).catch(() => undefined)
    return undefined
  }

  private heldBy(token: LogIndex, request: number): LeasedHold {
    const { lease } = this
    if (lease.isCertain()) {
      const onLeaseEnd = (callback: () => void): Listener => this.onLeaseEnd(callback)
      const hold = new LeasedHold({ granted: token, lease, onLeaseEnd, giveBack: () => this.takeBack(new Release(request)) })
      const deletions = this.onEvent(deletion, () => hold.lose(new HoldLostError(`'${this.path}' was deleted`)))
      // Of the deletion the event may be among those that are missing.
      const gaps = this.onGap(() => this.confirm(hold, request))
      hold.signal.addEventListener('abort', () => {
        deletions.close()
        gaps.close()
      }, { once: true })
      return hold
    }
    this.takeBack(new Release(request)).catch(() => undefined)
    throw new HoldLostError('the session may have ended before what was granted came')
  }

  private confirm(hold: LeasedHold, request: number): void {
    this.insist(new IsPending(request)).then((isHeld) => {
      if (!isHeld) hold.lose(new HoldLostError(`hold ${hold.granted} of '${this.path}' is unknown to the cluster`))
    }, (cause: unknown) => hold.lose(new HoldLostError(`hold ${hold.granted} of '${this.path}' is over`, { cause })))
  }
}
