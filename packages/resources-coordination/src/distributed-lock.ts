import type { StateMachine } from '@copycat/state-machine'
import { NotHeldError } from './errors.ts'
import { Permits } from './hold-operations.ts'
import { HoldStateMachine } from './hold-state-machine.ts'
import type { Hold } from './hold.ts'
import { type AcquireOptions, HoldingResource } from './holding-resource.ts'
import type { StrongReadOptions } from './coordination-resource.ts'

/**
 * A lock that one holder has at a time, whoever asked first. It is not reentrant: a *hold* owns it, not a session or an instance, and a second `lock()`
 * by who holds it waits like any other. When the holder's session ends, the next in turn gets it.
 */
export class DistributedLock extends HoldingResource {
  static readonly type = 'lock'
  static readonly version = 1
  private hold: Hold | undefined

  static stateMachine(): StateMachine {
    return new HoldStateMachine(1)
  }

  /**
   * Resolves once the lock is held: `await using hold = await lock.lock()`.
   * @throws {AbortedError} when the signal fires; {SessionExpiredError} when the session ends meanwhile; {HoldLostError} when its lease had lapsed at the moment of the grant.
   */
  async lock(options?: AcquireOptions): Promise<Hold> {
    return this.kept((await this.obtain(1, 'forever', options))!)
  }

  /**
   * The hold, or `undefined` when the lock was not to be had within `timeout` milliseconds of the cluster's logged time, and by its decision.
   * @param timeout 0: only if nobody holds it or waits for it. @default 0
   */
  async tryLock(timeout: number = 0, options?: AcquireOptions): Promise<Hold | undefined> {
    const hold = await this.obtain(1, timeout, options)
    return hold === undefined ? undefined : this.kept(hold)
  }

  /** Releases what this instance holds. @throws {NotHeldError} when it holds nothing. */
  async unlock(): Promise<void> {
    const { hold } = this
    if (hold === undefined || hold.signal.aborted) throw new NotHeldError(`this instance of '${this.path}' does not hold the lock`)
    await hold.release()
  }

  /** Whether anybody holds it. */
  async isLocked(options?: StrongReadOptions): Promise<boolean> {
    const [, available] = await this.submit(new Permits(), options)
    return available === 0
  }

  private kept(hold: Hold): Hold {
    this.hold = hold
    return hold
  }
}
