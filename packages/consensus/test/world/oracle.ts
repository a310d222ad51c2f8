import { assert } from '@copycat/utils'
import type { LogIndex, MemberId, Term } from '@copycat/utils'
import type { RaftMessage } from '../../src/index.ts'
import type { Cluster, Server } from '../cluster.ts'

/** Watches a cluster from above and knows what no server knows; throws when a promise of Raft is broken. */
export class Oracle {
  readonly #cluster: Cluster
  /** The committed history: fixed the first time that any server commits it. */
  readonly history: string[] = []
  readonly #leaderOf: Map<Term, MemberId> = new Map()
  readonly #voteOf: Map<string, MemberId> = new Map()
  readonly #wasLeader: Set<string> = new Set()
  /** What each server committed last, by id; forgotten at a restart. */
  readonly #commitOf: Map<MemberId, LogIndex> = new Map()
  /** Per server and request: how much was committed anywhere when the read came. */
  readonly #reads: Map<string, LogIndex> = new Map()
  readsServed = 0
  /** Steps after which some leader had a lease. */
  leases = 0

  constructor(cluster: Cluster) {
    this.#cluster = cluster
    cluster.onPost = (server, message) => this.#checkMessage(server, message)
    cluster.afterStep = (server) => this.#checkServer(server)
  }

  read(server: Server, request: number): void {
    this.#reads.set(`${server.id}.${request}`, this.history.length)
  }

  restarted(server: Server): void {
    this.#commitOf.delete(server.id)
    for (const key of [...this.#reads.keys()]) if (key.startsWith(`${server.id}.`)) this.#reads.delete(key)
  }

  #checkMessage(server: Server, message: RaftMessage): void {
    const { hardState, log } = server.disk
    if (message.type === 'RequestVoteRequest' || (message.type === 'RequestVoteResponse' && message.granted)) {
      assert(hardState.currentTerm >= message.term, 'a vote leaves when its term is durable')
      if (hardState.currentTerm === message.term) assert(hardState.votedFor !== undefined, 'a vote leaves when it is durable')
    }
    if (message.type === 'RequestVoteRequest') this.#vote(server, message.term, server.id)
    if (message.type === 'AppendEntriesResponse' && message.success) {
      assert(log.length >= message.matchIndex, 'a match is durable when it is told')
      assert(hardState.currentTerm >= message.term, 'the term is durable when a match is told')
    }
  }

  /** A vote was told: to a candidate by the response, to all by a request. */
  voted(server: Server, term: Term, candidate: MemberId): void {
    this.#vote(server, term, candidate)
  }

  #vote(server: Server, term: Term, candidate: MemberId): void {
    const key = `${server.id}.${term}`
    const earlier = this.#voteOf.get(key)
    assert(earlier === undefined || earlier === candidate, 'one vote per term')
    this.#voteOf.set(key, candidate)
  }

  #checkServer(server: Server): void {
    const { core } = server
    if (core.role === 'leader') this.#checkLeader(server)
    this.#checkLeases()
    const before = this.#commitOf.get(server.id) ?? 0
    assert(core.commitIndex >= before, 'the commit index never falls')
    if (core.commitIndex > before) {
      this.#checkCommit(server, before)
      this.#commitOf.set(server.id, core.commitIndex)
    }
    assert(core.lastApplied === server.applied.length, 'entries are applied one by one')
    for (const [key, floor] of this.#reads) {
      const [id, request] = key.split('.').map(Number)
      if (id !== server.id || request! > server.readReady) continue
      assert(core.lastApplied >= floor, 'a read sees all that was committed when it came')
      this.readsServed++
      this.#reads.delete(key)
    }
  }

  /** While a leader has a lease nobody leads a later term, and nothing is committed that it does not know. All clocks of this world are one. */
  #checkLeases(): void {
    for (const { core, isUp } of this.#cluster.servers.values()) {
      if (!isUp || core.role !== 'leader' || core.leaseUntil <= this.#cluster.now) continue
      this.leases++
      for (const other of this.#cluster.leaders) assert(other.core.currentTerm <= core.currentTerm, 'nobody else is elected while a lease runs')
      assert(core.commitIndex >= this.history.length, 'a leader with a lease knows all that is committed')
    }
  }

  #checkLeader(server: Server): void {
    const { currentTerm } = server.core
    const earlier = this.#leaderOf.get(currentTerm)
    assert(earlier === undefined || earlier === server.id, 'election safety: one leader per term')
    this.#leaderOf.set(currentTerm, server.id)
    const key = `${server.id}.${currentTerm}`
    if (this.#wasLeader.has(key)) return
    this.#wasLeader.add(key)
    this.history.forEach((value, position) => {
      assert(server.log[position]?.value === value, 'leader completeness: a leader has all that was committed')
    })
  }

  #checkCommit(server: Server, before: LogIndex): void {
    for (let index = before + 1; index <= server.core.commitIndex; index++) {
      const { value } = server.log[index - 1]!
      const known = this.history[index - 1]
      assert(known === undefined || known === value, 'what is committed never changes')
      if (known !== undefined) continue
      assert(index === this.history.length + 1, 'the history has no gaps')
      const copies = this.#cluster.options.voters.filter((id) => this.#cluster.server(id).disk.log[index - 1]?.value === value)
      assert(copies.length > this.#cluster.options.voters.length / 2, 'what is committed is durable on a majority')
      this.history.push(value)
    }
  }

  /** Log matching: where two logs have the same term at an index, they are the same up to there. */
  checkLogs(): void {
    const servers = [...this.#cluster.servers.values()]
    for (const one of servers) {
      for (const other of servers) {
        if (one.id >= other.id) continue
        let index = Math.min(one.log.length, other.log.length)
        while (index > 0 && one.log[index - 1]!.term !== other.log[index - 1]!.term) index--
        for (; index > 0; index--) assert(one.log[index - 1]!.value === other.log[index - 1]!.value, 'log matching')
      }
    }
  }
}
