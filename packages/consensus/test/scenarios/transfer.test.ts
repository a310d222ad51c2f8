import { describe, expect, it } from 'vitest'
import { Cluster } from '../cluster.ts'
import { append, Fixture, sends } from '../fixture.ts'

const timeoutNow = { type: 'TimeoutNowRequest', term: 1 } as const

describe('leadership transfer: the leader', () => {
  it('§3.10: asks a successor whose log is as long as its own to campaign at once', () => {
    const fixture = new Fixture()
    fixture.serve()
    expect(fixture.step({ type: 'transferLeadership', to: 3 })).toEqual([{ type: 'send', to: 3, message: timeoutNow }, { type: 'transfer', to: 3 }])
  })

  it('E15: waits until the successor has everything, and everything is committed and applied', () => {
    const fixture = new Fixture()
    fixture.serve()
    fixture.sendAll(fixture.step({ type: 'propose', kind: 'commands', count: 2 }))
    expect(fixture.step({ type: 'transferLeadership', to: 3 })).toEqual([{ type: 'transfer', to: 3 }])
    expect(sends(fixture.receive(2, fixture.success(3)), 'TimeoutNowRequest')).toEqual([])
    expect(sends(fixture.receive(3, fixture.success(3)), 'TimeoutNowRequest')).toEqual([])
    expect(fixture.core.commitIndex).toBe(3)
    expect(sends(fixture.step({ type: 'applied', index: 3 }), 'TimeoutNowRequest')).toEqual([{ type: 'send', to: 3, message: timeoutNow }])
  })

  it('takes the voter whose log reaches furthest where none is named', () => {
    const fixture = new Fixture({ configuration: { voters: [1, 2, 3], learners: [4] } })
    fixture.serve()
    fixture.sendAll(fixture.step({ type: 'propose', kind: 'commands', count: 2 }))
    for (const from of [4, 3]) fixture.receive(from, fixture.success(3))
    expect(fixture.step({ type: 'transferLeadership', to: undefined })).toContainEqual({ type: 'transfer', to: 3 })
  })

  it.each([['itself', 1], ['a learner', 4], ['a stranger', 9]])('does not hand over to %s', (_, to) => {
    const fixture = new Fixture({ configuration: { voters: [1, 2, 3], learners: [4] } })
    fixture.serve()
    expect(fixture.step({ type: 'transferLeadership', to })).toEqual([])
    expect(fixture.core.successor).toBeUndefined()
  })

  it('E15: gives up after an election timeout and goes on', () => {
    const fixture = new Fixture()
    fixture.serve()
    const start = fixture.now
    fixture.step({ type: 'transferLeadership', to: 3 })
    const effects = []
    while (fixture.core.successor !== undefined) {
      fixture.receive(2, fixture.success(1))
      effects.push(...fixture.tick())
    }
    expect(fixture.now).toBe(start + 500)
    expect(effects).toContainEqual({ type: 'transfer', to: undefined })
    expect(fixture.core).toMatchObject({ role: 'leader', isServing: true })
  })

  it('asks again with each heartbeat, as the message may be lost', () => {
    const fixture = new Fixture()
    fixture.serve()
    fixture.step({ type: 'transferLeadership', to: 3 })
    expect(sends(fixture.tick(), 'TimeoutNowRequest')).toHaveLength(1)
    expect(sends(fixture.receive(2, fixture.success(1)), 'TimeoutNowRequest')).toEqual([])
  })

  it('an unfit leader asks the best successor that it hears, and leaves office in the same step', () => {
    const fixture = new Fixture()
    fixture.serve()
    fixture.sendAll(fixture.step({ type: 'propose', kind: 'commands', count: 1 }))
    fixture.receive(3, fixture.success(2))
    expect(fixture.step({ type: 'unfit' })).toEqual([
      { type: 'send', to: 3, message: timeoutNow },
      { type: 'role', role: 'follower', term: 1, leader: undefined },
    ])
  })

  it('an unfit leader that hears nobody only leaves office', () => {
    const fixture = new Fixture()
    fixture.serve()
    fixture.now += 600
    expect(sends(fixture.step({ type: 'unfit' }), 'TimeoutNowRequest')).toEqual([])
    expect(fixture.core.role).toBe('follower')
  })

  it('E14: a single voter stays in office, fit or not', () => {
    const cluster = new Cluster({ voters: [1] })
    const server = cluster.server(1)
    server.tick()
    server.step({ type: 'unfit' })
    expect(server.core.role).toBe('leader')
  })
})

