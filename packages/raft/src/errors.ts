import { CopycatError, type CopycatErrorOptions } from '@copycat/utils'

/**
 * The directory of this server, or of its peer, is not the one that the cluster knows under this member id: it belongs to
 * another cluster, another member, or was emptied since (another incarnation). It may not take part.
 */
export class IdentityError extends CopycatError {
  constructor(message: string, options: CopycatErrorOptions = {}) {
    super('COPYCAT_IDENTITY', message, { outcome: 'not-applied', ...options })
  }
}

/** Two servers share no version of their protocol. */
export class VersionError extends CopycatError {
  constructor(message: string, options: CopycatErrorOptions = {}) {
    super('COPYCAT_VERSION', message, { outcome: 'not-applied', ...options })
  }
}

/** Leadership was not handed over; the server that led leads on. */
export class TransferError extends CopycatError {
  constructor(message: string, options: CopycatErrorOptions = {}) {
    super('COPYCAT_TRANSFER', message, { outcome: 'not-applied', ...options })
  }
}
