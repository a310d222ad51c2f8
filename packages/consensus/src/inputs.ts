import type { LogIndex, MemberId } from '@copycat/utils'
import type { Epoch, PersistId } from './effects.ts'
import type { BlockRange, RaftMessage } from './messages.ts'

/** What can happen to the core. */
export type Input =
  /** A message of another member, whose identity the driver has checked. */
  | { readonly type: 'message', readonly from: MemberId, readonly message: RaftMessage }
  /** Time has passed; due at the latest at `core.nextTick`. */
  | { readonly type: 'tick' }
  /** The leader's driver closed a block; it gets `core.lastIndex + 1` on. To be given only while `core.role` is leader. */
  | { readonly type: 'propose', readonly kind: Exclude<BlockRange['kind'], 'noop' | 'holes'>, readonly count: number }
  /** The persist effect is durable. */
  | { readonly type: 'persisted', readonly id: PersistId, readonly epoch: Epoch }
  /** The driver has sent entries to `to` up to `through`, as a replicate effect asked; `through` is below `fromIndex` when it could not. */
  | { readonly type: 'sent', readonly to: MemberId, readonly through: LogIndex }
  /** Entries up to `index` have been applied. */
  | { readonly type: 'applied', readonly index: LogIndex }
  /** Reads have come; `request` is ascending. Answered by `readReady`, or by a role effect that says it leads no more. */
  | { readonly type: 'readRequest', readonly request: number }
  /** The entry at `index`, which is applied next, switches leases on or off for the whole cluster. */
  | { readonly type: 'leasesSwitched', readonly index: LogIndex, readonly isOn: boolean }
  /**
   * Hand the office over to `to`, or to the voter whose log reaches furthest (§3.10). Told by `transfer` effects; without effect where this
   * server does not lead, or `to` is no other voter.
   */
  | { readonly type: 'transferLeadership', readonly to: MemberId | undefined }
  /** The stream to `member` is new: what was sent before may be lost. */
  | { readonly type: 'connected', readonly member: MemberId }
  /** The last connection with `member` closed, not by us. */
  | { readonly type: 'disconnected', readonly member: MemberId }
  /** This server should not lead now, as its disk or event loop stalled: it asks the best successor to campaign, and leaves office. */
  | { readonly type: 'unfit' }
