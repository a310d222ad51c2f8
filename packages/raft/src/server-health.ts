import type { Role } from '@copycat/consensus'
import type { Health, HealthProblem } from '@copycat/protocol'
import type { StorageLevel } from '@copycat/storage'
import { type Context, CopycatError, type MemberId } from '@copycat/utils'

/** What {@link ServerHealth} judges by. */
export interface HealthFacts {
  readonly failure: Error | undefined
  readonly isClosed: boolean
  /** Absent: the server does not know its cluster yet. */
  readonly role: Role | undefined
  readonly leader: MemberId | undefined
  /** A leader whose own first entry is applied and that does not hand over. */
  readonly isServing: boolean
  /** There is a stream to the leader. */
  readonly isConnected: boolean
  /** Monotonic time at which a message of the leader was last known to be fresh. */
  readonly freshAt: number
  /** Milliseconds that the disk has owed an answer. */
  readonly owedFor: number
  readonly storageLevel: StorageLevel
  /** Monotonic time since which commands are refused because too much waits. */
  readonly refusingSince: number | undefined
}

/** Remembers since when things are as they are, and judges what they mean. */
export class ServerHealth {
  private readonly context: Pick<Context, 'monotonic' | 'wall'>
  private readonly electionTimeout: number
  private readonly openedAt: number
  /** When the leader was lost; monotonic. */
  private leaderlessSince: number | undefined
  private endedAt: number | undefined

  constructor(context: Pick<Context, 'monotonic' | 'wall'>, electionTimeout: number) {
    this.context = context
    this.electionTimeout = electionTimeout
    this.openedAt = context.monotonic()
    this.leaderlessSince = this.openedAt
  }

  /** The server learnt of a leader, or that there is none. */
  leaderChanged(leader: MemberId | undefined): void {
    if (leader !== undefined) this.leaderlessSince = undefined
    else this.leaderlessSince ??= this.context.monotonic()
  }

  /** The server failed or was closed. */
  ended(): void {
    this.endedAt ??= this.context.monotonic()
  }

  judge(facts: HealthFacts): Health {
    const end = this.end(facts)
    if (end !== undefined) return { isLive: false, isReady: false, canWrite: false, problems: [end] }
    const hindrances = this.hindrances(facts)
    const isReady = hindrances.length === 0
    const remarks: HealthProblem[] = []
    const { refusingSince } = facts
    if (refusingSince !== undefined) remarks.push(this.problem('COPYCAT_OVERLOADED', 'more commands wait than this server takes: it refuses new ones', refusingSince))
    const canWrite = isReady && refusingSince === undefined
    if (facts.storageLevel !== 'DISK') {
      remarks.push(this.problem('COPYCAT_NOT_DURABLE', `storage level ${facts.storageLevel} does not sync: what was acknowledged is lost when a majority stops`, this.openedAt))
    }
    return { isLive: true, isReady, canWrite, problems: [...hindrances, ...remarks] }
  }

  private end({ failure, isClosed }: HealthFacts): HealthProblem | undefined {
    const at = this.endedAt ?? this.context.monotonic()
    if (failure !== undefined) return this.problem(CopycatError.is(failure) ? failure.code : 'COPYCAT_FAILED', failure.message, at)
    return isClosed ? this.problem('COPYCAT_CLOSED', 'the server was closed', at) : undefined
  }

  private hindrances({ role, leader, isServing, isConnected, freshAt, owedFor }: HealthFacts): HealthProblem[] {
    const now = this.context.monotonic()
    if (role === undefined) return [this.problem('COPYCAT_STARTING', 'the server does not know its cluster yet', this.openedAt)]
    if (leader === undefined) return [this.problem('COPYCAT_NO_LEADER', 'no leader is known', this.leaderlessSince ?? now)]
    const found: HealthProblem[] = []
    if (role === 'leader' && !isServing) found.push(this.problem('COPYCAT_NOT_SERVING', 'this leader is taking office, or handing it over', now))
    if (role !== 'leader' && !isConnected) found.push(this.problem('COPYCAT_LEADER_UNREACHABLE', `there is no connection to the leader, member ${leader}`, freshAt))
    else if (role !== 'leader' && now - freshAt > this.electionTimeout) found.push(this.problem('COPYCAT_LEADER_SILENT', `the leader, member ${leader}, is silent`, freshAt))
    if (owedFor > this.electionTimeout) found.push(this.problem('COPYCAT_DISK_STALLED', `the disk has owed an answer for ${Math.round(owedFor)} ms`, now - owedFor))
    return found
  }

  private problem(code: string, message: string, at: number): HealthProblem {
    const { context } = this
    // What never happened, happened at the start.
    const began = Math.max(at, this.openedAt)
    return { code, message, since: Math.round(context.wall() - (context.monotonic() - began)) }
  }
}
