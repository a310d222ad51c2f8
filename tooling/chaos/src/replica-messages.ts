import type { Member } from '@copycat/protocol'
import type { TimeRecord } from './recorded-map.ts'

/** What a replica process is started with, as JSON in its only argument. */
export interface ReplicaConfiguration {
  readonly memberId: number
  readonly members: readonly Member[]
  readonly directory: string
  /** `resources`: a replica with maps, locks, elections and topics; `append`: a Raft server with the append-only test state machine; `feed`: one that publishes events. @default resources */
  readonly stateMachine?: 'resources' | 'append' | 'feed'
  /** Where the server of a replica with maps runs. @default main */
  readonly thread?: 'main' | 'worker'
  readonly electionTimeout?: number
  readonly heartbeatInterval?: number
  readonly openTimeout?: number
}

/** What a replica process says of itself when asked. */
export interface ReplicaReport {
  readonly state: string
  readonly term: number
  readonly leader: number | undefined
  readonly lastIndex: number
  readonly commitIndex: number
  readonly lastApplied: number
  readonly mayVote: boolean
  readonly bytesOnDisk: number
  /** Microseconds of CPU since it started. */
  readonly cpuMicros: number
  readonly rssBytes: number
  /** Delay of its event loop in milliseconds since the last report; 0 unless it is watched. */
  readonly loopDelayMax: number
  readonly loopDelayP99: number
  /** The session of the replica's own client, and every state that it has had; absent without one. */
  readonly session?: { readonly id: number, readonly states: readonly string[] }
}

/** From the process to its parent. */
export type FromReplica =
  | { readonly type: 'ready' }
  | { readonly type: 'failed', readonly name: string, readonly code: string | undefined, readonly message: string }
  | { readonly type: 'report', readonly request: number, readonly report: ReplicaReport }
  | { readonly type: 'records', readonly request: number, readonly records: readonly TimeRecord[] }

/** To the process. */
export type ToReplica =
  | { readonly type: 'report' | 'records', readonly request: number }
  /** From here on the delay of the event loop is watched. */
  | { readonly type: 'watchLoop' }
  /** The application keeps the event loop busy for so long. */
  | { readonly type: 'block', readonly milliseconds: number }
  | { readonly type: 'close' }
