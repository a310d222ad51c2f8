import { describe, expect, it } from 'vitest'
import { append, Fixture } from '../fixture.ts'

describe('§3.6 Safety', () => {
  it.each([
    ['a later last term', 3, 1, true],
    ['the same term and a longer log', 2, 4, true],
    ['the same log', 2, 3, true],
    ['the same term and a shorter log', 2, 2, false],
    ['an earlier last term and a longer log', 1, 9, false],
  ])('§3.6.1: votes only for a log that is at least as up to date: %s', (_, lastLogTerm, lastLogIndex, granted) => {
    const fixture = new Fixture({ terms: [1, 2, 2] })
    const effects = fixture.receive(2, { type: 'RequestVoteRequest', term: 4, lastLogIndex, lastLogTerm })
    expect(effects.find((effect) => effect.type === 'send')?.message).toEqual({ type: 'RequestVoteResponse', term: 4, granted })
    expect(fixture.core.votedFor).toBe(granted ? 2 : undefined)
  })

  it('§3.6.2: an entry of an older term is not committed by counting copies', () => {
    const fixture = new Fixture({ terms: [1, 2] })
    fixture.sendAll(fixture.becomeLeader())
    fixture.receive(2, fixture.success(2))
    fixture.receive(3, fixture.success(2))
    expect(fixture.core.commitIndex).toBe(0)
  })

  it('§3.6.2: an entry of an older term is committed with one of the current term', () => {
    const fixture = new Fixture({ terms: [1, 2] })
    fixture.sendAll(fixture.becomeLeader())
    fixture.receive(2, fixture.success(3))
    fixture.receive(3, fixture.success(3))
    expect(fixture.core.commitIndex).toBe(3)
  })

  it('§3.6.2: entries keep the term in which they were made', () => {
    const fixture = new Fixture({ terms: [1, 2] })
    fixture.becomeLeader()
    expect([1, 2, 3].map((index) => fixture.core.term(index))).toEqual([1, 2, 3])
  })

  it('§3.6.3: committed entries are never removed', () => {
    const fixture = new Fixture({ terms: [1, 1] })
    fixture.receive(2, append(1, 2, 1, [], { commitIndex: 2 }))
    expect(() => fixture.receive(3, append(2, 0, 0, [2]))).toThrow('committed entries are never removed')
  })

  it('§3.6.3: a server applies each index once, in order', () => {
    const fixture = new Fixture({ terms: [1, 1, 1] })
    fixture.receive(2, append(1, 3, 1, [], { commitIndex: 3 }))
    fixture.step({ type: 'applied', index: 3 })
    expect(() => fixture.step({ type: 'applied', index: 2 })).toThrow('entries are applied in order')
    expect(() => fixture.step({ type: 'applied', index: 4 })).toThrow('entries are applied in order')
  })
})
