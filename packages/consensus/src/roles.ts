import { assert } from '@copycat/utils'
import type { MemberId, Term } from '@copycat/utils'
import { mutant } from '@copycat/utils/instruments'
import type { RaftState } from './raft-state.ts'
import { hasVoteQuorum } from './replication/quorum.ts'

// Every change of role is in this file. A role is a value; what belongs to the old one is put away here.

/** Takes over a higher term. Only this clears a vote (§3.4: one vote per term). */
export function adoptTerm(state: RaftState, term: Term): void {
  assert(term > state.currentTerm, 'terms only rise')
  state.trace?.(`${state.id}: term ${state.currentTerm} -> ${term}`)
  state.currentTerm = term
  state.votedFor = undefined
  state.isHardStateDirty = !mutant('E3-adopted-term')
  becomeFollower(state, undefined)
}

/** In the current term. A follower that stays one keeps its election timer: only a leader or a granted vote restarts it (§3.4). */
export function becomeFollower(state: RaftState, leader: MemberId | undefined): void {
  if (state.role !== 'follower') {
    state.trace?.(`${state.id}: ${state.role} -> follower in term ${state.currentTerm}`)
    leaveRole(state)
    state.role = 'follower'
    if (state.isVoter) state.timer.start(state.now)
  }
  state.leader = leader
}

/** The leader of the current term was heard. */
export function followLeader(state: RaftState, leader: MemberId): void {
  assert(state.role !== 'leader', 'one leader per term')
  assert(state.leader === undefined || state.leader === leader, 'one leader per term')
  becomeFollower(state, leader)
  state.leaderHeardAt = state.now
  if (!state.isVoter) return
  state.timer.restart(state.now)
  // Its own vote is promised too, whatever shortens the wait.
  if (state.leases.mayBeOn(state.lastApplied)) state.timer.forbidBefore(state.now + state.options.electionTimeout)
}

/** The election timer fired. */
export function campaign(state: RaftState): void {
  assert(state.role !== 'leader' && state.isVoter, 'only a voter that does not lead campaigns')
  if (state.isAlone) becomeCandidate(state)
  else becomePreCandidate(state)
}

/** The leader hands its office over: no pre-vote, and no wait (§3.10). */
export function campaignInvited(state: RaftState): void {
  assert(state.role === 'follower' || state.role === 'preCandidate', 'who is invited to campaign does not do so already')
  becomeCandidate(state, true)
}

/**
 * Asks whether an election could be won, changing nothing that others see or that must last (§9.6). It forgets the
 * leader: else all would go on refusing each other for the sake of a dead one (FAULTS E9).
 */
function becomePreCandidate(state: RaftState): void {
  leaveRole(state)
  state.role = 'preCandidate'
  if (!mutant('E9')) state.leader = undefined
  state.timer.start(state.now)
  // A pre-vote costs nobody anything: one that finds no majority, as while a member that has just restarted abstains, is soon repeated.
  state.timer.hasten(state.now + state.options.heartbeatInterval * (1 + state.options.random()))
  state.preVoteRound++
  state.granted.add(state.id)
  state.trace?.(`${state.id}: pre-vote ${state.preVoteRound} for term ${state.currentTerm + 1}`)
  for (const voter of state.voters.ids) if (voter !== state.id) askForPreVote(state, voter)
}

export function askForPreVote(state: RaftState, voter: MemberId): void {
  const { lastIndex, lastTerm } = state.log
  state.send(voter, {
    type: 'PreVoteRequest', term: state.currentTerm + 1, lastLogIndex: lastIndex, lastLogTerm: lastTerm, round: state.preVoteRound,
  })
}

/** Starts a term and votes for itself; the vote is asked for, and its own counts, when this is durable (§3.8). */
function becomeCandidate(state: RaftState, isInvited = false): void {
  leaveRole(state)
  state.isInvited = isInvited
  assert(Number.isSafeInteger(state.currentTerm + 1), 'terms are safe integers')
  state.role = 'candidate'
  state.leader = undefined
  state.currentTerm++
  state.votedFor = state.id
  state.isHardStateDirty = true
  state.candidacyPersist = state.persist()
  state.timer.start(state.now)
  state.trace?.(`${state.id}: campaigns in term ${state.currentTerm}`)
  for (const voter of state.voters.ids) if (voter !== state.id) askForVote(state, voter)
}

export function askForVote(state: RaftState, voter: MemberId): void {
  const { lastIndex, lastTerm } = state.log
  const request = { type: 'RequestVoteRequest', term: state.currentTerm, lastLogIndex: lastIndex, lastLogTerm: lastTerm } as const
  state.send(
    voter, state.isInvited ? { ...request, transfer: true } : request,
    mutant('E2') || state.log.tail.isDurable(state.candidacyPersist) ? undefined : state.candidacyPersist,
  )
}

/** Counts a granted vote or pre-vote of the attempt that runs. */
export function countGrant(state: RaftState, from: MemberId): void {
  state.granted.add(mutant('E5') && state.granted.has(from) ? state.voters.ids.find((id) => !state.granted.has(id)) ?? from : from)
  if (!hasVoteQuorum(state.voters.ids, state.granted)) return
  if (state.role === 'preCandidate') becomeCandidate(state)
  else if (state.role === 'candidate') becomeLeader(state)
}

/** Starts to lead with an entry of its own term: only through that may older ones be counted as committed (§3.6.2, §6.4). */
function becomeLeader(state: RaftState): void {
  assert(state.votedFor === state.id && (mutant('E2') || state.log.tail.isDurable(state.candidacyPersist)), 'a leader has voted for itself, durably')
  leaveRole(state)
  state.role = 'leader'
  state.leader = state.id
  state.timer.stop()
  for (const follower of state.followers) follower.startTerm(state.log.lastIndex, state.now)
  const noop = { kind: 'noop', firstIndex: state.log.lastIndex + 1, count: 1, term: state.currentTerm } as const
  state.noopIndex = noop.firstIndex
  state.append(noop)
  state.persist([noop])
  state.heartbeatDue = state.followers.length > 0 ? state.now + state.options.heartbeatInterval : Infinity
  state.quorumDue = state.isAlone ? Infinity : state.now + state.options.electionTimeout
  state.hadQuorumGrace = false
  state.trace?.(`${state.id}: leads term ${state.currentTerm} from ${noop.firstIndex}`)
}

function leaveRole(state: RaftState): void {
  state.granted.clear()
  state.isInvited = false
  if (state.role !== 'leader') return
  state.noopIndex = 0
  state.reads.clear()
  state.transfer = undefined
  state.hasOffered = false
  state.heartbeatDue = Infinity
  state.quorumDue = Infinity
  for (const follower of state.followers) follower.loseStream()
}
