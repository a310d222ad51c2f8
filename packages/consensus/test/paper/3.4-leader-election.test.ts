import { describe, expect, it } from 'vitest'
import { append, Fixture, sends } from '../fixture.ts'

describe('§3.4 Leader election', () => {
  it('§3.4: stays a follower as long as it hears a leader', () => {
    const fixture = new Fixture()
    for (fixture.now = 0; fixture.now < 5_000; fixture.now += 100) {
      fixture.receive(2, append(1, 0, 0))
      fixture.step({ type: 'tick' })
    }
    expect(fixture.core).toMatchObject({ role: 'follower', currentTerm: 1, leader: 2 })
  })

  it('§3.4: starts an election when it hears nothing for an election timeout', () => {
    const fixture = new Fixture()
    fixture.receive(2, append(1, 0, 0))
    fixture.now = 749
    fixture.step({ type: 'tick' })
    expect(fixture.core.role).toBe('follower')
    fixture.now = 750
    fixture.step({ type: 'tick' })
    expect(fixture.core.role).toBe('preCandidate')
  })

  it('§3.4: a candidate raises its term, votes for itself and asks all others', () => {
    const fixture = new Fixture({ terms: [1, 2] })
    const request = { type: 'RequestVoteRequest', term: 3, lastLogIndex: 2, lastLogTerm: 2 }
    expect(fixture.becomeCandidate()).toEqual([
      { type: 'persist', id: 1, epoch: 0, hardState: { currentTerm: 3, votedFor: 1 }, blocks: [] },
      { type: 'send', to: 2, message: request, after: 1 },
      { type: 'send', to: 3, message: request, after: 1 },
      { type: 'role', role: 'candidate', term: 3, leader: undefined },
    ])
  })

  it('§3.4: wins with the votes of a majority', () => {
    const fixture = new Fixture({ configuration: { voters: [1, 2, 3, 4, 5], learners: [] } })
    fixture.tick()
    for (const from of [2, 3]) fixture.receive(from, { type: 'PreVoteResponse', term: 1, granted: true, round: 1 })
    fixture.persisted(1)
    fixture.receive(2, { type: 'RequestVoteResponse', term: 1, granted: true })
    expect(fixture.core.role).toBe('candidate')
    fixture.receive(3, { type: 'RequestVoteResponse', term: 1, granted: true })
    expect(fixture.core.role).toBe('leader')
  })

  it('§3.4: votes for one candidate per term, first come first served', () => {
    const fixture = new Fixture()
    const request = { type: 'RequestVoteRequest', term: 1, lastLogIndex: 0, lastLogTerm: 0 } as const
    fixture.receive(2, request)
    expect(fixture.receive(3, request)).toEqual([
      { type: 'send', to: 3, message: { type: 'RequestVoteResponse', term: 1, granted: false } },
    ])
    expect(fixture.core.votedFor).toBe(2)
  })

  it('§3.4: a new leader tells the others at once', () => {
    const fixture = new Fixture()
    const effects = fixture.becomeLeader()
    expect(effects.filter((effect) => effect.type === 'replicate').map((effect) => effect.to)).toEqual([2, 3])
  })

  it('§3.4: a candidate follows a leader of its own term', () => {
    const fixture = new Fixture()
    fixture.becomeCandidate()
    fixture.receive(3, append(1, 0, 0))
    expect(fixture.core).toMatchObject({ role: 'follower', leader: 3, currentTerm: 1, votedFor: 1 })
  })

  it('§3.4: a candidate refuses a leader of an older term and goes on', () => {
    const fixture = new Fixture({ terms: [3] })
    fixture.becomeCandidate()
    fixture.receive(3, append(3, 1, 3))
    expect(fixture.core).toMatchObject({ role: 'candidate', currentTerm: 4, leader: undefined })
  })

  it('§3.4: a split vote ends in a new attempt after another time-out', () => {
    const fixture = new Fixture()
    fixture.becomeCandidate()
    fixture.persisted(1)
    fixture.receive(2, { type: 'RequestVoteResponse', term: 1, granted: false })
    fixture.receive(3, { type: 'RequestVoteResponse', term: 1, granted: false })
    expect(fixture.core.role).toBe('candidate')
    fixture.tick()
    expect(fixture.core.role).toBe('preCandidate')
  })

  it('§3.4: each wait is drawn anew from one to two election timeouts', () => {
    let draw = 0
    const fixture = new Fixture({ random: () => draw })
    expect(fixture.core.nextTick).toBe(500)
    draw = 0.25
    fixture.becomeCandidate()
    expect(fixture.core.nextTick).toBe(500 + 625)
    draw = 0.999
    fixture.tick()
    fixture.receive(2, { type: 'PreVoteResponse', term: 2, granted: true, round: 2 })
    expect(fixture.core.nextTick).toBeCloseTo(1_125 + 999.5)
  })

  it('§3.4: granting a vote restarts the election timer, refusing one does not', () => {
    const refusing = new Fixture({ terms: [2] })
    refusing.now = 700
    refusing.receive(2, { type: 'RequestVoteRequest', term: 3, lastLogIndex: 0, lastLogTerm: 0 })
    expect(refusing.core.nextTick).toBe(750)
    const granting = new Fixture()
    granting.now = 700
    granting.receive(2, { type: 'RequestVoteRequest', term: 3, lastLogIndex: 0, lastLogTerm: 0 })
    expect(granting.core.nextTick).toBe(1_450)
  })

  it('§3.4: a leader sends heartbeats to all when nothing else is to be sent', () => {
    const fixture = new Fixture()
    fixture.serve()
    const heartbeat = append(1, 1, 1, [], { commitIndex: 1 })
    expect(fixture.tick()).toEqual([
      { type: 'send', to: 2, message: heartbeat },
      { type: 'send', to: 3, message: heartbeat },
    ])
    expect(sends(fixture.tick(), 'AppendEntriesRequest')).toHaveLength(2)
  })
})
