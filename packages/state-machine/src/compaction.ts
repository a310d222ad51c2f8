import type { LogIndex } from '@copycat/utils'
import type { ReleasedEntry } from './runtime.ts'

/**
 * When the entry of a command may leave the log; a static field `compaction` of its class says so.
 * - `SNAPSHOT`, the default: once a snapshot covers it. Right for every command, and the only choice where what it does to the state depends on the
 *   state before: compare-and-set, increments, put-if-absent, steps of queues and locks.
 * - `QUORUM`: once the state machine has released it. For commands that set what is there now, whatever was there before.
 * - `FULL`: as QUORUM, and every member has applied it.
 * - `SEQUENTIAL`: as FULL, and everything that was released before it is gone from every log, and no snapshot has it. For tombstones: a remove that
 *   left the log before the put that it removes would bring the value back.
 *
 * The *result* of a command and its events may depend on earlier state in every mode.
 */
export const Compaction: Readonly<{ SNAPSHOT: 'SNAPSHOT', QUORUM: 'QUORUM', FULL: 'FULL', SEQUENTIAL: 'SEQUENTIAL' }> = Object.freeze({
  SNAPSHOT: 'SNAPSHOT', QUORUM: 'QUORUM', FULL: 'FULL', SEQUENTIAL: 'SEQUENTIAL',
})
export type Compaction = (typeof Compaction)[keyof typeof Compaction]

/** What must be known to say whether a released entry may become a hole. */
export interface CleaningState {
  /** Every result and event up to here, of every session, is acknowledged or its session has ended. */
  readonly lowWaterMark: LogIndex
  /** Highest committed index that every voter and learner has applied. */
  readonly globalIndex: LogIndex
  /** Last index of the newest snapshot that is durable here; 0: none. */
  readonly snapshotIndex: LogIndex
  /** Lowest index at which an entry still stands in the log of a member that has released it; of all members; Infinity: nowhere. */
  readonly lowestStanding: LogIndex
  /** Last index of the oldest snapshot that any member may still start from, or send; Infinity: there is none. */
  readonly oldestSnapshot: LogIndex
  /** Whether a timer fired at the entry. */
  readonly firedTimers: boolean
}

/**
 * Whether a released entry may become a hole in the log. A log with holes replays to the state of the whole one from the low-water mark on, and to
 * its results and events above it; below, nobody may answer, publish or take a snapshot from it.
 *
 * 1. What came of the entries up to its release is acknowledged: results may say what stood there before.
 * 2. No command that stands between it and its release may depend on it.
 * 3. A tombstone goes last: when everything that it may have removed is gone from every log and every snapshot, and everybody has applied it.
 */
export function isRemovable({ index, at, compaction, lastConditional }: ReleasedEntry, state: CleaningState): boolean {
  if (index <= state.snapshotIndex) return true
  if (at > state.lowWaterMark) return false
  if (lastConditional > index) return false
  if (compaction === 'QUORUM' && !state.firedTimers) return true
  if (index > state.globalIndex) return false
  if (compaction === 'FULL' && !state.firedTimers) return true
  return state.lowestStanding >= index && state.oldestSnapshot >= index && lastConditional <= state.snapshotIndex
}
