import type { LogIndex, Term } from '@copycat/utils'

/**
 * What the entries of a block are.
 * - `commands`, `session`: records of clients, or of sessions, each one an entry;
 * - `noop`, `configuration`, `tick`: one entry that stands alone;
 * - `holes`: a run of cleaned entries; the body is the floor of the run (8 bytes), whatever the count.
 */
export type BlockKind = 'commands' | 'noop' | 'configuration' | 'session' | 'tick' | 'holes'

/**
 * Consecutive entries of one kind and one term, as the leader closed them in one turn. The unit of socket
 * write, disk write, acknowledgement and apply. Its boundaries are no part of the log's identity: a block may
 * be cut anywhere between two entries.
 *
 * The body of `commands` and `session` is `count` records, each starting with a 32-bit little-endian
 * number of the bytes that follow it. Nothing below the state machine reads more of a record than that.
 */
export interface Block {
  readonly kind: BlockKind
  readonly firstIndex: LogIndex
  /** Entries in it, at least 1. */
  readonly count: number
  readonly term: Term
  /** Logged time of its entries, integer milliseconds since 1970; never less than that of any block before it. */
  readonly time: number
  /** Not modified by anybody once the block exists. */
  readonly body: Uint8Array
  /** CRC-32 of `body`, made once by the leader; kept on the wire and on disk until the block is cut. */
  readonly bodyCrc: number
}

/** Largest body in bytes, unless the block is a single entry. */
export const blockBytesMax: number = 256 * 1024
