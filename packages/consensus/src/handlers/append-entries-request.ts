import { assert } from '@copycat/utils'
import type { LogIndex, MemberId } from '@copycat/utils'
import { cover, mutant } from '@copycat/utils/instruments'
import type { PersistId } from '../effects.ts'
import type { AppendEntriesRequest, BlockRange } from '../messages.ts'
import type { RaftState } from '../raft-state.ts'
import { adoptTerm, followLeader } from '../roles.ts'

/** Figure 3.1, AppendEntries RPC. */
export function handleAppendEntriesRequest(state: RaftState, from: MemberId, message: AppendEntriesRequest): void {
  // 1. Reply false if term < currentTerm (§3.3).
  if (message.term < state.currentTerm) {
    cover('append-entries.old-term')
    return refuse(state, from, message, 0)
  }
  if (!isWellFormed(message)) {
    state.trace?.(`${state.id}: ignores a malformed AppendEntriesRequest of ${from}`)
    return
  }
  if (message.term > state.currentTerm) adoptTerm(state, message.term)
  followLeader(state, from)

  // 2. Reply false if log does not contain an entry at prevLogIndex whose term matches prevLogTerm (§3.5).
  const { prevLogIndex, prevLogTerm } = message
  if (!state.log.holds(prevLogIndex, prevLogTerm) && !(mutant('R10') && prevLogIndex <= state.log.lastIndex)) {
    cover('append-entries.previous-missing')
    assert(prevLogIndex > state.commitIndex, 'committed entries are the same everywhere')
    return refuse(state, from, message, state.log.lastIndexNotAbove(prevLogIndex, prevLogTerm))
  }

  const lastBlock = message.blocks.at(-1)
  const provenIndex = lastBlock === undefined ? prevLogIndex : lastBlock.firstIndex + lastBlock.count - 1
  const newFrom = firstNewIndex(state, message)
  if (newFrom <= provenIndex) store(state, message.blocks, newFrom)
  else if (lastBlock !== undefined) cover('append-entries.repeated')
  // 5. commitIndex = min(leaderCommit, index of last new entry): nothing past what this request proves (FAULTS R2).
  state.commitIndex = Math.max(state.commitIndex, Math.min(message.commitIndex, mutant('R2') ? state.log.lastIndex : provenIndex))
  state.freshness.heard(state.now, message.commitIndex, state.lastApplied)

  if (!message.respond) return
  const hardState = state.awaitHardState()
  if (lastBlock !== undefined) acknowledge(state, from, message, provenIndex, laterOf(state.log.tail.persistOf(provenIndex), hardState))
  else if (mutant('R6-heartbeat')) acknowledge(state, from, message, prevLogIndex, hardState)
  else if (mutant('R2-match')) acknowledge(state, from, message, state.log.durableIndex, hardState)
  else acknowledge(state, from, message, Math.min(prevLogIndex, state.log.durableIndex), hardState)
}

/** The first entry that the log lacks; behind the request's last one when it has all (a duplicate, or an older request: FAULTS R1). */
function firstNewIndex(state: RaftState, message: AppendEntriesRequest): LogIndex {
  let index = message.prevLogIndex + 1
  if (mutant('R1')) return index
  // The usual case: everything comes behind our last entry.
  if (index > state.log.lastIndex) return index
  for (const block of message.blocks) {
    const end = block.firstIndex + block.count
    index = state.log.firstDifference(block.firstIndex, end - 1, block.term)
    if (index < end) break
  }
  return index
}

/** 3. Delete a conflicting entry and all that follow it. 4. Append any new entries not already in the log (§3.5). */
function store(state: RaftState, blocks: readonly BlockRange[], newFrom: LogIndex): void {
  const hasConflict = newFrom <= state.log.lastIndex
  if (hasConflict) {
    assert(newFrom > state.commitIndex || mutant('R1'), 'committed entries are never removed')
    cover('append-entries.conflict-truncates')
    state.trace?.(`${state.id}: removes ${newFrom} to ${state.log.lastIndex}`)
    state.truncateFrom(newFrom)
  }
  const fresh = blocks[0]!.firstIndex === newFrom ? blocks : cut(blocks, newFrom)
  for (const block of fresh) state.append(block)
  state.persist(fresh, hasConflict ? newFrom : undefined)
}

/** The blocks from `from` on; a boundary inside a block is as good as any other. */
function cut(blocks: readonly BlockRange[], from: LogIndex): BlockRange[] {
  const rest: BlockRange[] = []
  for (const block of blocks) {
    const end = block.firstIndex + block.count
    if (end <= from) continue
    rest.push(block.firstIndex >= from ? block : { kind: block.kind, firstIndex: from, count: end - from, term: block.term })
  }
  return rest
}

function acknowledge(
  state: RaftState, to: MemberId, request: AppendEntriesRequest, matchIndex: LogIndex, after: PersistId | undefined,
): void {
  state.send(to, {
    type: 'AppendEntriesResponse', term: state.currentTerm, success: true, matchIndex, round: request.round,
    rejectedIndex: 0, hintIndex: 0, hintTerm: 0,
  }, mutant('R6') ? undefined : after)
}

/** `hintIndex`: the highest place where the logs could meet, so that the leader skips a whole term per round trip (§3.5, FAULTS R12). */
function refuse(state: RaftState, to: MemberId, request: AppendEntriesRequest, hintIndex: LogIndex): void {
  if (!request.respond) return
  state.send(to, {
    type: 'AppendEntriesResponse', term: state.currentTerm, success: false, matchIndex: 0, round: request.round,
    rejectedIndex: request.prevLogIndex, hintIndex, hintTerm: state.log.term(hintIndex),
  }, request.term < state.currentTerm ? undefined : state.awaitHardState())
}

/** Contiguous, of at least one entry each, terms that do not fall and are not above the leader's. */
function isWellFormed(message: AppendEntriesRequest): boolean {
  let next = message.prevLogIndex + 1
  let term = message.prevLogTerm
  if (next < 1 || term > message.term) return false
  for (const block of message.blocks) {
    if (block.firstIndex !== next || block.count < 1 || block.term < term || block.term < 1 || block.term > message.term) return false
    next += block.count
    term = block.term
  }
  return Number.isSafeInteger(next)
}

function laterOf(first: PersistId | undefined, second: PersistId | undefined): PersistId | undefined {
  if (first === undefined) return second
  return second === undefined || second < first ? first : second
}
