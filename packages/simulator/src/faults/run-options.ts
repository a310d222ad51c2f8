import type { FaultClass } from './fault-classes.ts'

/** Kinds of runs. */
export const profileNames = ['default', 'speed', 'lite', 'stream', 'overload', 'reads', 'events', 'sessions', 'resources', 'long'] as const

/** Name of a kind of runs. */
export type ProfileName = typeof profileNames[number]

/** A time in which clients offer far more than servers take. */
export interface Rush {
  /** Milliseconds from the start of the run. */
  readonly fromMillis: number
  readonly untilMillis: number
  /** How many times as many operations each loop submits at once. */
  readonly factor: number
}

/** Everything that a run is drawn with: from a seed and a profile, or by hand. Plain data. */
export interface RunOptions {
  readonly seed: number
  readonly profile: ProfileName
  readonly servers: number
  readonly clients: number
  /** Operations that each client has under way at a time, at most. */
  readonly loops: number
  readonly thinkMillis: number
  /** Operations that each of them submits at once, at most. */
  readonly burst: number
  /** Whole messages, or streams of bytes with the real codec. */
  readonly depth: 'message' | 'stream'
  readonly electionTimeout: number
  readonly heartbeatInterval: number
  readonly sessionTimeout: number
  readonly requestTimeout: number
  /** Commands that a client has under way at a time, at most. */
  readonly inFlightMax: number
  readonly maxSegmentSize: number
  readonly cacheBytes: number
  /** Milliseconds with faults, and milliseconds without. */
  readonly faultMillis: number
  readonly healedMillis: number
  /** Milliseconds from the start before which there are no faults. */
  readonly calmMillis: number
  /**
   * What the healed phase is: everything is healed at once; or a majority is healed and the rest stays broken for its first half; or the
   * servers stay in a partition in which a majority sees one another.
   */
  readonly healing: 'all' | 'core' | 'partial'
  readonly faults: readonly FaultClass[]
  /** About how often each class of faults comes per minute. */
  readonly rates: Readonly<Partial<Record<FaultClass, number>>>
  /** Whether what is due at one time comes in an order of its own for each process, which changes only a few times in the run. */
  readonly hasPriorities: boolean
  /** Whether clients read at all levels, or only at the strongest. */
  readonly readLevels: 'strongest' | 'all'
  /** What a client does whose session the cluster has ended. */
  readonly recovery: 'close' | 'recover'
  /** Whether clients subscribe to what others change, and are told. */
  readonly hasEvents: boolean
  /** Events that servers keep for a session, at most. */
  readonly eventsMax: number
  /** Overload, in runs that are about it. */
  readonly rush: Rush | undefined
  /** Commands that may wait on a leader, at most. */
  readonly waitingCommandsMax: number
}
