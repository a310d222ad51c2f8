import type { Member } from '@copycat/protocol'
import { checkInteger, type MemberId, type SessionId, type Term } from '@copycat/utils'
import type { SessionListOptions, SessionStatus } from './session-status.ts'

/** What a {@link Cluster} asks its server. */
export interface ClusterPorts {
  members(): readonly Member[]
  term(): Term
  leader(): MemberId | undefined
  areLeasesOn(): boolean
  transferLeadership(to: MemberId | undefined): Promise<MemberId>
  switchLeases(isOn: boolean): Promise<void>
  sessions(options: Required<SessionListOptions>): Promise<SessionStatus[]>
  endSession(session: SessionId): Promise<boolean>
}

/** The cluster as one of its servers sees it, and what an operator may do with it there. */
export class Cluster {
  private readonly ports: ClusterPorts

  constructor(ports: ClusterPorts) {
    this.ports = ports
  }

  /** Every member with its address as far as it is known. */
  get members(): readonly Member[] {
    return this.ports.members()
  }

  get term(): Term {
    return this.ports.term()
  }

  /** The leader of the term, as far as this server knows. */
  get leader(): MemberId | undefined {
    return this.ports.leader()
  }

  /** Whether leases are on, as far as this server has applied the log. */
  get areLeasesOn(): boolean {
    return this.ports.areLeasesOn()
  }

  /**
   * Hands leadership over to `to`, or to the voter whose log reaches furthest; to be called on the leader. Clients' requests wait meanwhile: usually a
   * round trip, an election timeout at most. Resolves, with who leads then, when this server has heard of a new leader.
   * @throws (rejects) {ConfigurationError} when `to` is no other voter; {NotLeaderError}; {TransferError} when the successor did not take over in time: this
   * server leads on; {ClosedError}.
   */
  transferLeadership(to?: MemberId): Promise<MemberId> {
    return this.ports.transferLeadership(to)
  }

  /**
   * Switches leases on or off for the whole cluster, through the log; to be called on the leader. While they are on, `LINEARIZABLE_LEASE` queries are
   * answered without asking the other servers, on the word that no clock is off by more than `clockDrift`; and a leader whose connections close is replaced
   * only after an election timeout. Resolves when the switch is committed and applied here.
   * @throws (rejects) {NotLeaderError}; {IndeterminateError} when leadership was lost meanwhile.
   */
  switchLeases(isOn: boolean): Promise<void> {
    return this.ports.switchLeases(isOn)
  }

  /**
   * Sessions in ascending order of their ids, as the leader knows them; any server asks it. More than `limit` come page by page, each `after` the last id
   * of the one before.
   * @throws (rejects) {ConfigurationError}; {NotLeaderError} when there is no leader, or it does not answer.
   */
  async sessions({ after = 0, limit = 1_000 }: SessionListOptions = {}): Promise<SessionStatus[]> {
    checkInteger('after', after, 0)
    checkInteger('limit', limit, 1, 10_000)
    return this.ports.sessions({ after, limit })
  }

  /** One session; undefined when there is none of this id. @throws as {@link sessions}. */
  async session(id: SessionId): Promise<SessionStatus | undefined> {
    checkInteger('id', id, 1)
    const [found] = await this.ports.sessions({ after: id - 1, limit: 1 })
    return found?.id === id ? found : undefined
  }

  /**
   * Ends a session through the log, on any server: what belongs to it goes, as if it had expired. Its client learns that it is `EXPIRED`, and that an operator
   * ended it. Resolves with false when there was none.
   * @throws (rejects) {ConfigurationError}; {NotLeaderError}; {IndeterminateError} when leadership was lost meanwhile.
   */
  async endSession(id: SessionId): Promise<boolean> {
    checkInteger('id', id, 1)
    return this.ports.endSession(id)
  }
}
