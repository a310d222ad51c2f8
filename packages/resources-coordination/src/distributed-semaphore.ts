import type { CallOptions } from '@copycat/core'
import type { StateMachine } from '@copycat/state-machine'
import { checkInteger } from '@copycat/utils'
import type { StrongReadOptions } from './coordination-resource.ts'
import { AddPermits, Permits } from './hold-operations.ts'
import { HoldStateMachine } from './hold-state-machine.ts'
import type { Hold } from './hold.ts'
import { type AcquireOptions, HoldingResource } from './holding-resource.ts'

/** Permits at most, of one call and in all. */
const permitsMax = 2 ** 31

/**
 * Permits that are held and given back, strictly in the order in which they are asked for: who asks for few waits behind who asks for many. At first there
 * are none: {@link initialize}. Those of a session that ends come back.
 */
export class DistributedSemaphore extends HoldingResource {
  static readonly type = 'semaphore'
  static readonly version = 1

  static stateMachine(): StateMachine {
    return new HoldStateMachine(0)
  }

  /** Says how many permits there are, unless somebody has said it before; returns how many there are in all. Safe to call by everybody. */
  async initialize(permits: number, options?: CallOptions): Promise<number> {
    checkInteger('permits', permits, 1, permitsMax)
    return this.submit(new AddPermits(permits, true), options)
  }

  /** Resolves once so many permits are held. @default 1 */
  async acquire(permits: number = 1, options?: AcquireOptions): Promise<Hold> {
    checkInteger('permits', permits, 1, permitsMax)
    return (await this.obtain(permits, 'forever', options))!
  }

  /** As {@link acquire}, or `undefined` after `timeout` milliseconds of logged time. @default 1 permit, 0 milliseconds: only at once */
  async tryAcquire(permits: number = 1, timeout: number = 0, options?: AcquireOptions): Promise<Hold | undefined> {
    checkInteger('permits', permits, 1, permitsMax)
    return this.obtain(permits, timeout, options)
  }

  /** Permits that nobody holds. */
  async availablePermits(options?: StrongReadOptions): Promise<number> {
    const [, available] = await this.submit(new Permits(), options)
    return available
  }

  /** Makes more permits, or fewer (`count` may be negative); returns how many there are in all. Who holds some keeps them. */
  async addPermits(count: number, options?: CallOptions): Promise<number> {
    checkInteger('count', count, -permitsMax, permitsMax)
    return this.submit(new AddPermits(count, false), options)
  }
}
