import type { AppendEntriesResponse, PersistEffect, RaftMessage } from '@copycat/consensus'
import type { Block } from '@copycat/storage'
import type { LogIndex, MemberId } from '@copycat/utils'
import type { CheckPorts } from './check-ports.ts'
import { entryHashes } from './entry-chain.ts'
import type { ServerView } from './server-view.ts'

/** I5, I6 and I8 to I14: what logs hold, what counts as committed, and what an acknowledgement is worth. */
export class ReplicationChecks {
  private readonly ports: CheckPorts

  constructor(ports: CheckPorts) {
    this.ports = ports
  }

  persisting(view: ServerView, effect: PersistEffect, blocks: readonly Block[]): void {
    const { id } = view.server
    if (effect.truncateFrom !== undefined) this.truncating(view, effect.truncateFrom, blocks)
    for (const block of blocks) {
      if (block.firstIndex !== view.mirror.lastIndex + 1) {
        this.ports.fail('I6', `member ${id} writes entry ${block.firstIndex}, its log ends at ${view.mirror.lastIndex}`)
        return
      }
      const { firstIndex, term } = block
      const hashes = entryHashes(block)
      for (let entry = 0; entry < hashes.length; entry++) {
        const index = firstIndex + entry
        const hash = hashes[entry]!
        const link = view.mirror.append(term, hash)
        const other = this.ports.committed.meet(index, term, hash, link)
        if (other !== undefined) this.ports.fail('I5', `entry ${index} of term ${term} at member ${id} is not the one of that term elsewhere, or what comes before it is not`)
      }
    }
  }

  received(view: ServerView, from: MemberId, message: RaftMessage): void {
    const { core } = view
    if (message.type === 'AppendEntriesResponse') {
      if (core?.role === 'leader' && message.term === core.currentTerm) this.answered(view, from, message)
      view.mustCheckMatch = true
    } else if (message.type === 'AppendEntriesRequest') {
      const last = message.blocks.at(-1)
      const proven = last === undefined ? message.prevLogIndex : last.firstIndex + last.count - 1
      view.provenCommit = Math.max(view.provenCommit, Math.min(message.commitIndex, proven))
    }
  }

  private answered(view: ServerView, from: MemberId, { success, matchIndex }: AppendEntriesResponse): void {
    view.heard.set(from, view.server.process.clock.monotonic())
    if (success) view.proven.set(from, Math.max(matchIndex, view.proven.get(from) ?? 0))
  }

  /** I12: a positive answer is on the disk, entries and term alike. */
  sent(view: ServerView, message: RaftMessage): void {
    // A refusal promises nothing: it may tell a term before the disk holds it.
    if (message.type !== 'AppendEntriesResponse' || !message.success || view.hasLost) return
    const { id } = view.server
    const held = view.lookAtVote()
    if (held.term < message.term) this.ports.fail('I12', `member ${id} answers in term ${message.term}, its disk holds ${held.term}`)
    const { matchIndex } = message
    if (view.durable.index < matchIndex || view.durable.term(matchIndex) !== view.mirror.term(matchIndex)) {
      this.ports.fail('I12', `member ${id} acknowledges entry ${matchIndex}, durable are only those up to ${view.durable.index}`)
    }
  }

  stepped(view: ServerView): void {
    const { core } = view
    if (core === undefined) return
    const { commitIndex } = core
    if (commitIndex !== view.commitIndex) this.commitMoved(view, commitIndex)
    if (view.mustCheckMatch) {
      view.mustCheckMatch = false
      if (core.role === 'leader') this.checkMatches(view)
    }
    view.isUpToDate = core.lastApplied === commitIndex
    if (core.lastApplied > commitIndex || commitIndex > core.lastIndex) {
      this.ports.fail('I11', `member ${view.server.id}: applied ${core.lastApplied}, committed ${commitIndex}, last ${core.lastIndex}`)
    }
  }

