/** Something that keeps a replica or client from what it is for, or that its operator should know. */
export interface HealthProblem {
  /** Stable, for programs: `COPYCAT_NO_LEADER`, `COPYCAT_NOT_DURABLE` and so on. */
  readonly code: string
  /** For people. */
  readonly message: string
  /** Since when, in milliseconds since 1970 by the local wall clock. */
  readonly since: number
}

/** How a replica or client stands. */
export interface Health {
  /** False: it has failed or was closed, and only a new one helps. */
  readonly isLive: boolean
  /** It can take requests now: it is open, and knows a leader that it reaches. */
  readonly isReady: boolean
  /** A command that is submitted now would be committed, as far as that can be known without submitting one. */
  readonly canWrite: boolean
  /** Why not, and what else an operator should know: a problem here does not always keep it from writing. Empty: all is well. */
  readonly problems: readonly HealthProblem[]
}
