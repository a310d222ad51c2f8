import { describe, expect, it } from 'vitest'
import { Cluster } from '../cluster.ts'
import { append, Fixture, sends } from '../fixture.ts'

/** A leader of a cluster whose switch, entry 2, is on and known to 2 and 3; its lease starts with the next heartbeat. */
function withLeases(): Fixture {
  const fixture = new Fixture()
  fixture.serve()
  fixture.sendAll(fixture.step({ type: 'propose', kind: 'configuration', count: 1 }))
  for (const from of [2, 3]) fixture.receive(from, fixture.success(2))
  fixture.step({ type: 'leasesSwitched', index: 2, isOn: true })
  fixture.step({ type: 'applied', index: 2 })
  return fixture
}

/** A heartbeat, answered by 2 after `delay`. @returns when it left. */
function beat(fixture: Fixture, delay = 0): number {
  const message = sends(fixture.tick(), 'AppendEntriesRequest')[0]!.message as { round: number }
  const sentAt = fixture.now
  fixture.now += delay
  fixture.receive(2, fixture.success(2, message.round))
  return sentAt
}

describe('leases: of a leader', () => {
  it('there is none where the cluster has not switched them on', () => {
    const fixture = new Fixture()
    fixture.serve()
    fixture.step({ type: 'readRequest', request: 1 })
    fixture.receive(2, fixture.success(1, 1))
    expect(fixture.core).toMatchObject({ leaseUntil: -Infinity, areLeasesOn: false })
  })

  it('L5, L6: runs from when the question left, an election timeout less twice the drift of a clock', () => {
    const fixture = withLeases()
    expect(fixture.core.leaseUntil).toBe(-Infinity)
    const sentAt = beat(fixture, 60)
    expect(fixture.core.leaseUntil).toBe(sentAt + 400)
  })

  it('L7: is that of the majority, not of whoever answered last', () => {
    const fixture = new Fixture({ configuration: { voters: [1, 2, 3, 4, 5], learners: [] } })
    fixture.tick()
    for (const from of [2, 3]) fixture.receive(from, { type: 'PreVoteResponse', term: 1, granted: true, round: 1 })
    fixture.persisted(1)
    for (const from of [2, 3]) fixture.receive(from, { type: 'RequestVoteResponse', term: 1, granted: true })
    fixture.persisted(2)
    for (const from of [2, 3]) fixture.receive(from, fixture.success(1))
    fixture.step({ type: 'applied', index: 1 })
    fixture.step({ type: 'propose', kind: 'configuration', count: 1 })
    fixture.persisted(3)
    for (const from of [2, 3, 4]) fixture.receive(from, fixture.success(2))
    fixture.step({ type: 'leasesSwitched', index: 2, isOn: true })
    fixture.step({ type: 'applied', index: 2 })
    fixture.tick()
    const first = fixture.now
    for (const from of [2, 3]) fixture.receive(from, fixture.success(2, 1))
    fixture.tick()
    fixture.receive(2, fixture.success(2, 2))
    expect(fixture.core.leaseUntil).toBe(first + 400)
    fixture.receive(4, fixture.success(2, 2))
    expect(fixture.core.leaseUntil).toBe(fixture.now + 400)
  })

  it('L9: counts no member whose log does not hold the switch', () => {
    const fixture = new Fixture()
    fixture.serve()
    fixture.sendAll(fixture.step({ type: 'propose', kind: 'configuration', count: 1 }))
    fixture.persisted(3)
    fixture.receive(2, fixture.success(2))
    fixture.step({ type: 'leasesSwitched', index: 2, isOn: true })
    fixture.step({ type: 'applied', index: 2 })
    fixture.tick()
    fixture.receive(3, fixture.success(1, 1))
    expect(fixture.core.leaseUntil).toBe(-Infinity)
    fixture.receive(3, fixture.success(2))
    expect(fixture.core.leaseUntil).toBe(fixture.now + 400)
  })

  it('ends at the moment at which the switch back is appended', () => {
    const fixture = withLeases()
    beat(fixture)
    expect(fixture.core.leaseUntil).toBeGreaterThan(fixture.now)
    fixture.step({ type: 'propose', kind: 'configuration', count: 1 })
    expect(fixture.core.leaseUntil).toBe(-Infinity)
  })

  it('L8: ends before its successor is asked to campaign, and comes back in no later moment of the term', () => {
    const fixture = withLeases()
    beat(fixture)
    fixture.receive(3, fixture.success(2))
    expect(sends(fixture.step({ type: 'transferLeadership', to: 3 }), 'TimeoutNowRequest')).toHaveLength(1)
    expect(fixture.core.leaseUntil).toBe(-Infinity)
    while (fixture.core.successor !== undefined) beat(fixture)
    expect(fixture.core.isServing).toBe(true)
    beat(fixture)
    expect(fixture.core.leaseUntil).toBe(-Infinity)
  })

  it('of a single voter never ends', () => {
    const cluster = new Cluster({ voters: [1] })
    const server = cluster.server(1)
    server.tick()
    server.switchLeases(true)
    expect(server.core).toMatchObject({ areLeasesOn: true, leaseUntil: Infinity })
  })

  it('does not put off reads that ask for a round', () => {
    const fixture = withLeases()
    const round = sends(fixture.step({ type: 'readRequest', request: 1 }), 'AppendEntriesRequest')[0]!.message as { round: number }
    fixture.tick()
    expect(fixture.receive(2, fixture.success(2, round.round))).toContainEqual({ type: 'readReady', through: 1 })
  })
})

