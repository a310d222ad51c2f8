/**
 * What every Copycat package shares: the {@link Context} (the one door to time, timers and randomness),
 * errors that say whether a call may be sent again, builders, listeners, lifecycle, loggers and option checks.
 *
 * @example
 * const context = new SystemContext()
 * const timer = context.timer(context.monotonic() + 500, () => console.log('half a second later'))
 * timer.cancel()
 *
 * @packageDocumentation
 */
export { optionsBuilder } from './builder.ts'
export type { Builder, OptionNeeds, OptionsBuilder, RequiredOption } from './builder.ts'
export { checksumTable } from './checksum.ts'
export type { Channel, Context, Random, Timer } from './context.ts'
export { AbortedError, assert, ClosedError, ConfigurationError, CopycatError, InvariantError, TimeoutError } from './errors.ts'
export type { CopycatErrorOptions, Outcome } from './errors.ts'
export type { LogIndex, MemberId, SessionId, Term } from './identifiers.ts'
export { Lifecycle } from './lifecycle.ts'
export type { LifecycleState } from './lifecycle.ts'
export { Listeners } from './listeners.ts'
export type { Listener } from './listeners.ts'
export { silentLogger, warningLogger } from './logger.ts'
export type { Logger, WarningLoggerOptions } from './logger.ts'
export { checkDuration, checkInteger, definedOptions } from './option-checks.ts'
export { SystemContext } from './system-context.ts'
export type { SystemContextOptions } from './system-context.ts'
