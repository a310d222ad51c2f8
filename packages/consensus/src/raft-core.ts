import { assert } from '@copycat/utils'
import type { LogIndex, MemberId, Term } from '@copycat/utils'
import type { Effect, Role } from './effects.ts'
import { handleApplied } from './handlers/applied.ts'
import { handleConnected, handleDisconnected, handleUnfit } from './handlers/connection.ts'
import { handleLeasesSwitched } from './handlers/leases-switched.ts'
import { handleMessage } from './handlers/message.ts'
import { handlePersisted } from './handlers/persisted.ts'
import { handlePropose } from './handlers/propose.ts'
import { handleReadRequest } from './handlers/read-request.ts'
import { handleSent } from './handlers/sent.ts'
import { handleTick, nextTick } from './handlers/tick.ts'
import { handleTransferLeadership } from './handlers/transfer-leadership.ts'
import type { Input } from './inputs.ts'
import { Invariants } from './invariants.ts'
import type { Configuration } from './messages.ts'
import type { RaftCoreOptions } from './options.ts'
import { RaftState } from './raft-state.ts'
import { freshAt } from './replication/freshness.ts'
import { leaseUntil } from './replication/leases.ts'
import { replicate, settleReads } from './replication/replicator.ts'
import { settleTransfer } from './replication/transfer.ts'

/**
 * One server's Raft: inputs in, effects out. It owns indexes and terms, never bytes; time and chance are handed in. The
 * same options and inputs give the same effects.
 *
 * Steps do not overlap; effects are carried out in the order that {@link Effect} tells. When a step throws an
 * {@link @copycat/utils!InvariantError}, the state is no longer to be trusted: the server stops.
 */
export class RaftCore {
  readonly #state: RaftState
  readonly #invariants: Invariants

  /** @throws {InvariantError} when the options contradict each other, for instance a log of a later term than the durable one. */
  constructor(options: RaftCoreOptions) {
    const state = new RaftState(options)
    const { now, electionTimeout } = options
    if (state.isVoter) state.timer.start(now)
    if (state.isAlone) {
      // Nobody else could lead, or hold a lease: it elects itself at the first tick (FAULTS E14).
      state.timer.hasten(now)
    } else if (options.abstain) {
      state.abstainUntil = now + electionTimeout
      state.timer.forbidBefore(now + electionTimeout)
    }
    this.#state = state
    this.#invariants = new Invariants(state)
  }

  get id(): MemberId {
    return this.#state.id
  }

  get role(): Role {
    return this.#state.role
  }

  get currentTerm(): Term {
    return this.#state.currentTerm
  }

  get votedFor(): MemberId | undefined {
    return this.#state.votedFor
  }

  /** The leader of the current term, as far as known. */
  get leader(): MemberId | undefined {
    return this.#state.leader
  }

  get lastIndex(): LogIndex {
    return this.#state.log.lastIndex
  }

  get lastTerm(): Term {
    return this.#state.log.lastTerm
  }

  /** Everything up to here is known to survive a crash. */
  get durableIndex(): LogIndex {
    return this.#state.log.durableIndex
  }

  get commitIndex(): LogIndex {
    return this.#state.commitIndex
  }

  get lastApplied(): LogIndex {
    return this.#state.lastApplied
  }

  get configuration(): Configuration {
    return this.#state.configuration
  }

  /** Leader, and its own no-op is applied: only then may it take commands and serve reads. */
  get isServing(): boolean {
    return this.#state.isServing
  }

  /** To whom the office is being handed over, if it is. */
  get successor(): MemberId | undefined {
    return this.#state.transfer?.to
  }

  /** Whether leases are on in the cluster, as far as what is applied here tells. */
  get areLeasesOn(): boolean {
    return this.#state.leases.isOn
  }

  /**
   * Before this monotonic time no other server leads: as long as it lies ahead, and everything that is committed is applied, this leader may answer
   * reads without asking anybody (§6.4.1). Judged after the read was carried out, with the time of then. -Infinity where there is no lease.
   */
  get leaseUntil(): number {
    return leaseUntil(this.#state)
  }

  /**
   * What is applied here is at least all that the leader knew to be committed when it was heard at this monotonic time; -Infinity when it was not heard
   * yet. When a message was heard is when it was taken in: how long it was under way nobody knows.
   */
  get freshAt(): number {
    return freshAt(this.#state)
  }

  /** False for one election timeout after a restart, while a lease that it supported before may still run. */
  get mayVote(): boolean {
    return !this.#state.isAbstaining
  }

  /** Up to where, as this leader knows, the log of `member` is durable and equal to its own; 0 for others than its followers. */
  matchIndex(member: MemberId): LogIndex {
    return this.#state.role === 'leader' ? this.#state.follower(member)?.matchIndex ?? 0 : 0
  }

  /** When the next tick is due at the latest, monotonic milliseconds; Infinity: never. Changes with any step. */
  get nextTick(): number {
    return nextTick(this.#state)
  }

  /** Term of the entry at `index`; 0 for index 0. @throws {InvariantError} when there is no such entry. */
  term(index: LogIndex): Term {
    return this.#state.log.term(index)
  }

  /** One step at monotonic time `now`, which never goes back. The returned array is the caller's. */
  step(input: Input, now: number): Effect[] {
    const state = this.#state
    assert(now >= state.now, 'time does not go back')
    state.now = now
    const effects: Effect[] = []
    state.effects = effects
    this.#take(input)
    this.#settle()
    this.#invariants.check(state)
    return effects
  }

  #take(input: Input): void {
    const state = this.#state
    switch (input.type) {
      case 'message': return handleMessage(state, input.from, input.message)
      case 'persisted': return handlePersisted(state, input)
      case 'sent': return handleSent(state, input)
      case 'applied': return handleApplied(state, input)
      case 'propose': return handlePropose(state, input)
      case 'readRequest': return handleReadRequest(state, input)
      case 'leasesSwitched': return handleLeasesSwitched(state, input)
      case 'transferLeadership': return handleTransferLeadership(state, input)
      case 'tick': return handleTick(state)
      case 'connected': return handleConnected(state, input.member)
      case 'disconnected': return handleDisconnected(state, input.member)
      case 'unfit': return handleUnfit(state)
    }
  }

  /** What follows from the new state, in the order in which it is to be done: disk, network, apply, reads, role news. */
  #settle(): void {
    const state = this.#state
    state.settleHardState()
    if (state.role === 'leader') {
      settleReads(state)
      replicate(state)
      if (state.transfer !== undefined) settleTransfer(state, state.transfer)
    }
    if (state.commitIndex > state.applyAsked) {
      state.applyAsked = state.commitIndex
      state.effects.push({ type: 'apply', through: state.commitIndex })
    }
    const through = state.reads.takeReady(state.lastApplied)
    if (through > 0) state.effects.push({ type: 'readReady', through })
    state.settleTransferNews()
    state.settleRole()
  }
}
