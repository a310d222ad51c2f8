import { describe, expect, it } from 'vitest'
import { append, Fixture } from '../fixture.ts'

const withLearner = { voters: [1, 2, 3], learners: [4] }

describe('§4 Cluster membership', () => {
  it('§4.2.1: a learner gets the log but does not count for commits', () => {
    const fixture = new Fixture({ configuration: withLearner })
    const effects = fixture.becomeLeader()
    expect(effects.filter((effect) => effect.type === 'replicate').map((effect) => effect.to)).toEqual([2, 3, 4])
    fixture.persisted(2)
    fixture.receive(4, fixture.success(1))
    expect(fixture.core.commitIndex).toBe(0)
    fixture.receive(3, fixture.success(1))
    expect(fixture.core.commitIndex).toBe(1)
  })

  it('§4.2.1: the vote of a learner does not count', () => {
    const fixture = new Fixture({ configuration: withLearner })
    fixture.becomeCandidate()
    fixture.persisted(1)
    fixture.receive(4, { type: 'RequestVoteResponse', term: 1, granted: true })
    expect(fixture.core.role).toBe('candidate')
  })

  it('§4.2.1: a learner never campaigns', () => {
    const fixture = new Fixture({ configuration: { voters: [2, 3], learners: [1] } })
    expect(fixture.core.nextTick).toBe(Infinity)
    fixture.receive(2, append(1, 0, 0))
    expect(fixture.core.nextTick).toBe(Infinity)
  })

  it('§4.2.3: a server that hears a leader ignores a vote request, its term included', () => {
    const fixture = new Fixture()
    fixture.receive(2, append(1, 0, 0))
    fixture.now = 499
    fixture.receive(3, { type: 'RequestVoteRequest', term: 9, lastLogIndex: 9, lastLogTerm: 9 })
    expect(fixture.core).toMatchObject({ currentTerm: 1, leader: 2, votedFor: undefined })
  })

  it('§4.2.3: it votes again when the leader was silent for an election timeout', () => {
    const fixture = new Fixture()
    fixture.receive(2, append(1, 0, 0))
    fixture.now = 500
    fixture.receive(3, { type: 'RequestVoteRequest', term: 9, lastLogIndex: 9, lastLogTerm: 9 })
    expect(fixture.core).toMatchObject({ currentTerm: 9, votedFor: 3 })
  })

  it('§4.2.3: a leader is not deposed by a vote request', () => {
    const fixture = new Fixture()
    fixture.serve()
    fixture.receive(3, { type: 'RequestVoteRequest', term: 9, lastLogIndex: 9, lastLogTerm: 9 })
    expect(fixture.core).toMatchObject({ role: 'leader', currentTerm: 1 })
  })

  it('§4.1: whoever is in no configuration is ignored', () => {
    const fixture = new Fixture()
    expect(fixture.receive(9, append(7, 0, 0))).toEqual([])
    expect(fixture.core.currentTerm).toBe(0)
  })
})
