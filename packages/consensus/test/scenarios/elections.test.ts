import { describe, expect, it } from 'vitest'
import { Cluster } from '../cluster.ts'
import { append, Fixture, sends } from '../fixture.ts'
import { Random } from '../world/random.ts'

const three = [1, 2, 3]
const five = [1, 2, 3, 4, 5]

function randomOf(seed: number): () => number {
  const random = new Random(seed)
  return () => random.float()
}

describe('elections: durability', () => {
  it('E1: a vote that was lost in a crash was never told', () => {
    const cluster = new Cluster({ voters: three, isDiskInstant: false })
    const voter = cluster.server(3)
    voter.receive({ from: 1, to: 3, message: { type: 'RequestVoteRequest', term: 1, lastLogIndex: 0, lastLogTerm: 0 }, entries: [] })
    expect(cluster.queue).toEqual([])
    voter.crash()
    voter.restart()
    cluster.now = 500
    voter.receive({ from: 2, to: 3, message: { type: 'RequestVoteRequest', term: 1, lastLogIndex: 0, lastLogTerm: 0 }, entries: [] })
    voter.flush()
    expect(cluster.queue.map(({ to, message }) => ({ to, message }))).toEqual([
      { to: 2, message: { type: 'RequestVoteResponse', term: 1, granted: true } },
    ])
  })

  it('E1: a vote that was told stands after a crash', () => {
    const cluster = new Cluster({ voters: three })
    const voter = cluster.server(3)
    voter.receive({ from: 1, to: 3, message: { type: 'RequestVoteRequest', term: 1, lastLogIndex: 0, lastLogTerm: 0 }, entries: [] })
    voter.crash()
    voter.restart()
    cluster.now = 500
    cluster.queue = []
    voter.receive({ from: 2, to: 3, message: { type: 'RequestVoteRequest', term: 1, lastLogIndex: 0, lastLogTerm: 0 }, entries: [] })
    expect(cluster.queue[0]?.message).toEqual({ type: 'RequestVoteResponse', term: 1, granted: false })
  })

  it('E2: no vote is asked for before the own one is durable', () => {
    const fixture = new Fixture()
    expect(sends(fixture.becomeCandidate(), 'RequestVoteRequest').map((send) => send.after)).toEqual([1, 1])
  })

  it('E2: a candidate that asks again on a new stream still waits for its disk', () => {
    const fixture = new Fixture()
    fixture.becomeCandidate()
    expect(sends(fixture.step({ type: 'connected', member: 3 }), 'RequestVoteRequest').map((send) => send.after)).toEqual([1])
    fixture.persisted(1)
    expect(sends(fixture.step({ type: 'connected', member: 3 }), 'RequestVoteRequest').map((send) => send.after)).toEqual([undefined])
  })
})

