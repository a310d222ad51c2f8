import { checkDuration, checkInteger, definedOptions } from '@copycat/utils'
import type { Context, Logger } from '@copycat/utils'
import type { Authentication, ConnectionRole } from './authentication.ts'

/** Limits and times of framed connections; transports pass them on from their own options. */
export interface StreamLimits {
  /**
   * Largest body of one message, in bytes, in both directions; the smaller of both sides' holds. @default 16 MiB
   */
  readonly frameBytesMax?: number
  /** `send` returns false while more bytes than this are queued. @default 1 MiB */
  readonly queuedBytesHigh?: number
  /**
   * A connection on which more bytes are queued is cut off: its peer does not take them in. One message is
   * always taken when nothing else is queued. @default 16 MiB
   */
  readonly queuedBytesMax?: number
  /**
   * After a silence of this many milliseconds the peer is pinged; after three such intervals the connection is
   * given up. The wait is the whole of it for a peer that vanished without a word, so what must notice sooner
   * sets it lower; servers of many thousand idle clients set it higher. `Infinity` switches it off. @default 1000
   */
  readonly heartbeatInterval?: number
  /** Milliseconds until the peer must have introduced itself: preface and authentication. @default 1000 */
  readonly handshakeTimeout?: number
  /** Milliseconds until a frame whose first byte has arrived must be complete. @default 60 000 */
  readonly frameTimeout?: number
  /** Milliseconds that a closing connection waits for the peer to take what is left; again while it takes some. @default 1000 */
  readonly closeTimeout?: number
}

/** Options of a `StreamConnection`. */
export interface StreamConnectionOptions extends StreamLimits {
  readonly context: Context
  /** Gets one warning for a connection that ends by the peer's fault. Give one that limits its rate. */
  readonly logger: Logger
  /** `Transport.name`: both sides must have the same. At most 16 bytes. */
  readonly transportName: string
  /** Which end this is; both sides must not say the same when they authenticate. @default dialling */
  readonly role?: ConnectionRole
  /** Both sides must want it, or neither. @default none */
  readonly authentication?: Authentication | undefined
}

/** The defaults of {@link StreamLimits}. */
export const defaultStreamLimits: Required<StreamLimits> = Object.freeze({
  frameBytesMax: 16 * 1024 * 1024,
  queuedBytesHigh: 1024 * 1024,
  queuedBytesMax: 16 * 1024 * 1024,
  heartbeatInterval: 1000,
  handshakeTimeout: 1000,
  frameTimeout: 60_000,
  closeTimeout: 1000,
})

/** All limits, with defaults filled in. @throws {ConfigurationError} for a value that cannot be. */
export function resolveStreamLimits(limits: StreamLimits): Required<StreamLimits> {
  const { frameBytesMax, queuedBytesHigh, queuedBytesMax, heartbeatInterval, handshakeTimeout, frameTimeout, closeTimeout }
    = { ...defaultStreamLimits, ...definedOptions(limits) }
  checkInteger('frameBytesMax', frameBytesMax, 1024, 0x7fffffff)
  checkInteger('queuedBytesHigh', queuedBytesHigh, 1)
  checkInteger('queuedBytesMax', queuedBytesMax, queuedBytesHigh)
  checkDuration('heartbeatInterval', heartbeatInterval, { allowInfinity: true })
  checkDuration('handshakeTimeout', handshakeTimeout, { allowInfinity: true })
  checkDuration('frameTimeout', frameTimeout, { allowInfinity: true })
  checkDuration('closeTimeout', closeTimeout)
  return Object.freeze({ frameBytesMax, queuedBytesHigh, queuedBytesMax, heartbeatInterval, handshakeTimeout, frameTimeout, closeTimeout })
}
