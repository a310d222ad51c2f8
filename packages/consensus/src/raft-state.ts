import { assert } from '@copycat/utils'
import type { LogIndex, MemberId, Term } from '@copycat/utils'
import { mutant } from '@copycat/utils/instruments'
import { Learners } from './configuration/learners.ts'
import { Voters } from './configuration/voters.ts'
import type { Effect, HardState, PersistEffect, PersistId, Role } from './effects.ts'
import { ElectionTimer } from './election-timer.ts'
import { RaftLog } from './log/raft-log.ts'
import type { BlockRange, Configuration, RaftMessage } from './messages.ts'
import type { RaftCoreOptions } from './options.ts'
import { Freshness } from './replication/freshness.ts'
import { LeaseSwitch } from './replication/leases.ts'
import { Progress } from './replication/progress.ts'
import { ReadRounds } from './replication/read-rounds.ts'
import type { Transfer } from './replication/transfer.ts'

const noBlocks: readonly BlockRange[] = Object.freeze([])

/** Figure 3.1, and what goes with each role. Handlers and transitions change it; nobody outside this package sees it. */
export class RaftState {
  readonly options: RaftCoreOptions
  readonly id: MemberId
  readonly configuration: Configuration
  readonly voters: Voters
  readonly learners: Learners
  /** Alone it needs nobody's word: no pre-vote, no abstaining, no grace. */
  readonly isAlone: boolean
  readonly trace: ((line: string) => void) | undefined

  /** Monotonic time of the step. */
  now: number
  /** What the step asks for so far. */
  effects: Effect[] = []

  // Durable facts (§3.8): changed here, handed to the disk in the same step.
  currentTerm: Term
  votedFor: MemberId | undefined
  readonly log: RaftLog
  /** Term or vote changed and are in no persist yet. */
  isHardStateDirty: boolean = false
  /** The persist that carries the newest term and vote; 0: what was there at the start. */
  hardStatePersist: PersistId = 0

  // Volatile facts. lastApplied <= commitIndex <= lastIndex.
  commitIndex: LogIndex = 0
  lastApplied: LogIndex = 0
  /** Up to here an apply effect has asked. */
  applyAsked: LogIndex = 0
  role: Role = 'follower'
  leader: MemberId | undefined
  /** When the leader was heard last; counts only while `leader` is known. */
  leaderHeardAt: number = -Infinity
  readonly timer: ElectionTimer
  /** Neither vote nor pre-vote before this time. */
  abstainUntil: number = -Infinity
  /** Whether leases are on, as far as this log tells. */
  readonly leases: LeaseSwitch
  /** How old what is applied here may be. */
  readonly freshness: Freshness = new Freshness()

  // Candidates.
  /** Of our pre-votes since the start; responses to older ones do not count. */
  preVoteRound = 0
  /** Who granted in this attempt: a set, so that a duplicate counts once. */
  readonly granted: Set<MemberId> = new Set()
  /** The persist of our own candidacy: only when it is durable may votes be asked for, and does ours count. */
  candidacyPersist: PersistId = 0
  /** The leader asked for this candidacy. */
  isInvited = false

  // Leader.
  /** Everybody else, learners included. */
  readonly followers: readonly Progress[]
  readonly #followerOf: ReadonlyMap<MemberId, Progress>
  /** The entry that starts the term; 0 while not leading. */
  noopIndex: LogIndex = 0
  readonly reads: ReadRounds = new ReadRounds()
  /** The attempt to hand the office over that is under way. */
  transfer: Transfer | undefined
  /** Somebody was asked to campaign in this term. How late that takes effect nobody knows: no lease is used in this term any more (FAULTS L8). */
  hasOffered = false
  heartbeatDue: number = Infinity
  /** When the contact with a majority is to be judged. */
  quorumDue: number = Infinity
  hadQuorumGrace = false
  /** One value per voter, reused for each quorum question. */
  readonly #scratch: number[] = []

  // What the last role effect said.
  #toldRole: Role = 'follower'
  #toldTerm: Term
  #toldLeader: MemberId | undefined
  /** To whom the last transfer effect said that the office goes. */
  #toldSuccessor: MemberId | undefined

  constructor(options: RaftCoreOptions) {
    this.options = options
    this.id = options.id
    this.configuration = options.configuration
    this.voters = new Voters(options.configuration.voters)
    this.learners = new Learners(options.configuration.learners, this.voters)
    this.isAlone = this.voters.isOnly(this.id)
    this.trace = options.trace
    this.now = options.now
    this.currentTerm = options.hardState.currentTerm
    this.votedFor = options.hardState.votedFor
    this.log = new RaftLog(options.termRuns, options.lastIndex)
    this.leases = new LeaseSwitch(options.lastIndex)
    if (mutant('E3') || mutant('D14')) this.currentTerm = Math.max(this.currentTerm, this.log.lastTerm)
    this.timer = new ElectionTimer(options.electionTimeout, options.random)
    this.followers = [
      ...this.voters.ids.filter((id) => id !== this.id).map((id) => new Progress(id, true, options.inFlightMax)),
      ...this.learners.ids.filter((id) => id !== this.id).map((id) => new Progress(id, false, options.inFlightMax)),
    ]
    this.#followerOf = new Map(this.followers.map((progress) => [progress.id, progress]))
    this.#toldTerm = this.currentTerm
    // A term below that of an entry would let an old log win against a newer one (FAULTS E3).
    const { currentTerm } = this
    assert(Number.isSafeInteger(currentTerm) && currentTerm >= this.log.lastTerm, 'no entry has a term above the durable one')
  }

