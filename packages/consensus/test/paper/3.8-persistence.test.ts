import { describe, expect, it } from 'vitest'
import { append, commands, Fixture } from '../fixture.ts'

describe('§3.8 Persisted state and server restarts', () => {
  it('§3.8: a vote is told only after it is durable', () => {
    const fixture = new Fixture()
    expect(fixture.receive(2, { type: 'RequestVoteRequest', term: 1, lastLogIndex: 0, lastLogTerm: 0 })).toEqual([
      { type: 'persist', id: 1, epoch: 0, hardState: { currentTerm: 1, votedFor: 2 }, blocks: [] },
      { type: 'send', to: 2, message: { type: 'RequestVoteResponse', term: 1, granted: true }, after: 1 },
      { type: 'role', role: 'follower', term: 1, leader: undefined },
    ])
  })

  it("§3.8: a candidate's own vote counts only when it is durable", () => {
    const fixture = new Fixture()
    fixture.becomeCandidate()
    fixture.receive(2, { type: 'RequestVoteResponse', term: 1, granted: true })
    expect(fixture.core.role).toBe('candidate')
    fixture.persisted(1)
    expect(fixture.core.role).toBe('leader')
  })

  it('§3.8: entries are acknowledged only after they are durable', () => {
    const fixture = new Fixture()
    expect(fixture.receive(2, append(1, 0, 0, [1, 1]))).toEqual([
      { type: 'persist', id: 1, epoch: 0, hardState: { currentTerm: 1, votedFor: undefined }, blocks: [commands(1, 2, 1)] },
      { type: 'send', to: 2, message: fixture.success(2), after: 1 },
      { type: 'role', role: 'follower', term: 1, leader: 2 },
    ])
  })

  it('§3.8: a restarted server keeps its vote for the term', () => {
    const fixture = new Fixture({ hardState: { currentTerm: 4, votedFor: 3 } })
    const effects = fixture.receive(2, { type: 'RequestVoteRequest', term: 4, lastLogIndex: 9, lastLogTerm: 4 })
    expect(effects).toEqual([{ type: 'send', to: 2, message: { type: 'RequestVoteResponse', term: 4, granted: false } }])
  })

  it('§3.8: the commit index starts at zero and is learned anew', () => {
    const fixture = new Fixture({ terms: [1, 1, 1] })
    expect(fixture.core).toMatchObject({ commitIndex: 0, lastApplied: 0, lastIndex: 3, durableIndex: 3 })
    fixture.receive(2, append(1, 3, 1, [], { commitIndex: 3 }))
    expect(fixture.core.commitIndex).toBe(3)
  })

  it('§3.8: a durable term below that of an entry is refused at the start', () => {
    expect(() => new Fixture({ terms: [5], hardState: { currentTerm: 4, votedFor: undefined } })).toThrow('no entry has a term above the durable one')
  })
})
