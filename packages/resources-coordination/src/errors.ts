import { CopycatError, type CopycatErrorOptions } from '@copycat/utils'

/**
 * What was held is held no more, or not for certain: the session's lease has lapsed, the hold was given back, or somebody deleted the resource. Others may
 * hold it by now.
 */
export class HoldLostError extends CopycatError {
  constructor(message: string, options: CopycatErrorOptions = {}) {
    super('COPYCAT_HOLD_LOST', message, { outcome: 'not-applied', ...options })
  }
}

/** This instance holds nothing that it could give back. */
export class NotHeldError extends CopycatError {
  constructor(message: string, options: CopycatErrorOptions = {}) {
    super('COPYCAT_NOT_HELD', message, { outcome: 'not-applied', ...options })
  }
}

/** Somebody who had arrived at the barrier went away before all were there: those who waited with him wait in vain. They may arrive again. */
export class BarrierBrokenError extends CopycatError {
  constructor(message: string, options: CopycatErrorOptions = {}) {
    super('COPYCAT_BARRIER_BROKEN', message, { outcome: 'applied', ...options })
  }
}
