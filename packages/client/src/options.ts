import { type MemberAddress, parseAddress } from '@copycat/protocol'
import { Serializer } from '@copycat/serializer'
import type { Transport } from '@copycat/transport'
import { checkDuration, checkInteger, ConfigurationError, type Context, definedOptions, type Logger, SystemContext, warningLogger } from '@copycat/utils'
import { checkRecoveryStrategy, type RecoveryStrategy } from './recovery.ts'
import type { SessionRenewer } from './session-renewer.ts'
import { anyServer, type ConnectionStrategy } from './connection-strategy.ts'

/** Options of `RaftClient.open`. */
export interface RaftClientOptions {
  /** Servers to start from, at least one that is right; the others are learnt. */
  readonly members: readonly MemberAddress[]
  readonly transport: Transport
  /** @default `new SystemContext()` */
  readonly context?: Context
  /** @default warnings through `process.emitWarning` */
  readonly logger?: Logger
  /** For operations and results without a codec. @default `new Serializer()` */
  readonly serializer?: Serializer
  /** Milliseconds without a sign of life after which the cluster may end the session; 0: the cluster's default. @default 0 */
  readonly sessionTimeout?: number
  /** Milliseconds until `open` gives up. @default 30_000 */
  readonly openTimeout?: number
  /** Gives the opening up: `open` rejects with `AbortedError`. Later it has no effect. */
  readonly signal?: AbortSignal
  /** Milliseconds until a call is given up that names no `timeout` of its own. @default Infinity: the session's end settles everything */
  readonly callTimeout?: number
  /** What happens when the cluster has ended the session: `close`, `recover`, or a function that decides. @default 'close' */
  readonly recovery?: RecoveryStrategy
  /** Milliseconds for one attempt to connect. @default 1000 */
  readonly connectTimeout?: number
  /** Milliseconds for one frame to be answered, before the server is given up and the frame sent to another. @default 5000 */
  readonly requestTimeout?: number
  /** Renews the session from another thread while this one stands still: `ThreadRenewer` of `@copycat/client/thread`, one for each client. @default none */
  readonly renewer?: SessionRenewer
  /** Milliseconds for which the event loop may stand still before the client says so, as far as it can tell: to within a quarter; `Infinity`: never. @default 1000 */
  readonly stallThreshold?: number
  /** Which servers to try, in which order. @default anyServer */
  readonly strategy?: ConnectionStrategy
  /** Commands that may be under way; more wait here. @default 1024 */
  readonly inFlightMax?: number
  /** Bytes of commands that may be under way. @default 8 MiB */
  readonly inFlightBytesMax?: number
  /** Operations that may wait here; beyond, they are refused as overload. @default 100_000 */
  readonly queueMax?: number
  /**
   * Milliseconds that operations may wait here because the server is too slow: while more wait than it answers in that time at its present pace, new ones are refused
   * as overload. Time without any server does not count. `Infinity`: only `queueMax` counts. @default 2000
   */
  readonly queueDelayMax?: number
  /** Largest command in bytes. @default 8 MiB */
  readonly maxEntrySize?: number
}

/** Options with every default filled in. */
export type ResolvedRaftClientOptions = Required<Omit<RaftClientOptions, 'signal' | 'renewer'>> & Pick<RaftClientOptions, 'signal' | 'renewer'>

/** The defaults of {@link RaftClientOptions}. */
export const raftClientDefaults: Readonly<{
  sessionTimeout: number, stallThreshold: number, openTimeout: number, connectTimeout: number, requestTimeout: number, callTimeout: number, recovery: RecoveryStrategy, strategy: ConnectionStrategy,
  inFlightMax: number, inFlightBytesMax: number, queueMax: number, queueDelayMax: number, maxEntrySize: number
}> = Object.freeze({
  sessionTimeout: 0, stallThreshold: 1_000, openTimeout: 30_000, connectTimeout: 1_000, requestTimeout: 5_000, callTimeout: Infinity, recovery: 'close', strategy: anyServer,
  inFlightMax: 1_024, inFlightBytesMax: 8 * 1024 * 1024, queueMax: 100_000, queueDelayMax: 2_000, maxEntrySize: 8 * 1024 * 1024,
})

/** @throws {ConfigurationError} naming option, value and rule. */
export function resolveRaftClientOptions(options: RaftClientOptions): ResolvedRaftClientOptions {
  const resolved: ResolvedRaftClientOptions = {
    ...raftClientDefaults, context: options.context ?? new SystemContext(), logger: options.logger ?? warningLogger(),
    serializer: options.serializer ?? new Serializer(), ...definedOptions(options),
  }
  if (!Array.isArray(resolved.members) || resolved.members.length === 0) throw new ConfigurationError('members', resolved.members, 'must name at least one server')
  for (const member of resolved.members as readonly MemberAddress[]) parseAddress(member)
  if (typeof resolved.transport !== 'object' || resolved.transport === null) throw new ConfigurationError('transport', resolved.transport, 'is required')
  for (const option of ['connectTimeout', 'requestTimeout'] as const) checkDuration(option, resolved[option])
  for (const option of ['openTimeout', 'callTimeout', 'stallThreshold', 'queueDelayMax'] as const) checkDuration(option, resolved[option], { allowInfinity: true })
  checkRecoveryStrategy(resolved.recovery)
  checkInteger('sessionTimeout', resolved.sessionTimeout, 0, 0xffff_ffff)
  for (const option of ['inFlightMax', 'inFlightBytesMax', 'queueMax', 'maxEntrySize'] as const) checkInteger(option, resolved[option], 1)
  return Object.freeze(resolved)
}
