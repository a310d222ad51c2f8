import type { RaftMessage } from '@copycat/consensus'
import type { MemberId, Term } from '@copycat/utils'
import type { CheckPorts } from './check-ports.ts'
import type { ServerView } from './server-view.ts'

/** Milliseconds between two looks at a leader's contact. */
const contactInterval = 20

/** I1 to I4, I7 and I15: who may lead, what a vote is worth, and when to give leadership up. */
export class ElectionChecks {
  private readonly ports: CheckPorts
  private readonly leaders = new Map<Term, MemberId>()
  private readonly votes = new Map<string, MemberId>()

  constructor(ports: CheckPorts) {
    this.ports = ports
  }

  /** Terms in which somebody was seen to lead. */
  get termsLed(): number {
    return this.leaders.size
  }

  sent(view: ServerView, to: MemberId, message: RaftMessage): void {
    const { id } = view.server
    if (message.type === 'RequestVoteRequest') this.promised(view, message.term, id)
    else if (message.type === 'RequestVoteResponse' && message.granted) {
      const key = `${id}/${message.term}`
      const before = this.votes.get(key)
      if (before !== undefined && before !== to) this.ports.fail('I2', `member ${id} votes for ${to} in term ${message.term}, having voted for ${before}`)
      this.votes.set(key, to)
      this.promised(view, message.term, to)
    } else if (message.type === 'AppendEntriesRequest') this.leads(id, message.term)
  }

  stepped(view: ServerView): void {
    const { core } = view
    if (core === undefined) return
    if (core.role === 'leader') {
      this.leads(view.server.id, core.currentTerm)
      if (view.role !== 'leader' || view.term !== core.currentTerm) this.elected(view)
      else this.checkContact(view)
    }
    if (core.currentTerm < view.term) this.ports.fail('I4', `the term of member ${view.server.id} fell from ${view.term} to ${core.currentTerm}`)
    if (core.currentTerm < core.lastTerm) this.ports.fail('I4', `member ${view.server.id} is in term ${core.currentTerm}, its log in ${core.lastTerm}`)
    view.role = core.role
    view.term = core.currentTerm
  }

  started(view: ServerView): void {
    const { core } = view
    const { held } = view
    view.term = core!.currentTerm
    view.role = core!.role
    if (view.hasAnotherDisk) return
    if (core!.currentTerm < held.term) this.ports.fail('I4', `member ${view.server.id} starts in term ${core!.currentTerm}, its disk had held ${held.term}`)
    else if (core!.currentTerm === held.term && held.vote !== undefined && core!.votedFor !== held.vote) {
      this.ports.fail('I3', `member ${view.server.id} starts in term ${held.term} with a vote for ${core!.votedFor ?? 'nobody'}, its disk had held one for ${held.vote}`)
    }
  }

  private leads(id: MemberId, term: Term): void {
    const other = this.leaders.get(term)
    if (other === undefined) this.leaders.set(term, id)
    else if (other !== id) this.ports.fail('I1', `members ${other} and ${id} both lead term ${term}`)
  }

  /** I3: when a promise leaves, the disk holds it. */
  private promised(view: ServerView, term: Term, vote: MemberId): void {
    // What rots under a running server is found when it opens its disk again.
    if (view.hasLost) return
    const held = view.lookAtVote()
    if (held.term < term || (held.term === term && held.vote !== vote)) {
      this.ports.fail('I3', `member ${view.server.id} tells its vote for ${vote} in term ${term}, its disk holds a vote for ${held.vote ?? 'nobody'} in term ${held.term}`)
    }
  }

  /** I1: a new leader has the votes of a majority in its own term. I7: it holds everything that was committed in earlier terms. */
  private elected(view: ServerView): void {
    const { committed, memberIds } = this.ports
    const { id } = view.server
    const term = view.core!.currentTerm
    const voters = memberIds.filter((voter) => voter === id || this.votes.get(`${voter}/${term}`) === id)
    if (2 * voters.length <= memberIds.length) this.ports.fail('I1', `member ${id} leads term ${term} with no votes in it but those of ${voters.join(', ')}`)
    // Somebody who takes the office of an older term, because it had stood still, need not know what was committed since.
    const needed = committed.committedBefore(term)
    view.heard.clear()
    view.proven.clear()
    view.electedAt = view.server.process.clock.monotonic()
    if (view.mirror.link(needed) === committed.log.link(needed)) return
    this.ports.fail('I7', `member ${id} leads term ${term} without entry ${needed}, which was committed before: its log ends at ${view.mirror.lastIndex}`)
  }

  /** I15: a leader that hears no majority for an election timeout leads no more; a stall of its own is forgiven a heartbeat. */
  private checkContact(view: ServerView): void {
    const { electionTimeout, heartbeatInterval, memberIds } = this.ports
    if (memberIds.length === 1) return
    const { process } = view.server
    const now = process.clock.monotonic()
    if (now - view.contactCheckedAt < contactInterval) return
    view.contactCheckedAt = now
    const earliest = now - (electionTimeout + 2 * heartbeatInterval + 50)
    if (process.resumedAt >= earliest) return
    let inContact = 0
    for (const id of memberIds) if (id === view.server.id || (view.heard.get(id) ?? view.electedAt) >= earliest) inContact += 1
    if (2 * inContact > memberIds.length) return
    const since = memberIds.map((id) => (id === view.server.id ? now : view.heard.get(id) ?? view.electedAt)).sort((a, b) => b - a)
    const contact = Math.max(since[Math.floor(memberIds.length / 2)]!, process.resumedAt)
    this.ports.fail('I15', `member ${view.server.id} leads term ${view.term} though it has heard no majority for ${Math.round(now - contact)} ms`)
  }
}
