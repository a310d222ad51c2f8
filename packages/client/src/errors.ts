import { CopycatError, type CopycatErrorOptions } from '@copycat/utils'

/** By this client's own clock the cluster may have ended the session: whatever rests on it may belong to somebody else by now. */
export class SessionSuspendedError extends CopycatError {
  constructor(message: string, options: CopycatErrorOptions = {}) {
    super('COPYCAT_SESSION_SUSPENDED', message, { outcome: 'not-applied', ...options })
  }
}