describe('elections: duplicates and old news', () => {
  it('a pre-vote that finds no majority is repeated after one to two heartbeat intervals', () => {
    const fixture = new Fixture()
    fixture.tick()
    for (const from of [2, 3]) fixture.receive(from, { type: 'PreVoteResponse', term: 0, granted: false, round: 1 })
    expect(fixture.core.nextTick).toBe(fixture.now + 150)
    expect(fixture.tick()[0]).toMatchObject({ type: 'send', message: { type: 'PreVoteRequest', round: 2 } })
  })

  it('E5: a repeated request of the same candidate is granted again, behind the same persist', () => {
    const fixture = new Fixture()
    const request = { type: 'RequestVoteRequest', term: 1, lastLogIndex: 0, lastLogTerm: 0 } as const
    fixture.receive(2, request)
    const granted = { type: 'RequestVoteResponse', term: 1, granted: true }
    expect(fixture.receive(2, request)).toEqual([{ type: 'send', to: 2, message: granted, after: 1 }])
    fixture.persisted(1)
    expect(fixture.receive(2, request)).toEqual([{ type: 'send', to: 2, message: granted }])
  })

  it('E5: a vote that comes twice counts once', () => {
    const fixture = new Fixture({ configuration: { voters: five, learners: [] } })
    fixture.tick()
    for (const from of [2, 2, 2]) fixture.receive(from, { type: 'PreVoteResponse', term: 1, granted: true, round: 1 })
    expect(fixture.core.role).toBe('preCandidate')
    fixture.receive(3, { type: 'PreVoteResponse', term: 1, granted: true, round: 1 })
    fixture.persisted(1)
    for (const from of [2, 2, 2]) fixture.receive(from, { type: 'RequestVoteResponse', term: 1, granted: true })
    expect(fixture.core.role).toBe('candidate')
  })

  it('E7: a pre-vote of an abandoned round is not counted', () => {
    const fixture = new Fixture()
    fixture.tick()
    fixture.tick()
    expect(fixture.receive(2, { type: 'PreVoteResponse', term: 1, granted: true, round: 1 })).toEqual([])
    expect(fixture.core.role).toBe('preCandidate')
    fixture.receive(2, { type: 'PreVoteResponse', term: 1, granted: true, round: 2 })
    expect(fixture.core.role).toBe('candidate')
  })

  it('E7: votes of an older term, and pre-votes taken for votes, are not counted', () => {
    const fixture = new Fixture({ terms: [1] })
    fixture.becomeCandidate()
    fixture.persisted(1)
    expect(fixture.receive(3, { type: 'RequestVoteResponse', term: 1, granted: true })).toEqual([])
    expect(fixture.receive(3, { type: 'PreVoteResponse', term: 2, granted: true, round: 1 })).toEqual([])
    expect(fixture.core.role).toBe('candidate')
  })

  it('E7: a new attempt starts with no votes', () => {
    const fixture = new Fixture({ configuration: { voters: five, learners: [] } })
    fixture.tick()
    fixture.receive(2, { type: 'PreVoteResponse', term: 1, granted: true, round: 1 })
    fixture.tick()
    fixture.receive(3, { type: 'PreVoteResponse', term: 1, granted: true, round: 2 })
    expect(fixture.core.role).toBe('preCandidate')
  })
})

describe('elections: pre-vote', () => {
  it('E8: answering a pre-vote changes neither term, vote, leader nor timer', () => {
    for (const lastLogIndex of [0, 9]) {
      const fixture = new Fixture({ terms: [2], hardState: { currentTerm: 2, votedFor: 3 } })
      fixture.receive(3, append(2, 1, 2))
      fixture.now = 600
      const before = fixture.core.nextTick
      const effects = fixture.receive(2, { type: 'PreVoteRequest', term: 9, lastLogIndex, lastLogTerm: 2, round: 1 })
      expect(effects.map((effect) => effect.type)).toEqual(['send'])
      expect(fixture.core).toMatchObject({ currentTerm: 2, votedFor: 3, leader: 3, role: 'follower', nextTick: before })
    }
  })

  it('E8: a refused pre-vote brings the real term of who refused, a granted one does not', () => {
    const fixture = new Fixture()
    fixture.tick()
    fixture.receive(3, { type: 'PreVoteResponse', term: 6, granted: false, round: 1 })
    expect(fixture.core).toMatchObject({ role: 'follower', currentTerm: 6 })
  })

  it('E9: after the death of a leader somebody is elected although all remember it', () => {
    const cluster = new Cluster({ voters: five, random: randomOf(9) })
    cluster.elect(1)
    cluster.run(300)
    cluster.server(1).crash()
    cluster.run(3_000)
    expect(cluster.leader.core.currentTerm).toBeGreaterThan(1)
  })

  it('E9: a pre-candidate has forgotten the leader, and grants the pre-vote of another', () => {
    const fixture = new Fixture()
    fixture.receive(3, append(1, 0, 0))
    fixture.tick()
    expect(fixture.core).toMatchObject({ role: 'preCandidate', leader: undefined })
    const effects = fixture.receive(2, { type: 'PreVoteRequest', term: 2, lastLogIndex: 0, lastLogTerm: 0, round: 1 })
    expect(effects).toEqual([{ type: 'send', to: 2, message: { type: 'PreVoteResponse', term: 2, granted: true, round: 1 } }])
  })
})