  /** Whether a majority of the disks holds this entry of the committed history; disks that may have lost something count as holding it. */
  isDurable(index: LogIndex): boolean {
    const term = this.ports.committed.log.term(index)
    const holders = this.ports.memberIds.filter((id) => {
      const view = this.ports.view(id)
      return view.hasLost || (view.durable.index >= index && view.durable.term(index) === term)
    })
    return 2 * holders.length > this.ports.memberIds.length
  }

  private truncating(view: ServerView, from: LogIndex, blocks: readonly Block[]): void {
    const { id } = view.server
    const { mirror } = view
    if (view.role === 'leader' && view.core?.role === 'leader' && view.term === view.core.currentTerm) this.ports.fail('I6', `member ${id} removes entries from ${from} on while it leads`)
    if (from <= view.commitIndex) this.ports.fail('I14', `member ${id} removes entries from ${from} on, ${view.commitIndex} are committed`)
    const first = blocks[0]
    if (first !== undefined && mirror.term(from) === first.term) {
      this.ports.fail('I14', `member ${id} removes entry ${from} of term ${first.term} for the sake of the same one`)
    }
    mirror.truncate(from)
    view.durable.truncate(from)
  }

  private commitMoved(view: ServerView, commitIndex: LogIndex): void {
    const { committed } = this.ports
    const { id } = view.server
    const { core, mirror } = view
    if (commitIndex < view.commitIndex) this.ports.fail('I9', `the commit index of member ${id} fell from ${view.commitIndex} to ${commitIndex}`)
    for (let index = committed.log.lastIndex + 1; index <= commitIndex; index++) {
      const term = mirror.term(index)
      if (term === undefined) {
        this.ports.fail('I11', `member ${id} takes entry ${index} for committed, its log ends at ${mirror.lastIndex}`)
        return
      }
      committed.append(term, mirror.hash(index)!, core!.currentTerm)
    }
    if (mirror.link(commitIndex) !== committed.log.link(commitIndex)) {
      this.ports.fail('I9', `what member ${id} takes for committed up to ${commitIndex} is not what others have committed`)
    }
    if (core!.role === 'leader') {
      if (mirror.term(commitIndex) !== core!.currentTerm) {
        this.ports.fail('I8', `member ${id} commits entry ${commitIndex} of term ${mirror.term(commitIndex)} as the leader of term ${core!.currentTerm}`)
      }
      if (!this.isDurable(commitIndex)) this.ports.fail('I8', `member ${id} commits entry ${commitIndex}, which no majority of the disks holds`)
    } else if (commitIndex > view.provenCommit && view.role !== 'leader') {
      this.ports.fail('I10', `member ${id} commits up to ${commitIndex}, its requests have proven ${view.provenCommit}`)
    }
    view.commitIndex = commitIndex
    view.provenCommit = Math.max(view.provenCommit, commitIndex)
  }

  /** I13: what a leader counts at a follower was told in its own term, is durable there, and its own. */
  private checkMatches(view: ServerView): void {
    for (const id of this.ports.memberIds) {
      const match = id === view.server.id ? 0 : view.core!.matchIndex(id)
      const peer = this.ports.view(id)
      if (match === 0) continue
      const proven = view.proven.get(id) ?? 0
      if (match > proven) {
        this.ports.fail('I13', `member ${view.server.id} counts entry ${match} at member ${id}, whose answers in term ${view.core!.currentTerm} have proven those up to ${proven}`)
        return
      }
      if (peer.hasLost) continue
      // A late answer reaches a leader that others have deposed: what it acknowledged then may have been cut from its log since. What its log still has must be durable.
      if (peer.term > view.core!.currentTerm && peer.mirror.term(match) !== view.mirror.term(match)) continue
      if (match > peer.durable.index || peer.durable.term(match) !== view.mirror.term(match)) {
        this.ports.fail('I13', `member ${view.server.id} counts entry ${match} at member ${id}, where only those up to ${peer.durable.index} are durable`)
      }
    }
  }
}
