import { describe, expect, it } from 'vitest'
import { append, commands, Fixture } from '../fixture.ts'

describe('§3.5 Log replication', () => {
  it('§3.5: a leader appends a command and sends it to all in parallel', () => {
    const fixture = new Fixture()
    fixture.serve()
    const replicate = { type: 'replicate', term: 1, fromIndex: 2, prevLogTerm: 1, bytesMax: 1_000, commitIndex: 1, round: 0 }
    expect(fixture.step({ type: 'propose', kind: 'commands', count: 5 })).toEqual([
      { type: 'persist', id: 3, epoch: 0, blocks: [commands(2, 5, 1)] },
      { ...replicate, to: 2 },
      { ...replicate, to: 3 },
    ])
  })

  it('§3.5: an entry is committed when a majority has stored it, and then applied', () => {
    const fixture = new Fixture()
    fixture.serve()
    fixture.sendAll(fixture.step({ type: 'propose', kind: 'commands', count: 5 }))
    expect(fixture.persisted(3)).toEqual([])
    expect(fixture.receive(2, fixture.success(6)).at(-1)).toEqual({ type: 'apply', through: 6 })
    expect(fixture.core.commitIndex).toBe(6)
  })

  it('§3.5: committing an entry commits all before it', () => {
    const fixture = new Fixture({ terms: [1, 1, 2] })
    fixture.serve()
    expect(fixture.core).toMatchObject({ commitIndex: 4, lastApplied: 4 })
  })

  it('§3.5: the leader tells its commit index in AppendEntries, and followers apply up to it', () => {
    const fixture = new Fixture({ terms: [1, 1] })
    expect(fixture.receive(2, append(1, 2, 1, [], { commitIndex: 2, respond: false }))).toEqual([
      { type: 'apply', through: 2 },
      { type: 'role', role: 'follower', term: 1, leader: 2 },
    ])
  })

  it('§3.5: a follower that lacks the entry before refuses', () => {
    const fixture = new Fixture({ terms: [1, 1, 1, 1] })
    expect(fixture.receive(2, append(1, 9, 1, [1]))[0]).toEqual({
      type: 'send', to: 2, message: {
        type: 'AppendEntriesResponse', term: 1, success: false, matchIndex: 0, round: 0, rejectedIndex: 9, hintIndex: 4, hintTerm: 1,
      },
    })
    expect(fixture.core.lastIndex).toBe(4)
  })

  it('§3.5: a follower whose entry before has another term refuses', () => {
    const fixture = new Fixture({ terms: [1, 2, 2, 2] })
    expect(fixture.receive(2, append(4, 4, 3, [4])).find((effect) => effect.type === 'send')?.message).toMatchObject({
      success: false, rejectedIndex: 4, hintIndex: 4, hintTerm: 2,
    })
  })

  it('§3.5: a follower removes what conflicts with the leader and takes its entries', () => {
    const fixture = new Fixture({ terms: [1, 1, 2, 2, 2] })
    expect(fixture.receive(2, append(3, 2, 1, [3, 3]))).toEqual([
      { type: 'persist', id: 1, epoch: 1, hardState: { currentTerm: 3, votedFor: undefined }, truncateFrom: 3, blocks: [commands(3, 2, 3)] },
      { type: 'send', to: 2, message: { ...fixture.success(4), term: 3 }, after: 1 },
      { type: 'role', role: 'follower', term: 3, leader: 2 },
    ])
    expect(fixture.core).toMatchObject({ lastIndex: 4, lastTerm: 3, durableIndex: 2 })
  })

  it('§3.5: a follower keeps what comes after matching entries', () => {
    const fixture = new Fixture({ terms: [1, 1, 1, 1, 1] })
    const effects = fixture.receive(2, append(1, 1, 1, [1, 1]))
    expect(effects.some((effect) => effect.type === 'persist')).toBe(false)
    expect(fixture.core.lastIndex).toBe(5)
  })

  it('§3.5: after a refusal the leader goes back and tries again', () => {
    const fixture = new Fixture({ terms: [1, 1, 1, 4, 4] })
    fixture.sendAll(fixture.becomeLeader())
    const effects = fixture.receive(2, fixture.refusal(5, 4, 2))
    expect(effects).toEqual([{
      type: 'replicate', to: 2, term: 5, fromIndex: 4, prevLogTerm: 1, bytesMax: 1_000, commitIndex: 0, round: 0,
    }])
  })

  it('§3.5: the leader skips a whole term of conflicting entries per refusal', () => {
    const fixture = new Fixture({ terms: [1, 2, 2, 2, 2, 2, 3] })
    fixture.sendAll(fixture.becomeLeader())
    const effects = fixture.receive(2, fixture.refusal(7, 7, 1))
    expect(effects.find((effect) => effect.type === 'replicate')?.fromIndex).toBe(2)
  })

  it('§3.5: a new leader starts with nextIndex just behind its log', () => {
    const fixture = new Fixture({ terms: [1, 1, 1] })
    expect(fixture.becomeLeader().filter((effect) => effect.type === 'replicate').map((effect) => effect.fromIndex)).toEqual([4, 4])
  })

  it('§3.5: a leader never removes or changes an entry of its own log', () => {
    const fixture = new Fixture({ terms: [1, 1, 1] })
    fixture.becomeLeader()
    expect(() => fixture.receive(2, append(2, 2, 1, [2]))).toThrow('one leader per term')
    expect(fixture.core.lastIndex).toBe(4)
  })

  it('§3.5: an answer is given to a repeated request as to the first one', () => {
    const fixture = new Fixture()
    const request = append(1, 0, 0, [1, 1])
    fixture.receive(2, request)
    fixture.persisted(1)
    expect(fixture.receive(2, request)).toEqual([{ type: 'send', to: 2, message: fixture.success(2) }])
  })
})
