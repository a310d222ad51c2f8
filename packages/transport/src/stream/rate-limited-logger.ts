import { warningLogger } from '@copycat/utils'
import type { Context, Logger } from '@copycat/utils'

/** Strangers can make our warnings come as fast as they like: 30 lines a minute reach the log, the rest is counted. */
export function rateLimitedLogger(context: Context, logger: Logger): Logger {
  const limited = warningLogger({ now: () => context.monotonic(), emit: (line) => logger.warn(line) })
  return {
    trace: (message, details) => logger.trace(message, details),
    debug: (message, details) => logger.debug(message, details),
    info: (message, details) => logger.info(message, details),
    warn: (message) => limited.warn(message),
    error: (message, details) => logger.error(message, details),
  }
}
