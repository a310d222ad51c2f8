import { Command, Query } from '@copycat/protocol'

/** Adds to the long. */
export class Add extends Command<bigint> {
  static readonly operation = 'add'
  readonly delta: bigint
  /** Whether the result is the value before. */
  readonly returnsPrevious: boolean

  constructor(delta: bigint, returnsPrevious: boolean) {
    super()
    this.delta = delta
    this.returnsPrevious = returnsPrevious
  }
}

/** Sets the long; returns the value before. */
export class SetLong extends Command<bigint> {
  static readonly operation = 'set'
  readonly value: bigint

  constructor(value: bigint) {
    super()
    this.value = value
  }
}

/** Sets the long if it has this value. */
export class CompareAndSetLong extends Command<boolean> {
  static readonly operation = 'compareAndSet'
  readonly expected: bigint
  readonly value: bigint

  constructor(expected: bigint, value: bigint) {
    super()
    this.expected = expected
    this.value = value
  }
}

export class GetLong extends Query<bigint> {
  static readonly operation = 'get'
}