describe('elections: partial partitions', () => {
  it('E10: bridge: a member that reaches only a follower disturbs nobody', () => {
    const cluster = new Cluster({ voters: three, random: randomOf(10) })
    const leader = cluster.elect(1)
    cluster.cut(1, 3)
    cluster.run(60_000)
    expect(leader.core).toMatchObject({ role: 'leader', currentTerm: 1 })
    leader.propose()
    cluster.settle()
    expect(cluster.server(2).core.lastApplied).toBe(leader.core.lastIndex)
  })

  it('E11: five members, the leader linked to the bridge only: it stops its heartbeats and the others elect', () => {
    const cluster = new Cluster({ voters: five, random: randomOf(11) })
    cluster.elect(1)
    for (const other of [2, 3, 4]) cluster.cut(1, other)
    cluster.run(5_000)
    expect(cluster.leaders.map((server) => server.id)).not.toContain(1)
    expect(cluster.leader.core.isServing).toBe(true)
    const term = cluster.leader.core.currentTerm
    cluster.run(30_000)
    expect(cluster.leader.core.currentTerm).toBe(term)
  })

  it('E12: one way: a member that hears nothing but can send does not raise the term of others', () => {
    const cluster = new Cluster({ voters: three, random: randomOf(12) })
    const leader = cluster.elect(1)
    cluster.cut(1, 3, true)
    cluster.cut(2, 3, true)
    cluster.run(60_000)
    expect(leader.core).toMatchObject({ role: 'leader', currentTerm: 1 })
    cluster.heal()
    cluster.run(2_000)
    expect(cluster.server(3).core).toMatchObject({ role: 'follower', leader: 1, currentTerm: 1 })
  })

  it('E12: one way: a leader that sends but hears nothing makes room', () => {
    const cluster = new Cluster({ voters: three, random: randomOf(13) })
    cluster.elect(1)
    cluster.cut(2, 1, true)
    cluster.cut(3, 1, true)
    cluster.run(5_000)
    expect(cluster.leader.id).not.toBe(1)
  })

  for (const size of [5, 7]) {
    it(`E13: split votes end although all ${size} members time out together`, () => {
      for (let seed = 1; seed <= 20; seed++) {
        const first = new Random(seed)
        let drawn = 0
        // The first wait of everybody is the same.
        const random = (): number => (drawn++ < size ? 0.5 : first.float())
        const cluster = new Cluster({ voters: Array.from({ length: size }, (_, position) => position + 1), random })
        cluster.run(10_000)
        expect(cluster.leaders).toHaveLength(1)
      }
    })
  }

  it('a healed minority gives up what was not committed and follows, without an election', () => {
    const cluster = new Cluster({ voters: five, random: randomOf(14) })
    const old = cluster.elect(1)
    cluster.run(200)
    for (const one of [1, 2]) for (const other of [3, 4, 5]) cluster.cut(one, other)
    old.propose(7)
    cluster.run(5_000)
    const { leader } = cluster
    leader.propose(2)
    cluster.run(200)
    const term = leader.core.currentTerm
    cluster.heal()
    cluster.run(2_000)
    expect(cluster.leader).toBe(leader)
    expect(leader.core.currentTerm).toBe(term)
    expect(cluster.server(1).log).toEqual(leader.log)
  })
})