describe('leases: what a follower promises', () => {
  const configuration = { kind: 'configuration', firstIndex: 1, count: 1, term: 1 } as const
  const voteRequest = { type: 'RequestVoteRequest', term: 5, lastLogIndex: 9, lastLogTerm: 4 } as const

  /** A follower of 2 whose log holds a switch, applied or not. */
  function promising(isApplied: boolean): Fixture {
    const fixture = new Fixture()
    fixture.receive(2, append(1, 0, 0, [], { blocks: [configuration], commitIndex: 1 }))
    if (isApplied) {
      fixture.step({ type: 'leasesSwitched', index: 1, isOn: true })
      fixture.step({ type: 'applied', index: 1 })
    }
    return fixture
  }

  it.each([['applied', true], ['only in its log', false]])('a closed connection is no news where the switch is %s', (_, isApplied) => {
    const fixture = promising(isApplied)
    const due = fixture.core.nextTick
    expect(fixture.step({ type: 'disconnected', member: 2 })).toEqual([])
    expect(fixture.core).toMatchObject({ leader: 2, nextTick: due })
    fixture.now = 499
    fixture.receive(3, voteRequest)
    expect(fixture.core.currentTerm).toBe(1)
  })

  it('a closed connection is news again when the switch back is applied', () => {
    const fixture = promising(true)
    fixture.receive(2, append(1, 1, 1, [], { blocks: [{ ...configuration, firstIndex: 2 }], commitIndex: 2 }))
    fixture.step({ type: 'disconnected', member: 2 })
    expect(fixture.core.leader).toBe(2)
    fixture.step({ type: 'leasesSwitched', index: 2, isOn: false })
    fixture.step({ type: 'applied', index: 2 })
    expect(fixture.step({ type: 'disconnected', member: 2 })).toContainEqual({ type: 'role', role: 'follower', term: 1, leader: undefined })
  })

  it('after a restart anything may stand in the log: it keeps the promise until all of it is applied', () => {
    const fixture = new Fixture({ terms: [1, 1] })
    fixture.receive(2, append(1, 2, 1, [], { commitIndex: 2 }))
    expect(fixture.step({ type: 'disconnected', member: 2 })).toEqual([])
    fixture.step({ type: 'applied', index: 2 })
    expect(fixture.step({ type: 'disconnected', member: 2 })).toHaveLength(1)
  })

  it('what is removed from the log binds nobody', () => {
    const fixture = new Fixture()
    fixture.receive(2, append(1, 0, 0, [], { blocks: [configuration] }))
    fixture.receive(3, append(2, 0, 0, [2]))
    expect(fixture.step({ type: 'disconnected', member: 3 })).toHaveLength(1)
  })

  it('holds though it has learnt of a newer term meanwhile', () => {
    const fixture = promising(true)
    fixture.now = 100
    fixture.receive(3, { type: 'PreVoteResponse', term: 4, granted: false, round: 0 })
    expect(fixture.core).toMatchObject({ currentTerm: 4, leader: undefined })
    expect(sends(fixture.receive(3, voteRequest), 'RequestVoteResponse').map(({ message }) => message)).toEqual([{ type: 'RequestVoteResponse', term: 4, granted: false }])
    fixture.now = 500
    expect(sends(fixture.receive(3, voteRequest), 'RequestVoteResponse').map(({ message }) => message)).toEqual([{ type: 'RequestVoteResponse', term: 5, granted: true }])
  })

  it('it does not campaign itself either, whatever hurries it', () => {
    const fixture = promising(true)
    fixture.now = 100
    fixture.receive(2, append(1, 1, 1))
    expect(fixture.core.nextTick).toBeGreaterThanOrEqual(600)
  })

  it('ends where the leader itself asks for the election', () => {
    const fixture = promising(true)
    expect(sends(fixture.receive(3, { ...voteRequest, transfer: true }), 'RequestVoteResponse').map(({ message }) => message)).toEqual([
      { type: 'RequestVoteResponse', term: 5, granted: true },
    ])
  })
})

describe('how fresh a server is', () => {
  it('a follower: when the leader was heard, once what it said is committed is applied', () => {
    const fixture = new Fixture()
    expect(fixture.core.freshAt).toBe(-Infinity)
    fixture.now = 50
    fixture.receive(2, append(1, 0, 0, [1, 1], { commitIndex: 1 }))
    expect(fixture.core.freshAt).toBe(-Infinity)
    fixture.step({ type: 'applied', index: 1 })
    expect(fixture.core.freshAt).toBe(50)
  })

  it('a follower whose log lacks what is committed: as before', () => {
    const fixture = new Fixture()
    fixture.receive(2, append(1, 0, 0))
    fixture.now = 100
    fixture.receive(2, append(1, 5, 1, [], { commitIndex: 5 }))
    expect(fixture.core.freshAt).toBe(0)
  })

  it('a leader: its contact with a majority', () => {
    const fixture = new Fixture()
    fixture.serve()
    const { now } = fixture
    fixture.now += 200
    expect(fixture.core.freshAt).toBe(now)
    fixture.receive(3, fixture.success(1))
    expect(fixture.core.freshAt).toBe(fixture.now)
  })
})
