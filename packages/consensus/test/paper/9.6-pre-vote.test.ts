import { describe, expect, it } from 'vitest'
import { append, Fixture } from '../fixture.ts'

describe('§9.6 Preventing disruptions when a server rejoins the cluster', () => {
  it('§9.6: a server asks for pre-votes before it raises its term', () => {
    const fixture = new Fixture({ terms: [2] })
    const request = { type: 'PreVoteRequest', term: 3, lastLogIndex: 1, lastLogTerm: 2, round: 1 }
    expect(fixture.tick()).toEqual([
      { type: 'send', to: 2, message: request },
      { type: 'send', to: 3, message: request },
      { type: 'role', role: 'preCandidate', term: 2, leader: undefined },
    ])
    expect(fixture.core).toMatchObject({ currentTerm: 2, votedFor: undefined })
  })

  it('§9.6: it campaigns only when a majority would vote for it', () => {
    const fixture = new Fixture()
    fixture.tick()
    fixture.receive(3, { type: 'PreVoteResponse', term: 0, granted: false, round: 1 })
    expect(fixture.core.role).toBe('preCandidate')
    fixture.receive(2, { type: 'PreVoteResponse', term: 1, granted: true, round: 1 })
    expect(fixture.core.role).toBe('candidate')
  })

  it('§9.6: a server that is cut off does not raise its term, however long', () => {
    const fixture = new Fixture({ terms: [3] })
    for (let attempt = 0; attempt < 100; attempt++) fixture.tick()
    expect(fixture.core).toMatchObject({ currentTerm: 3, role: 'preCandidate' })
  })

  it('§9.6: a pre-vote is granted only to a log that could win', () => {
    const fixture = new Fixture({ terms: [1, 2] })
    const ask = (lastLogTerm: number, lastLogIndex: number): unknown =>
      fixture.receive(2, { type: 'PreVoteRequest', term: 3, lastLogIndex, lastLogTerm, round: 5 })
    expect(ask(1, 9)).toEqual([{ type: 'send', to: 2, message: { type: 'PreVoteResponse', term: 2, granted: false, round: 5 } }])
    expect(ask(2, 2)).toEqual([{ type: 'send', to: 2, message: { type: 'PreVoteResponse', term: 3, granted: true, round: 5 } }])
  })

  it('§9.6: a pre-vote is refused while a leader is heard', () => {
    const fixture = new Fixture()
    fixture.receive(2, append(1, 0, 0))
    const effects = fixture.receive(3, { type: 'PreVoteRequest', term: 2, lastLogIndex: 9, lastLogTerm: 1, round: 1 })
    expect(effects).toEqual([{ type: 'send', to: 3, message: { type: 'PreVoteResponse', term: 1, granted: false, round: 1 } }])
  })
})