describe('leadership transfer: the successor', () => {
  it('§3.10: campaigns without a pre-vote and without waiting, and says who asked for it', () => {
    const fixture = new Fixture()
    fixture.receive(2, append(1, 0, 0))
    const effects = fixture.receive(2, timeoutNow)
    expect(fixture.core).toMatchObject({ role: 'candidate', currentTerm: 2 })
    const request = { type: 'RequestVoteRequest', term: 2, lastLogIndex: 0, lastLogTerm: 0, transfer: true }
    expect(sends(effects, 'RequestVoteRequest').map(({ to, message }) => [to, message])).toEqual([[2, request], [3, request]])
  })

  it('T1: one of an older term does nothing', () => {
    const fixture = new Fixture()
    fixture.receive(2, append(2, 0, 0))
    expect(fixture.receive(3, timeoutNow)).toEqual([])
    expect(fixture.core).toMatchObject({ role: 'follower', currentTerm: 2, leader: 2 })
  })

  it('one of another than the leader of the term does nothing', () => {
    const fixture = new Fixture()
    fixture.receive(2, append(1, 0, 0))
    expect(fixture.receive(3, timeoutNow)).toEqual([])
  })

  it('a learner, and a server that has just restarted, do not campaign', () => {
    for (const options of [{ configuration: { voters: [2, 3], learners: [1] } }, { abstain: true }]) {
      const fixture = new Fixture(options)
      fixture.receive(2, append(1, 0, 0))
      fixture.receive(2, timeoutNow)
      expect(fixture.core).toMatchObject({ role: 'follower', currentTerm: 1 })
    }
  })

  it('its next attempt is an ordinary one', () => {
    const fixture = new Fixture()
    fixture.receive(2, append(1, 0, 0))
    fixture.receive(2, timeoutNow)
    fixture.tick()
    expect(fixture.core.role).toBe('preCandidate')
    fixture.receive(3, { type: 'PreVoteResponse', term: 3, granted: true, round: 1 })
    expect(sends(fixture.step({ type: 'connected', member: 2 }), 'RequestVoteRequest').map(({ message }) => message)).toEqual([
      { type: 'RequestVoteRequest', term: 3, lastLogIndex: 0, lastLogTerm: 0 },
    ])
  })
})

describe('leadership transfer: the others', () => {
  it('§4.2.3: vote at once where the leader has asked for the election, though they hear it', () => {
    const fixture = new Fixture()
    fixture.receive(2, append(1, 0, 0))
    const request = { type: 'RequestVoteRequest', term: 2, lastLogIndex: 0, lastLogTerm: 0 } as const
    expect(sends(fixture.receive(3, request), 'RequestVoteResponse').map(({ message }) => message)).toEqual([{ type: 'RequestVoteResponse', term: 1, granted: false }])
    expect(sends(fixture.receive(3, { ...request, transfer: true }), 'RequestVoteResponse').map(({ message }) => message)).toEqual([
      { type: 'RequestVoteResponse', term: 2, granted: true },
    ])
  })

  it('the whole way takes no time at all: the named member leads, and nothing is lost', () => {
    const cluster = new Cluster({ voters: [1, 2, 3, 4, 5] })
    const leader = cluster.elect(1)
    cluster.run(100)
    leader.propose(5)
    leader.step({ type: 'transferLeadership', to: 4 })
    const { now } = cluster
    cluster.settle()
    expect(cluster.leader).toMatchObject({ id: 4 })
    expect(cluster.leader.core).toMatchObject({ currentTerm: 2, lastIndex: 7, isServing: true })
    expect(cluster.now).toBe(now)
  })

  it('a leader whose disk stopped is followed by another without an election timeout', () => {
    const cluster = new Cluster({ voters: [1, 2, 3] })
    const leader = cluster.elect(2)
    cluster.run(100)
    leader.step({ type: 'unfit' })
    cluster.settle()
    expect(cluster.leader.id).not.toBe(2)
    expect(cluster.leader.core.isServing).toBe(true)
  })
})
