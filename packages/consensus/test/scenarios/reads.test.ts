import { describe, expect, it } from 'vitest'
import { Cluster } from '../cluster.ts'
import { append, Fixture } from '../fixture.ts'
import { Random } from '../world/random.ts'

describe('reads', () => {
  it('L1: a deposed leader that does not know it serves no read', () => {
    const random = new Random(1)
    const cluster = new Cluster({ voters: [1, 2, 3], random: () => random.float() })
    const old = cluster.elect(1)
    cluster.isolate(1)
    for (const id of [2, 3]) cluster.server(id).step({ type: 'disconnected', member: 1 })
    cluster.run(100)
    expect(cluster.leaders).toHaveLength(2)
    old.step({ type: 'readRequest', request: 1 })
    cluster.run(2_000)
    cluster.heal()
    cluster.run(2_000)
    expect(old.readReady).toBe(0)
    expect(old.core.role).toBe('follower')
  })

  it('L2: a new leader serves no read before its no-op is applied', () => {
    const fixture = new Fixture({ terms: [1, 1] })
    fixture.sendAll(fixture.becomeLeader())
    fixture.step({ type: 'readRequest', request: 1 })
    fixture.persisted(2)
    // The no-op is committed, not yet applied.
    fixture.receive(2, fixture.success(3))
    expect(fixture.core).toMatchObject({ commitIndex: 3, isServing: false })
    expect(fixture.receive(3, fixture.success(3, 0))).not.toContainEqual({ type: 'readReady', through: 1 })
  })

  it('L3: a late answer to an older round confirms no newer one', () => {
    const fixture = new Fixture()
    fixture.serve()
    fixture.step({ type: 'readRequest', request: 1 })
    fixture.receive(2, fixture.success(1, 1))
    fixture.step({ type: 'readRequest', request: 2 })
    expect(fixture.receive(3, fixture.success(1, 1))).toEqual([])
    expect(fixture.receive(2, fixture.success(1, 1))).toEqual([])
    expect(fixture.receive(3, fixture.success(1, 2))).toEqual([{ type: 'readReady', through: 2 }])
  })

  it('L3: a round number that was never sent confirms nothing', () => {
    const fixture = new Fixture()
    fixture.serve()
    fixture.receive(2, fixture.success(1, 99))
    fixture.step({ type: 'readRequest', request: 1 })
    expect(fixture.core.isServing).toBe(true)
    expect(fixture.receive(3, fixture.success(1, 0))).toEqual([])
  })

  it('L3: a lost round is made good by the next heartbeat', () => {
    const fixture = new Fixture()
    fixture.serve()
    fixture.step({ type: 'readRequest', request: 1 })
    expect(fixture.tick()).toContainEqual({ type: 'send', to: 2, message: append(1, 1, 1, [], { commitIndex: 1, round: 1 }) })
    expect(fixture.receive(2, fixture.success(1, 1))).toEqual([{ type: 'readReady', through: 1 }])
  })

  it('L9: learners, and answers that come twice, do not confirm a round', () => {
    const fixture = new Fixture({ configuration: { voters: [1, 2, 3, 5, 6], learners: [4] } })
    fixture.tick()
    for (const from of [2, 3]) fixture.receive(from, { type: 'PreVoteResponse', term: 1, granted: true, round: 1 })
    fixture.persisted(1)
    for (const from of [2, 3]) fixture.receive(from, { type: 'RequestVoteResponse', term: 1, granted: true })
    fixture.persisted(2)
    for (const from of [2, 3]) fixture.receive(from, fixture.success(1))
    fixture.step({ type: 'applied', index: 1 })
    expect(fixture.step({ type: 'readRequest', request: 1 }).filter((effect) => effect.type === 'send').map(({ to }) => to)).toEqual([2, 3, 5, 6])
    for (const from of [4, 2, 2, 4]) expect(fixture.receive(from, fixture.success(0, 1)).some((effect) => effect.type === 'readReady')).toBe(false)
    expect(fixture.receive(6, fixture.success(0, 1))).toContainEqual({ type: 'readReady', through: 1 })
  })

  it('L12: followers, candidates and learners serve no read', () => {
    for (const configuration of [{ voters: [1, 2, 3], learners: [] }, { voters: [2, 3], learners: [1] }]) {
      const fixture = new Fixture({ configuration })
      expect(fixture.step({ type: 'readRequest', request: 1 })).toEqual([])
    }
    const candidate = new Fixture()
    candidate.becomeCandidate()
    expect(candidate.step({ type: 'readRequest', request: 1 })).toEqual([])
  })

  it('a single voter serves reads at once', () => {
    const cluster = new Cluster({ voters: [1], learners: [2] })
    const server = cluster.server(1)
    server.tick()
    expect(server.step({ type: 'readRequest', request: 1 })).toContainEqual({ type: 'readReady', through: 1 })
  })
})
