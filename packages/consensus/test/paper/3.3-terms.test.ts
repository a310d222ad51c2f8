import { describe, expect, it } from 'vitest'
import { append, Fixture } from '../fixture.ts'

describe('§3.3 Raft basics', () => {
  it('§3.3: starts as a follower', () => {
    expect(new Fixture().core.role).toBe('follower')
  })

  it.each([
    ['AppendEntriesRequest', append(7, 0, 0)],
    ['AppendEntriesResponse', { ...new Fixture().success(0), term: 7 }],
    ['RequestVoteRequest', { type: 'RequestVoteRequest', term: 7, lastLogIndex: 0, lastLogTerm: 0 }],
    ['RequestVoteResponse', { type: 'RequestVoteResponse', term: 7, granted: false }],
    ['PreVoteResponse', { type: 'PreVoteResponse', term: 7, granted: false, round: 1 }],
  ] as const)('§3.3: takes over a higher term from a message: %s', (_, message) => {
    const fixture = new Fixture()
    fixture.receive(2, message)
    expect(fixture.core.currentTerm).toBe(7)
  })

  it('§3.3: a candidate that learns of a higher term becomes follower', () => {
    const fixture = new Fixture()
    fixture.becomeCandidate()
    fixture.receive(3, { type: 'RequestVoteResponse', term: 5, granted: false })
    expect(fixture.core).toMatchObject({ role: 'follower', currentTerm: 5, votedFor: undefined })
  })

  it('§3.3: a leader that learns of a higher term becomes follower', () => {
    const fixture = new Fixture()
    fixture.serve()
    const effects = fixture.receive(3, { ...fixture.success(1), term: 5 })
    expect(effects).toEqual([
      { type: 'persist', id: 3, epoch: 0, hardState: { currentTerm: 5, votedFor: undefined }, blocks: [] },
      { type: 'role', role: 'follower', term: 5, leader: undefined },
    ])
  })

  it('§3.3: refuses requests of a stale term', () => {
    const fixture = new Fixture({ terms: [1, 4] })
    expect(fixture.receive(2, append(3, 2, 4))).toEqual([{
      type: 'send', to: 2, message: {
        type: 'AppendEntriesResponse', term: 4, success: false, matchIndex: 0, round: 0, rejectedIndex: 2, hintIndex: 0, hintTerm: 0,
      },
    }])
    expect(fixture.receive(2, { type: 'RequestVoteRequest', term: 3, lastLogIndex: 9, lastLogTerm: 3 })).toEqual([
      { type: 'send', to: 2, message: { type: 'RequestVoteResponse', term: 4, granted: false } },
    ])
    expect(fixture.core.leader).toBeUndefined()
  })
})
