import { checkDuration, ConfigurationError, definedOptions, SystemContext, warningLogger } from '@copycat/utils'
import type { Context, Logger } from '@copycat/utils'
import type { TransportOptions } from '@copycat/transport'
import { rateLimitedLogger, resolveSecrets, resolveStreamLimits } from '@copycat/transport/stream'
import type { Authentication, StreamLimits } from '@copycat/transport/stream'

/** What dialling over WebSocket needs, in a browser as elsewhere. */
export interface WebSocketDialOptions extends TransportOptions, StreamLimits {
  /** Milliseconds that an attempt to connect may take, the peer's introduction included. @default 1000 */
  readonly connectTimeout?: number
  /** Path of the URL; both sides must have the same. @default '/copycat' */
  readonly path?: string
  /**
   * Secrets of at least 16 bytes that both sides must show to know. This side proves with the first when it dials, and takes any.
   * What a page contains is known to everyone who may load it. @default no authentication
   */
  readonly secrets?: readonly (string | Uint8Array)[]
}

/** The options with defaults filled in. */
export interface ResolvedDialOptions {
  readonly context: Context
  readonly logger: Logger
  readonly connectTimeout: number
  readonly path: string
  readonly authentication: Authentication | undefined
  readonly limits: Required<StreamLimits>
}

/** @throws {ConfigurationError} for a value that cannot be. */
export function resolveDialOptions(options: WebSocketDialOptions): ResolvedDialOptions {
  const { context = new SystemContext(), logger = warningLogger(), connectTimeout = 1000, path = '/copycat', secrets, ...limits }
    = definedOptions(options)
  checkDuration('connectTimeout', connectTimeout)
  if (!/^\/[\w\-./~%]*$/.test(path)) throw new ConfigurationError('path', path, 'must begin with / and be a path of a URL, without a query')
  return Object.freeze({
    context, logger: rateLimitedLogger(context, logger), connectTimeout, path,
    authentication: secrets === undefined ? undefined : { secrets: resolveSecrets(secrets) },
    limits: resolveStreamLimits(limits),
  })
}
