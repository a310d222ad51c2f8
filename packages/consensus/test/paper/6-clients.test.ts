import { describe, expect, it } from 'vitest'
import { append, Fixture, sends } from '../fixture.ts'

describe('§6 Client interaction', () => {
  it('§6.2: a leader without a majority for an election timeout steps down', () => {
    const fixture = new Fixture()
    fixture.serve()
    const end = fixture.now + 500
    while (fixture.core.nextTick < end) expect(sends(fixture.tick(), 'AppendEntriesRequest')).toHaveLength(2)
    expect(fixture.tick()).toEqual([{ type: 'role', role: 'follower', term: 1, leader: undefined }])
    expect(fixture.now).toBe(end)
  })

  it('§6.2: a leader that a majority answers stays', () => {
    const fixture = new Fixture()
    fixture.serve()
    for (let beat = 0; beat < 30; beat++) {
      fixture.tick()
      fixture.receive(3, fixture.success(1))
    }
    expect(fixture.core.role).toBe('leader')
  })

  it('§6.4: a new leader appends a no-op and serves when it is applied', () => {
    const fixture = new Fixture({ terms: [1] })
    expect(fixture.becomeLeader()[0]).toEqual({
      type: 'persist', id: 2, epoch: 0, blocks: [{ kind: 'noop', firstIndex: 2, count: 1, term: 2 }],
    })
    fixture.persisted(2)
    fixture.receive(3, fixture.success(2))
    expect(fixture.core.isServing).toBe(false)
    fixture.step({ type: 'applied', index: 2 })
    expect(fixture.core.isServing).toBe(true)
  })

  it('§6.4: a read waits for a round of heartbeats answered by a majority', () => {
    const fixture = new Fixture()
    fixture.serve()
    const round = append(1, 1, 1, [], { commitIndex: 1, round: 1 })
    expect(fixture.step({ type: 'readRequest', request: 1 })).toEqual([
      { type: 'send', to: 2, message: round },
      { type: 'send', to: 3, message: round },
    ])
    expect(fixture.receive(2, fixture.success(1, 1))).toEqual([{ type: 'readReady', through: 1 }])
  })

  it('§6.4: a read waits until what was committed when it came is applied', () => {
    const fixture = new Fixture()
    fixture.serve()
    fixture.sendAll(fixture.step({ type: 'propose', kind: 'commands', count: 3 }))
    fixture.receive(2, fixture.success(4))
    fixture.receive(3, fixture.success(4))
    expect(fixture.core.commitIndex).toBe(4)
    fixture.step({ type: 'readRequest', request: 1 })
    expect(fixture.receive(3, fixture.success(4, 1))).toEqual([])
    expect(fixture.step({ type: 'applied', index: 4 })).toEqual([{ type: 'readReady', through: 1 }])
  })

  it('§6.4: reads that come before the no-op is applied wait for it', () => {
    const fixture = new Fixture()
    fixture.sendAll(fixture.becomeLeader())
    expect(fixture.step({ type: 'readRequest', request: 1 })).toEqual([])
    fixture.persisted(2)
    fixture.receive(2, fixture.success(1))
    expect(sends(fixture.step({ type: 'applied', index: 1 }), 'AppendEntriesRequest').map(({ message }) => message)).toEqual([
      append(1, 1, 1, [], { commitIndex: 1, round: 1 }),
      append(1, 0, 0, [], { commitIndex: 1, round: 1 }),
    ])
    expect(fixture.receive(3, fixture.success(0, 1))).toContainEqual({ type: 'readReady', through: 1 })
  })

  it('§6.4: many reads share one round', () => {
    const fixture = new Fixture()
    fixture.serve()
    fixture.step({ type: 'readRequest', request: 1 })
    expect(fixture.step({ type: 'readRequest', request: 2 })).toEqual([])
    expect(fixture.step({ type: 'readRequest', request: 3 })).toEqual([])
    const effects = fixture.receive(2, fixture.success(1, 1))
    expect(effects.map((effect) => effect.type)).toEqual(['send', 'send', 'readReady'])
    expect(fixture.receive(2, fixture.success(1, 2))).toEqual([{ type: 'readReady', through: 3 }])
  })
})
