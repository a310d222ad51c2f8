import type { StateMachine } from '@copycat/state-machine'
import { HoldStateMachine } from './hold-state-machine.ts'
import type { Hold } from './hold.ts'
import { type AcquireOptions, HoldingResource } from './holding-resource.ts'

/** Readers that hold it at the same time, at most: more than there will be. */
const readersMax = 2 ** 32

/**
 * A lock that many readers, or one writer, hold at a time, strictly in the order in which they asked: a reader who comes behind a writer waits for him,
 * so that writers do not starve. It is not reentrant, and a reader does not become a writer by asking.
 */
export class DistributedReadWriteLock extends HoldingResource {
  static readonly type = 'read-write-lock'
  static readonly version = 1

  static stateMachine(): StateMachine {
    return new HoldStateMachine(readersMax)
  }

  /** Resolves once it is held together with other readers. */
  async readLock(options?: AcquireOptions): Promise<Hold> {
    return (await this.obtain(1, 'forever', options))!
  }

  /** Resolves once it is held by nobody else. */
  async writeLock(options?: AcquireOptions): Promise<Hold> {
    return (await this.obtain(readersMax, 'forever', options))!
  }

  /** As {@link readLock}, or `undefined` after `timeout` milliseconds of logged time. @default 0 only at once */
  tryReadLock(timeout: number = 0, options?: AcquireOptions): Promise<Hold | undefined> {
    return this.obtain(1, timeout, options)
  }

  /** As {@link writeLock}, or `undefined` after `timeout` milliseconds of logged time. @default 0 only at once */
  tryWriteLock(timeout: number = 0, options?: AcquireOptions): Promise<Hold | undefined> {
    return this.obtain(readersMax, timeout, options)
  }
}
