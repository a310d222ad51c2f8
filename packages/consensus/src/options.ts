import type { LogIndex, MemberId, Term } from '@copycat/utils'
import type { HardState } from './effects.ts'
import type { Configuration } from './messages.ts'

/** What a core starts from. Everything is required: defaults are the server's business. */
export interface RaftCoreOptions {
  readonly id: MemberId
  readonly configuration: Configuration
  readonly hardState: HardState
  /** Runs of terms of the durable log, ascending; empty when the log is. */
  readonly termRuns: readonly { readonly firstIndex: LogIndex, readonly term: Term }[]
  /** All of it is durable. */
  readonly lastIndex: LogIndex
  /** Milliseconds; each wait is drawn from [value, 2 × value) (§3.4). */
  readonly electionTimeout: number
  readonly heartbeatInterval: number
  /** By which part the rates of two members' clocks may be off, each: 0.1 is a tenth. Leases are shorter than an election timeout by twice that. */
  readonly clockDrift: number
  /** Neither vote nor campaign for one election timeout: a lease supported before a restart may still run. */
  readonly abstain: boolean
  /** Monotonic time at the start, milliseconds. */
  readonly now: number
  /** Uniform in [0, 1). */
  readonly random: () => number
  /** AppendEntries with entries that may be unanswered per follower. */
  readonly inFlightMax: number
  /** Bytes of entries per AppendEntries. */
  readonly appendBytesMax: number
  /** Gets a line for each decision, for traces in tests. */
  readonly trace?: (line: string) => void
}
