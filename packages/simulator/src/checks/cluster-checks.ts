import type { RaftEvent } from '@copycat/raft/internal'
import { InvariantError, type LogIndex, type MemberId, type Term } from '@copycat/utils'
import type { SimServer } from '../cluster/sim-server.ts'
import type { SimProcess } from '../process/sim-process.ts'
import { ApplicationChecks } from './application.ts'
import type { CheckPorts } from './check-ports.ts'
import { CommittedHistory } from './committed-history.ts'
import { ElectionChecks } from './elections.ts'
import type { MirrorLog } from './entry-chain.ts'
import { EventChecks } from './events.ts'
import { ReadChecks } from './reads.ts'
import { RecoveryChecks } from './recovery.ts'
import { ReplicationChecks } from './replication.ts'
import { ServerView } from './server-view.ts'
import { SessionChecks } from './sessions.ts'

/** Watches all servers of a run: what they tell of themselves, what their disks were told, and their state after every event. */
export class ClusterChecks {
  readonly committed: CommittedHistory = new CommittedHistory()
  readonly elections: ElectionChecks
  readonly application: ApplicationChecks
  private readonly views = new Map<MemberId, ServerView>()
  private readonly byProcess = new Map<SimProcess, ServerView>()
  private readonly replication: ReplicationChecks
  private readonly recovery: RecoveryChecks
  private readonly reads: ReadChecks
  private readonly sessions: SessionChecks
  private readonly events: EventChecks
  private readonly fail: CheckPorts['fail']

  constructor(
    servers: readonly SimServer[], timing: Pick<CheckPorts, 'electionTimeout' | 'heartbeatInterval'>, isDamaged: (id: MemberId) => boolean, fail: CheckPorts['fail'],
    clientSureOf: CheckPorts['clientSureOf'] = () => undefined,
  ) {
    this.fail = fail
    for (const server of servers) {
      const view = new ServerView(server, () => isDamaged(server.id))
      this.views.set(server.id, view)
      this.byProcess.set(server.process, view)
    }
    const ports: CheckPorts = {
      ...timing, memberIds: servers.map(({ id }) => id), committed: this.committed, view: (id) => this.views.get(id)!, clientSureOf, fail,
    }
    this.elections = new ElectionChecks(ports)
    this.replication = new ReplicationChecks(ports)
    this.application = new ApplicationChecks(ports)
    this.recovery = new RecoveryChecks(ports)
    this.reads = new ReadChecks(ports)
    this.sessions = new SessionChecks(ports)
    this.events = new EventChecks(ports)
  }

  view(id: MemberId): ServerView {
    return this.views.get(id)!
  }

  /** A server tells what it does. */
  told(event: RaftEvent): void {
    const view = this.views.get(event.member)!
    switch (event.type) {
      case 'started':
        view.core = event.core
        view.hasRun = true
        view.log = event.log
        this.recovery.started(view)
        this.elections.started(view)
        break
      case 'send':
        this.elections.sent(view, event.to, event.message)
        this.replication.sent(view, event.message)
        break
      case 'receive':
        this.replication.received(view, event.from, event.message)
        this.reads.received(view, event)
        break
      case 'persist':
        this.replication.persisting(view, event.effect, event.blocks)
        this.sessions.persisting(view, event.blocks)
        break
      case 'applied':
        this.beforeApplied(view)
        this.application.applied(view, event.block, event.through)
        this.sessions.applied(view, event.block)
        break
      case 'published':
        this.events.published(view, event)
        break
      case 'answered':
        this.reads.answered(view, event)
        break
      case 'slowCommand':
        // Measured in virtual time, which stands still while a handler runs.
        break
      case 'failed':
        if (event.error instanceof InvariantError) this.fail('assertion', `member ${event.member}: ${event.error.message}`)
        break
    }
  }

  /** An event of this process is over. */
  stepped(process: SimProcess): void {
    const view = this.byProcess.get(process)
    if (view === undefined || !process.isUp) return
    this.replication.stepped(view)
    this.elections.stepped(view)
  }

  ended(process: SimProcess): void {
    const view = this.byProcess.get(process)
    if (view === undefined) return
    this.reads.ended(view)
    this.events.ended(view)
    view.ended()
  }

  /** I12, at the client: what was acknowledged is on a majority of the disks. */
  acknowledged(index: number, what: string): void {
    this.reads.acknowledged(index)
    if (!this.replication.isDurable(index)) this.fail('I12', `${what} was acknowledged, but no majority of the disks holds entry ${index}`)
  }

  /**
   * Whether this member could lose everything that it has ever stored, without a promise of the cluster being lost with it: a majority of all is
   * among the others that hold its durable entries, and among the others whose terms and votes leave no room for a second vote of its own.
   */
  mayForget(id: MemberId): boolean {
    const { durable, mirror, hasLost, vote: own } = this.view(id)
    const others = [...this.views.values()].filter((view) => view.server.id !== id && !view.hasLost)
    // What the disk of a member holds that has lost something before is not known: all that it may have promised, then.
    const needed = hasLost ? [endOf(mirror), endOf(this.committed.log)] : [{ index: durable.index, term: durable.term(durable.index) }]
    const holders = others.filter((view) => needed.every(({ index, term }) => index <= view.durable.index && view.durable.term(index) === term))
    const settled = others.filter((view) => {
      const { term, vote } = view.vote
      return term > own.term || (term === own.term && vote !== undefined)
    })
    return 2 * Math.min(holders.length, settled.length) > this.views.size
  }

  /** This member has an older disk now. */
  hasForgotten(id: MemberId): void {
    this.view(id).reverted()
  }

  /** Committing and applying may fall into one event: then the commit is looked at first. */
  private beforeApplied(view: ServerView): void {
    this.replication.stepped(view)
  }
}

function endOf(log: MirrorLog): { index: LogIndex, term: Term | undefined } {
  return { index: log.lastIndex, term: log.term(log.lastIndex) }
}