describe('elections: alone, and leaving office', () => {
  it('E14: a single voter elects itself at once, and once', () => {
    const cluster = new Cluster({ voters: [1], abstain: true })
    const server = cluster.server(1)
    expect(server.core.nextTick).toBe(0)
    server.tick()
    expect(server.core).toMatchObject({ role: 'leader', currentTerm: 1, isServing: true, nextTick: Infinity })
    cluster.run(60_000)
    server.tick()
    expect(server.core.currentTerm).toBe(1)
  })

  it('E14: a single voter waits for its disk like everybody', () => {
    const cluster = new Cluster({ voters: [1], isDiskInstant: false })
    const server = cluster.server(1)
    server.tick()
    expect(server.core.role).toBe('candidate')
    server.flush(1)
    expect(server.core).toMatchObject({ role: 'leader', commitIndex: 0 })
    server.flush(1)
    expect(server.core).toMatchObject({ commitIndex: 1, isServing: true })
  })

  it('E16: a leader that leaves office says so, and drops the reads that wait', () => {
    const fixture = new Fixture()
    fixture.serve()
    fixture.step({ type: 'readRequest', request: 1 })
    expect(fixture.receive(3, append(2, 1, 1, [2])).at(-1)).toEqual({ type: 'role', role: 'follower', term: 2, leader: 3 })
    expect(fixture.receive(2, { ...fixture.success(1, 1), term: 1 })).toEqual([])
  })

  it('a learner that is asked votes, and still never campaigns', () => {
    const fixture = new Fixture({ configuration: { voters: [2, 3], learners: [1] } })
    fixture.receive(2, { type: 'RequestVoteRequest', term: 1, lastLogIndex: 0, lastLogTerm: 0 })
    fixture.step({ type: 'unfit' })
    expect(fixture.core).toMatchObject({ votedFor: 2, nextTick: Infinity })
  })

  it('after a restart a member neither votes nor campaigns for one election timeout', () => {
    const fixture = new Fixture({ abstain: true, random: () => 0 })
    const request = { type: 'RequestVoteRequest', term: 5, lastLogIndex: 9, lastLogTerm: 4 } as const
    const preVote = { type: 'PreVoteRequest', term: 5, lastLogIndex: 9, lastLogTerm: 4, round: 1 } as const
    fixture.step({ type: 'disconnected', member: 2 })
    fixture.now = 499
    expect(fixture.core.nextTick).toBe(500)
    expect(fixture.receive(2, request)).toEqual([{ type: 'send', to: 2, message: { type: 'RequestVoteResponse', term: 0, granted: false } }])
    expect(fixture.receive(2, preVote)).toEqual([{ type: 'send', to: 2, message: { type: 'PreVoteResponse', term: 0, granted: false, round: 1 } }])
    fixture.now = 500
    expect(fixture.receive(2, preVote)).toEqual([{ type: 'send', to: 2, message: { type: 'PreVoteResponse', term: 5, granted: true, round: 1 } }])
    fixture.receive(2, request)
    expect(fixture.core.votedFor).toBe(2)
  })

  it('a closed connection to the leader starts the pre-vote within 50 ms', () => {
    const cluster = new Cluster({ voters: three, random: randomOf(15) })
    cluster.elect(1)
    cluster.run(1_000)
    const closedAt = cluster.now
    cluster.server(1).crash()
    for (const id of [2, 3]) cluster.server(id).step({ type: 'disconnected', member: 1 })
    cluster.run(60)
    expect(cluster.leader.core.isServing).toBe(true)
    expect(cluster.now - closedAt).toBe(60)
  })

  it('a closed connection of another follower changes nothing', () => {
    const fixture = new Fixture()
    fixture.receive(2, append(1, 0, 0))
    expect(fixture.step({ type: 'disconnected', member: 3 })).toEqual([])
    expect(fixture.core).toMatchObject({ leader: 2, nextTick: 750 })
  })

  it('an unfit leader leaves office in its term and does not campaign for an election timeout', () => {
    const fixture = new Fixture()
    fixture.serve()
    const { now } = fixture
    expect(fixture.step({ type: 'unfit' })).toContainEqual({ type: 'role', role: 'follower', term: 1, leader: undefined })
    fixture.receive(3, append(2, 1, 1))
    fixture.step({ type: 'disconnected', member: 3 })
    expect(fixture.core.nextTick).toBe(now + 500)
  })

  it('L16: after a stall a follower reads what waits before it campaigns', () => {
    const fixture = new Fixture()
    fixture.receive(2, append(1, 0, 0))
    fixture.now = 3_000
    expect(fixture.step({ type: 'tick' })).toEqual([])
    expect(fixture.core).toMatchObject({ role: 'follower', nextTick: 3_100 })
    fixture.now = 3_100
    fixture.step({ type: 'tick' })
    expect(fixture.core.role).toBe('preCandidate')
  })

  it('L16: after a stall a leader asks its followers before it leaves office', () => {
    const fixture = new Fixture()
    fixture.serve()
    fixture.now += 3_000
    const round = fixture.step({ type: 'tick' })
    expect(sends(round, 'AppendEntriesRequest').map(({ to }) => to)).toEqual([2, 3])
    const copy = fixture.core.nextTick
    expect(copy).toBe(fixture.now + 100)
    fixture.tick()
    expect(fixture.core.role).toBe('follower')
  })
})
