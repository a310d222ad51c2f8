import { checkDuration, checkInteger, definedOptions, SystemContext, warningLogger } from '@copycat/utils'
import type { Context, Logger } from '@copycat/utils'
import type { TransportOptions } from '@copycat/transport'
import { resolveStreamLimits } from '@copycat/transport/stream'
import type { StreamLimits } from '@copycat/transport/stream'

/** Options of `TcpTransport`: its own, and the limits of its connections. */
export interface TcpTransportOptions extends TransportOptions, StreamLimits {
  /** Milliseconds that an attempt to connect may take, the peer's preface included. @default 1000 */
  readonly connectTimeout?: number
  /** Connections that one server accepts at a time; more are closed at once. @default 20 000 */
  readonly connectionsMax?: number
}

/** The options with defaults filled in. */
export interface ResolvedTcpOptions {
  readonly context: Context
  readonly logger: Logger
  readonly connectTimeout: number
  readonly connectionsMax: number
  readonly limits: Required<StreamLimits>
}

/** @throws {ConfigurationError} for a value that cannot be. */
export function resolveTcpOptions(options: TcpTransportOptions): ResolvedTcpOptions {
  const { context = new SystemContext(), logger = warningLogger(), connectTimeout = 1000, connectionsMax = 20_000, ...limits }
    = definedOptions(options)
  checkDuration('connectTimeout', connectTimeout)
  if (connectionsMax !== Infinity) checkInteger('connectionsMax', connectionsMax, 1)
  return Object.freeze({
    context, logger: limitedLogger(context, logger), connectTimeout, connectionsMax, limits: resolveStreamLimits(limits),
  })
}

/** Strangers can make our warnings come as fast as they like: 30 lines a minute reach the log, the rest is counted. */
function limitedLogger(context: Context, logger: Logger): Logger {
  const limited = warningLogger({ now: () => context.monotonic(), emit: (line) => logger.warn(line) })
  return {
    trace: (message, details) => logger.trace(message, details),
    debug: (message, details) => logger.debug(message, details),
    info: (message, details) => logger.info(message, details),
    warn: (message) => limited.warn(message),
    error: (message, details) => logger.error(message, details),
  }
}
