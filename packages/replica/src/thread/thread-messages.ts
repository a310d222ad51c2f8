import type { Health, Member } from '@copycat/protocol'
import type { DrainOptions, RaftServerOptions, ServerStatus, SessionListOptions, SessionStatus } from '@copycat/raft'
import type { MemberId, SessionId } from '@copycat/utils'
import type { ModuleReference } from './module-reference.ts'
import type { ThrownError } from './thrown-error.ts'

/** What a replica's thread starts from. */
export interface ThreadStart {
  readonly options: Omit<RaftServerOptions, 'transport' | 'storage' | 'stateMachine' | 'context' | 'logger'>
  readonly transport: ModuleReference
  readonly storage: ModuleReference
  readonly resources: readonly ModuleReference[]
  readonly serializer: ModuleReference | undefined
  /** One end of the channel of the replica's own client. */
  readonly port: InstanceType<typeof MessagePort>
}

/** How a server stands, as data. */
export interface ServerNews {
  readonly status: Omit<ServerStatus, 'failure'>
  readonly failure: ThrownError | undefined
  readonly members: readonly Member[]
  readonly areLeasesOn: boolean
}

/** What the application's thread asks for; each gets an answer. */
export interface ThreadCalls {
  close(drain: DrainOptions | undefined): void
  health(argument: undefined): Health
  transferLeadership(to: MemberId | undefined): MemberId
  switchLeases(isOn: boolean): void
  sessions(options: SessionListOptions): SessionStatus[]
  endSession(session: SessionId): boolean
}

/** A call on its way to the thread. */
export interface ThreadCall<M extends keyof ThreadCalls = keyof ThreadCalls> {
  readonly call: number
  readonly method: M
  readonly argument: Parameters<ThreadCalls[M]>[0]
}

/** Levels of log lines that are passed on; `trace` has a line for every step. */
export type PassedLevel = 'debug' | 'info' | 'warn' | 'error'

/** What the thread tells. */
export type FromThread =
  | { readonly type: 'opened', readonly address: Member, readonly news: ServerNews }
  | { readonly type: 'failed', readonly error: ThrownError }
  | { readonly type: 'answer', readonly call: number, readonly value: unknown }
  | { readonly type: 'refusal', readonly call: number, readonly error: ThrownError }
  | { readonly type: 'news', readonly news: ServerNews, readonly isStateChange: boolean }
  | { readonly type: 'log', readonly level: PassedLevel, readonly message: string, readonly details: unknown }
