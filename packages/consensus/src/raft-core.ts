import type { LogIndex, MemberId, Term } from '@copycat/utils'
import type { Effect, Role } from './effects.ts'
import type { Input } from './inputs.ts'
import type { Configuration } from './messages.ts'
import type { RaftCoreOptions } from './options.ts'

/** Interface sketch of the class; replaced by it. */
export declare class RaftCore {
  constructor(options: RaftCoreOptions)
  readonly id: MemberId
  readonly role: Role
  readonly currentTerm: Term
  readonly votedFor: MemberId | undefined
  readonly leader: MemberId | undefined
  readonly lastIndex: LogIndex
  readonly lastTerm: Term
  readonly durableIndex: LogIndex
  readonly commitIndex: LogIndex
  readonly lastApplied: LogIndex
  readonly configuration: Configuration
  /** Leader, and its own no-op is applied: only then may it take commands and serve reads. */
  readonly isServing: boolean
  /** When the next tick is due at the latest, monotonic milliseconds; Infinity: never. */
  readonly nextTick: number
  term(index: LogIndex): Term
  /** One step at monotonic time `now`. The returned array is the caller's. */
  step(input: Input, now: number): Effect[]
}
