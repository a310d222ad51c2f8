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

interface ObtainOptions extends AcquireOptions {
  /** Called when the cluster has the request. */
  readonly standing?: () => void
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
    const token = await this.awaitEvent<Verdict, LogIndex | undefined>({
      type: judged,
      match: (verdict) => verdict.request === request ? { value: verdict.token } : undefined,
      ask: async () => {
        const answer = await this.submit(new Acquire(request, permits, wait === 'forever' ? -1 : wait))
        options.standing?.()
        if (answer === undefined) return { value: undefined }
        return answer % 2 === 1 ? { value: (answer - 1) / 2 } : undefined
      },
      isPending: () => this.submit(new IsPending(request)),
      withdraw: () => this.giveBack(request),
    }, options.signal)
    return token === undefined ? undefined : this.heldBy(token, request)
  }

  private heldBy(token: LogIndex, request: number): LeasedHold {
    const { lease } = this
    if (lease.isCertain()) {
      const onLeaseEnd = (callback: () => void): Listener => this.onLeaseEnd(callback)
      const hold = new LeasedHold({ granted: token, lease, onLeaseEnd, giveBack: () => this.giveBack(request) })
      const deletions = this.onEvent(deletion, () => hold.lose(new HoldLostError(`'${this.path}' was deleted`)))
      hold.signal.addEventListener('abort', () => deletions.close(), { once: true })
      return hold
    }
    this.giveBack(request).catch(() => undefined)
    throw new HoldLostError('the session may have ended before what was granted came')
  }

  private async giveBack(request: number): Promise<void> {
    await this.submit(new Release(request))
  }
}
