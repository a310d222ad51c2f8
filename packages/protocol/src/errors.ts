import { CopycatError, type CopycatErrorOptions, type MemberId } from '@copycat/utils'

/** The server is not the leader and knows nobody to hand the request to, or the leader changed before anything was logged. */
export class NotLeaderError extends CopycatError {
  readonly leader: MemberId | undefined

  constructor(leader: MemberId | undefined, options: CopycatErrorOptions = {}) {
    super('COPYCAT_NOT_LEADER', leader === undefined ? 'no leader is known' : `member ${leader} leads`, { outcome: 'not-applied', ...options })
    this.leader = leader
  }
}

/** The server has more to do than it can take on; try again later. */
export class OverloadedError extends CopycatError {
  constructor(message: string, options: CopycatErrorOptions = {}) {
    super('COPYCAT_OVERLOADED', message, { outcome: 'not-applied', ...options })
  }
}

/** The cluster has ended the session: it expired, or was closed. What was in flight may have been applied. */
export class SessionExpiredError extends CopycatError {
  constructor(message: string, options: CopycatErrorOptions = {}) {
    super('COPYCAT_SESSION_EXPIRED', message, { outcome: 'unknown', ...options })
  }
}

/** The commands were logged, but leadership was lost before they were known to be committed. */
export class IndeterminateError extends CopycatError {
  constructor(message: string, options: CopycatErrorOptions = {}) {
    super('COPYCAT_INDETERMINATE', message, { outcome: 'unknown', ...options })
  }
}

/** A handler of the state machine threw; every server has the same result. What it changed before it threw stays. */
export class ApplicationError extends CopycatError {
  constructor(message: string, options: CopycatErrorOptions = {}) {
    super('COPYCAT_APPLICATION', message, { outcome: 'applied', ...options })
  }
}

/** The result of this command is no longer kept, because the client had acknowledged it. It was applied once. */
export class ResultExpiredError extends CopycatError {
  constructor(options: CopycatErrorOptions = {}) {
    super('COPYCAT_RESULT_EXPIRED', 'the result of this command is no longer kept; it was applied once', { outcome: 'applied', ...options })
  }
}

/** The operation is not known to the state machine, or cannot be decoded by it. */
export class UnknownOperationError extends CopycatError {
  constructor(message: string, options: CopycatErrorOptions = {}) {
    super('COPYCAT_UNKNOWN_OPERATION', message, { outcome: 'not-applied', ...options })
  }
}

/** A voter of the cluster does not know this type of resource, so none of them may create one. */
export class UnknownResourceError extends CopycatError {
  constructor(message: string, options: CopycatErrorOptions = {}) {
    super('COPYCAT_UNKNOWN_RESOURCE', message, { outcome: 'not-applied', ...options })
  }
}

/** A message that cannot be understood; costs its sender the request. */
export class ProtocolError extends CopycatError {
  constructor(message: string, options: CopycatErrorOptions = {}) {
    super('COPYCAT_PROTOCOL', message, { outcome: 'not-applied', ...options })
  }
}

/**
 * Commands came out of turn; the client sends again from `expected`. Never reaches the application.
 */
export class SequenceError extends CopycatError {
  readonly expected: number

  constructor(expected: number, options: CopycatErrorOptions = {}) {
    super('COPYCAT_SEQUENCE', `the next command of this session must be number ${expected}`, { outcome: 'not-applied', ...options })
    this.expected = expected
  }
}
