import type { Member } from '@copycat/protocol'
import type { StateMachine, StateMachineRuntime } from '@copycat/state-machine'
import type { Storage } from '@copycat/storage'
import type { Transport } from '@copycat/transport'
import {
  checkDuration, checkInteger, ConfigurationError, type Context, definedOptions, type Logger, type MemberId, SystemContext, warningLogger,
} from '@copycat/utils'
import { trapsByDefault } from './development.ts'

/** Options of `RaftServer.open`. */
export interface RaftServerOptions {
  /** Which of `members` this server is. */
  readonly memberId: MemberId
  /**
   * The founding members, the same list on all of them; afterwards hints where they are found. Port 0 of the own
   * member listens on any free port (of use only to a cluster of one: the others could not find it).
   */
  readonly members: readonly Member[]
  readonly transport: Transport
  readonly storage: Storage
  /** What to replicate. */
  readonly stateMachine: StateMachine | StateMachineRuntime
  /** @default `new SystemContext()` */
  readonly context?: Context
  /** @default warnings through `process.emitWarning` */
  readonly logger?: Logger
  /**
   * Longest silence from the leader that a follower tolerates, in milliseconds; each wait is drawn from
   * [value, 2 × value) (§3.4). At least 3 × {@link heartbeatInterval}. Too low: needless elections. Too high: slow recovery.
   * @default 500
   */
  readonly electionTimeout?: number
  /** Milliseconds between the leader's signs of life. @default 150 */
  readonly heartbeatInterval?: number
  /**
   * By which part the rate of a member's monotonic clock may be off from the true one, 0 to less than 0.5; the same on all members. Leases, where they are
   * switched on, are shorter than an election timeout by twice that. Too low: stale reads. @default 0.1
   */
  readonly clockDrift?: number
  /** Milliseconds without a sign of life after which a session may end, where its client asks for no other. @default 5000 */
  readonly sessionTimeout?: number
  /** Sessions that the cluster keeps at most; the same on all members. @default 100_000 */
  readonly sessionsMax?: number
  /**
   * Events of a session that are kept until its client has had them, at most; the same on all members. Beyond, the oldest are dropped and the client is
   * told that there is a gap. @default 16_384
   */
  readonly eventsMax?: number
  /** Bytes of events of a session that are kept, as {@link eventsMax}; 15 MiB at most. @default 8 MiB */
  readonly eventBytesMax?: number
  /**
   * Commands that may be in the log, or on their way into it, without being applied; a leader refuses more as overload, and that of which one session alone would take up more than a
   * quarter. Too low: refusals where a moment's patience would do. Too high: a load that is over is still worked off. @default 65_536
   */
  readonly waitingCommandsMax?: number
  /** Bytes of such commands. @default 64 MiB */
  readonly waitingBytesMax?: number
  /** Largest command in bytes. @default 8 MiB */
  readonly maxEntrySize?: number
  /**
   * Halts the server when a handler of its state machine uses a clock, chance, a timer or I/O, which differ from server to server, and names the line that did. It
   * puts itself in the place of these functions for the whole thread. For development: `NODE_ENV` says `production` in production.
   * @default true, unless `NODE_ENV` is `production` or a `context` is given
   */
  readonly trapDeterminism?: boolean
  /** Milliseconds until `open` gives up finding the others and a leader. @default 30_000 */
  readonly openTimeout?: number
  /** Milliseconds for one attempt to connect to another member. @default 1000 */
  readonly connectTimeout?: number
  /** Milliseconds for one request to another member. @default 5000 */
  readonly requestTimeout?: number
}

/** Options with every default filled in. */
export type ResolvedRaftServerOptions = Required<RaftServerOptions>

/** The defaults of {@link RaftServerOptions}. */
export const raftServerDefaults: Readonly<{
  electionTimeout: number, heartbeatInterval: number, clockDrift: number, sessionTimeout: number, sessionsMax: number, eventsMax: number, eventBytesMax: number,
  waitingCommandsMax: number, waitingBytesMax: number, maxEntrySize: number, openTimeout: number, connectTimeout: number, requestTimeout: number
}> = Object.freeze({
  electionTimeout: 500, heartbeatInterval: 150, clockDrift: 0.1, sessionTimeout: 5_000, sessionsMax: 100_000, eventsMax: 16_384,
  eventBytesMax: 8 * 1024 * 1024, waitingCommandsMax: 65_536, waitingBytesMax: 64 * 1024 * 1024, maxEntrySize: 8 * 1024 * 1024,
  openTimeout: 30_000, connectTimeout: 1_000, requestTimeout: 5_000,
})

/** @throws {ConfigurationError} naming option, value and rule. */
export function resolveRaftServerOptions(options: RaftServerOptions): ResolvedRaftServerOptions {
  const resolved: ResolvedRaftServerOptions = {
    ...raftServerDefaults, trapDeterminism: trapsByDefault(options.context), context: options.context ?? new SystemContext(), logger: options.logger ?? warningLogger(), ...definedOptions(options),
  }
  checkInteger('memberId', resolved.memberId, 1, 0xffff_ffff)
  checkMembers(resolved.members, resolved.memberId)
  for (const option of ['transport', 'storage', 'stateMachine'] as const) {
    if (typeof resolved[option] !== 'object' || resolved[option] === null) throw new ConfigurationError(option, resolved[option], 'is required')
  }
  for (const option of ['electionTimeout', 'heartbeatInterval', 'sessionTimeout', 'connectTimeout', 'requestTimeout'] as const) {
    checkDuration(option, resolved[option])
  }
  checkDuration('openTimeout', resolved.openTimeout, { allowInfinity: true })
  if (!(resolved.clockDrift >= 0 && resolved.clockDrift < 0.5)) throw new ConfigurationError('clockDrift', resolved.clockDrift, 'must be a number from 0 to less than 0.5')
  checkInteger('sessionsMax', resolved.sessionsMax, 1)
  checkInteger('eventsMax', resolved.eventsMax, 1)
  checkInteger('eventBytesMax', resolved.eventBytesMax, 1, 15 * 1024 * 1024)
  checkInteger('maxEntrySize', resolved.maxEntrySize, 1, 15 * 1024 * 1024)
  checkInteger('waitingCommandsMax', resolved.waitingCommandsMax, 1)
  checkInteger('waitingBytesMax', resolved.waitingBytesMax, 1)
  if (resolved.electionTimeout < 3 * resolved.heartbeatInterval) {
    throw new ConfigurationError('electionTimeout', resolved.electionTimeout, `must be at least 3 × heartbeatInterval (${resolved.heartbeatInterval})`)
  }
  return Object.freeze(resolved)
}

function checkMembers(members: unknown, memberId: MemberId): void {
  if (!Array.isArray(members) || members.length === 0) throw new ConfigurationError('members', members, 'must list every founding member')
  const ids = new Set<MemberId>()
  for (const member of members as readonly Member[]) {
    checkInteger('members[].id', member.id, 1, 0xffff_ffff)
    checkInteger('members[].port', member.port, 0, 65_535)
    if (typeof member.host !== 'string' || member.host === '') throw new ConfigurationError('members[].host', member.host, 'must name a host')
    if (member.id !== memberId && (member.host === '0.0.0.0' || member.host === '::')) {
      throw new ConfigurationError('members[].host', member.host, 'must be an address at which the member can be reached')
    }
    if (ids.has(member.id)) throw new ConfigurationError('members[].id', member.id, 'must be unique')
    ids.add(member.id)
  }
  if (!ids.has(memberId)) throw new ConfigurationError('memberId', memberId, `must be the id of one of the members (${[...ids].join(', ')})`)
}
