import type { Member } from '@copycat/protocol'
import type { MemberId, Term } from '@copycat/utils'

/** What a {@link Cluster} asks its server. */
export interface ClusterPorts {
  members(): readonly Member[]
  term(): Term
  leader(): MemberId | undefined
  areLeasesOn(): boolean
  transferLeadership(to: MemberId | undefined): Promise<MemberId>
  switchLeases(isOn: boolean): Promise<void>
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
}
