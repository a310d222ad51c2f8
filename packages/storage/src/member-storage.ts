import type { MemberId, Term } from '@copycat/utils'
import type { Log } from './log.ts'

/** What a member must never forget (dissertation §3.8). */
export interface HardState {
  readonly currentTerm: Term
  /** Whom it voted for in `currentTerm`; undefined: nobody yet. */
  readonly votedFor: MemberId | undefined
}

/** A participant with the life of its directory: a directory that was wiped is another incarnation. */
export interface FoundingMember {
  readonly id: MemberId
  /** 16 lower-case hexadecimal digits, drawn when the directory was made. */
  readonly incarnation: string
}

/** The first configuration of a cluster, stored by each founder once it has heard from all. */
export interface Founding {
  /** 32 lower-case hexadecimal digits, the same for all members, derived from `members`. */
  readonly clusterId: string
  /** Ascending by id. */
  readonly members: readonly FoundingMember[]
}

/** Whose directory this is. */
export interface Identity {
  readonly memberId: MemberId
  readonly incarnation: string
  /** Absent until the cluster was founded. */
  readonly founding: Founding | undefined
}

/** The directory of one member, locked for this process. */
export interface MemberStorage {
  readonly identity: Identity
  readonly hardState: HardState
  /** Where it lies, for messages. */
  readonly location: string
  /** Stores the founding; durable when resolved. @throws {InvariantError} when another one is stored. */
  found(founding: Founding): Promise<void>
  /**
   * Writes term and vote into the older of two slots; calls `done` when durable, or with the error, after which
   * the storage is poisoned. Calls do not overlap: the next one starts when the previous one is done.
   */
  storeHardState(hardState: HardState, done: (error: Error | undefined) => void): void
  /**
   * Recovers the log. To be called once, after the founding.
   * @throws (rejects) `StorageError` `COPYCAT_STORAGE_CORRUPTION` naming file, offset and index when an entry
   * that may have been acknowledged is damaged: the member must neither vote nor acknowledge.
   */
  openLog(): Promise<Log>
  /** Closes everything and gives the lock back. */
  close(): Promise<void>
}
