import { CopycatError } from '@copycat/utils'
import type { CopycatErrorOptions, Outcome } from '@copycat/utils'

/** Every code that a {@link TransportError} may carry; the README says what each means for the caller. */
export type TransportErrorCode =
  | 'COPYCAT_TRANSPORT_CONNECT_FAILED'
  | 'COPYCAT_TRANSPORT_CONNECT_TIMEOUT'
  | 'COPYCAT_TRANSPORT_HANDSHAKE'
  | 'COPYCAT_TRANSPORT_AUTHENTICATION'
  | 'COPYCAT_TRANSPORT_ADDRESS_IN_USE'
  | 'COPYCAT_TRANSPORT_LISTEN_FAILED'
  | 'COPYCAT_TRANSPORT_CONNECTION_CLOSED'
  | 'COPYCAT_TRANSPORT_REQUEST_TIMEOUT'
  | 'COPYCAT_TRANSPORT_REMOTE_FAILURE'
  | 'COPYCAT_TRANSPORT_FRAME_TOO_LARGE'
  | 'COPYCAT_TRANSPORT_FRAME_INVALID'
  | 'COPYCAT_TRANSPORT_HEARTBEAT'
  | 'COPYCAT_TRANSPORT_OVERFLOW'

/** What becomes of a message whose error names no outcome of its own: these codes arise before anything was sent. */
const neverSent: ReadonlySet<TransportErrorCode> = new Set<TransportErrorCode>([
  'COPYCAT_TRANSPORT_CONNECT_FAILED', 'COPYCAT_TRANSPORT_CONNECT_TIMEOUT', 'COPYCAT_TRANSPORT_HANDSHAKE',
  'COPYCAT_TRANSPORT_AUTHENTICATION', 'COPYCAT_TRANSPORT_ADDRESS_IN_USE', 'COPYCAT_TRANSPORT_LISTEN_FAILED',
])

/**
 * Something between two processes failed. `outcome` is `not-applied` where the message was certainly never
 * handed to the network (or nobody was there to handle it), else `unknown`.
 */
export class TransportError extends CopycatError {
  declare readonly code: TransportErrorCode

  constructor(code: TransportErrorCode, message: string, options: CopycatErrorOptions = {}) {
    const outcome: Outcome = options.outcome ?? (neverSent.has(code) ? 'not-applied' : 'unknown')
    super(code, message, { ...options, outcome })
  }
}
