import { type CallOptions, type ReadOptions, Resource } from '@copycat/core'
import type { StateMachine } from '@copycat/state-machine'
import { ConfigurationError } from '@copycat/utils'
import { Add, CompareAndSetLong, GetLong, SetLong } from './long-operations.ts'
import { LongStateMachine } from './long-state-machine.ts'

/**
 * A replicated 64-bit integer, 0 at first. It is always a `bigint`, so that no digit is lost beyond 2^53; what goes in may be a `number` that is a safe
 * integer. A step beyond the 64 bits, from -2^63 to 2^63 - 1, rejects with `ApplicationError` and changes nothing.
 */
export class DistributedAtomicLong extends Resource {
  static readonly type = 'atomic-long'
  static readonly version = 1

  static stateMachine(): StateMachine {
    return new LongStateMachine()
  }

  get(options?: ReadOptions): Promise<bigint> {
    return this.submit(new GetLong(), options)
  }

  async set(value: bigint | number, options?: CallOptions): Promise<void> {
    await this.getAndSet(value, options)
  }

  /** Sets the value and returns the one that was there. */
  async getAndSet(value: bigint | number, options?: CallOptions): Promise<bigint> {
    return this.submit(new SetLong(long('value', value)), options)
  }

  /** Sets the value if the present one is `expected`, and says whether it did. */
  async compareAndSet(expected: bigint | number, value: bigint | number, options?: CallOptions): Promise<boolean> {
    return this.submit(new CompareAndSetLong(long('expected', expected), long('value', value)), options)
  }

  /** Adds `delta`, which may be negative, and returns the sum. */
  async addAndGet(delta: bigint | number, options?: CallOptions): Promise<bigint> {
    return this.submit(new Add(long('delta', delta), false), options)
  }

  /** Adds `delta`, which may be negative, and returns the value before. */
  async getAndAdd(delta: bigint | number, options?: CallOptions): Promise<bigint> {
    return this.submit(new Add(long('delta', delta), true), options)
  }

  incrementAndGet(options?: CallOptions): Promise<bigint> {
    return this.addAndGet(1n, options)
  }

  decrementAndGet(options?: CallOptions): Promise<bigint> {
    return this.addAndGet(-1n, options)
  }

  getAndIncrement(options?: CallOptions): Promise<bigint> {
    return this.getAndAdd(1n, options)
  }

  getAndDecrement(options?: CallOptions): Promise<bigint> {
    return this.getAndAdd(-1n, options)
  }
}

/** @throws {ConfigurationError} naming `option` unless it is a 64-bit integer that has all its digits. */
function long(option: string, value: bigint | number): bigint {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) throw new ConfigurationError(option, value, 'must be a bigint or a safe integer')
  const digits = BigInt(value)
  if (BigInt.asIntN(64, digits) !== digits) throw new ConfigurationError(option, value, 'must fit into 64 bits')
  return digits
}
