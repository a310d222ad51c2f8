/**
 * Raft itself, pure: {@link RaftCore} takes inputs and returns effects. It holds no promise, timer, socket,
 * file or logger.
 *
 * @example
 * const core = new RaftCore(options)
 * for (const effect of core.step({ type: 'tick' }, now)) {
 *   if (effect.type === 'send' && effect.after === undefined) network.send(effect.to, effect.message)
 * }
 *
 * @packageDocumentation
 */
export type {
  ApplyEffect, Effect, Epoch, HardState, PersistEffect, PersistId, ReadReadyEffect, ReplicateEffect, Role, RoleEffect,
  SendEffect, TransferEffect,
} from './effects.ts'
export type { Input } from './inputs.ts'
export type {
  AppendEntriesRequest, AppendEntriesResponse, BlockRange, Configuration, PreVoteRequest, PreVoteResponse, RaftMessage,
  RequestVoteRequest, RequestVoteResponse, TimeoutNowRequest,
} from './messages.ts'
export type { RaftCoreOptions } from './options.ts'
export { RaftCore } from './raft-core.ts'