  /** Whether this server may campaign. */
  get isVoter(): boolean {
    return this.voters.has(this.id)
  }

  /** Leader, and its own no-op is applied (§6.4 step 1, §3.6.2). */
  get isServing(): boolean {
    return this.role === 'leader' && this.lastApplied >= this.noopIndex
  }

  follower(id: MemberId): Progress | undefined {
    return this.#followerOf.get(id)
  }

  /** Whether a leader is there that a vote could disturb (§4.2.3): us, or one that was heard within an election timeout. */
  get hearsLeader(): boolean {
    return this.role === 'leader'
      || (this.leader !== undefined && (mutant('E9') || this.now - this.leaderHeardAt < this.options.electionTimeout))
  }

  /** Whether the leader that was heard last may count on this server for a lease: then it helps nobody else, even if it has forgotten the leader (§6.4.1). */
  get isPromised(): boolean {
    return this.leases.mayBeOn(this.lastApplied) && this.now - this.leaderHeardAt < this.options.electionTimeout
  }

  get isAbstaining(): boolean {
    return this.now < this.abstainUntil
  }

  /** Puts a block behind the log. */
  append(block: BlockRange): void {
    this.log.append(block)
    // What stands in a hole is not known here.
    if (block.kind === 'configuration' || block.kind === 'holes') this.leases.appended(this.log.lastIndex)
  }

  /** Removes `index` and all behind it. */
  truncateFrom(index: LogIndex): void {
    this.log.truncateFrom(index)
    this.leases.truncatedFrom(index)
  }

  /** The values of all voters, for a quorum question: valid until the next call. */
  voterValues(own: number, of: 'matchIndex' | 'confirmedRound' | 'heardAt'): readonly number[] {
    const values = this.#scratch
    values.length = 0
    if (this.isVoter) values.push(own)
    for (const follower of this.followers) if (follower.isVoter) values.push(follower[of])
    return values
  }

  /**
   * When each voter last took in, as far as it has said, a message of this leader that was sent then; -Infinity for those whose log does not hold the
   * switch of leases, as they have promised nothing. Valid until the next call.
   */
  leaseValues(): readonly number[] {
    const values = this.#scratch
    values.length = 0
    if (this.isVoter) values.push(Infinity)
    for (const follower of this.followers) {
      if (!follower.isVoter) continue
      values.push(follower.matchIndex >= this.leases.index ? follower.confirmedAt : -Infinity)
    }
    return values
  }

  send(to: MemberId, message: RaftMessage, after?: PersistId): void {
    this.effects.push(after === undefined ? { type: 'send', to, message } : { type: 'send', to, message, after })
  }

  /** Has the log, already changed, made durable, with term and vote if they changed (one ordered writer: FAULTS R7). */
  persist(blocks: readonly BlockRange[] = noBlocks, truncateFrom?: LogIndex): PersistId {
    const effect = this.#persistEffect(blocks, truncateFrom)
    this.effects.push(effect)
    return effect.id
  }

  /** Emits what the step left open: a changed term goes to the disk before anything else is done; role news come last. */
  settleHardState(): void {
    if (this.isHardStateDirty) this.effects.unshift(this.#persistEffect(noBlocks, undefined))
  }

  settleTransferNews(): void {
    const successor = this.transfer?.to
    if (successor === this.#toldSuccessor) return
    this.#toldSuccessor = successor
    this.effects.push({ type: 'transfer', to: successor })
  }

  settleRole(): void {
    if (this.role === this.#toldRole && this.currentTerm === this.#toldTerm && this.leader === this.#toldLeader) return
    this.#toldRole = this.role
    this.#toldTerm = this.currentTerm
    this.#toldLeader = this.leader
    this.effects.push({ type: 'role', role: this.role, term: this.currentTerm, leader: this.leader })
  }

  /** The persist for which a promise in the current term must wait; undefined when term and vote are durable. */
  awaitHardState(): PersistId | undefined {
    if (this.isHardStateDirty) this.persist()
    return this.log.tail.isDurable(this.hardStatePersist) ? undefined : this.hardStatePersist
  }

  #persistEffect(blocks: readonly BlockRange[], truncateFrom: LogIndex | undefined): PersistEffect {
    const tail = this.log.tail
    const id = tail.start(this.log.lastIndex)
    const epoch = tail.epoch
    if (!this.isHardStateDirty && truncateFrom === undefined) return { type: 'persist', id, epoch, blocks }
    const effect: { -readonly [Key in keyof PersistEffect]: PersistEffect[Key] } = { type: 'persist', id, epoch, blocks }
    if (this.isHardStateDirty) {
      const hardState: HardState = { currentTerm: this.currentTerm, votedFor: this.votedFor }
      effect.hardState = hardState
      this.hardStatePersist = id
      this.isHardStateDirty = false
    }
    if (truncateFrom !== undefined) effect.truncateFrom = truncateFrom
    return effect
  }
}
