import { describe, expect, it } from 'vitest'
import { Cluster } from '../cluster.ts'
import { append, commands, Fixture, sends } from '../fixture.ts'

const three = [1, 2, 3]

describe('replication: what a follower keeps', () => {
  it('R1: a delayed request with an older prefix removes nothing', () => {
    const fixture = new Fixture()
    fixture.receive(2, append(1, 0, 0, [1, 1, 1]))
    fixture.receive(2, append(1, 3, 1, [1, 1]))
    fixture.persisted(2)
    expect(fixture.receive(2, append(1, 0, 0, [1, 1, 1]))).toEqual([{ type: 'send', to: 2, message: fixture.success(3) }])
    expect(fixture.core).toMatchObject({ lastIndex: 5, durableIndex: 5 })
  })

  it('R1: a request that overlaps adds only what is new', () => {
    const fixture = new Fixture({ terms: [1, 1, 1] })
    expect(fixture.receive(2, append(1, 1, 1, [1, 1, 1, 1])).slice(0, 2)).toEqual([
      { type: 'persist', id: 1, epoch: 0, blocks: [commands(4, 2, 1)] },
      { type: 'send', to: 2, message: fixture.success(5), after: 1 },
    ])
  })

  it('R1: the cut is at the first real conflict, inside a block too', () => {
    const fixture = new Fixture({ terms: [1, 1, 2, 2] })
    expect(fixture.receive(2, append(3, 0, 0, [1, 1, 2, 3, 3]))[0]).toEqual({
      type: 'persist', id: 1, epoch: 1, hardState: { currentTerm: 3, votedFor: undefined }, truncateFrom: 4, blocks: [commands(4, 2, 3)],
    })
  })

  it('R2: a heartbeat to a follower with a divergent tail commits only what it proves', () => {
    const fixture = new Fixture({ terms: [1, 1, 2, 2, 2] })
    fixture.receive(2, append(3, 2, 1, [], { commitIndex: 5 }))
    expect(fixture.core.commitIndex).toBe(2)
  })

  it('R2: entries commit no further than the last of them', () => {
    const fixture = new Fixture({ terms: [1, 1, 1, 1] })
    fixture.receive(2, append(1, 0, 0, [1, 1], { commitIndex: 4 }))
    expect(fixture.core.commitIndex).toBe(2)
  })

  it('an entry that is known but not durable is acknowledged when it is', () => {
    const fixture = new Fixture()
    fixture.receive(2, append(1, 0, 0, [1, 1]))
    expect(sends(fixture.receive(2, append(1, 0, 0, [1])), 'AppendEntriesResponse')).toEqual([
      { type: 'send', to: 2, message: fixture.success(1), after: 1 },
    ])
  })

  it('a heartbeat is answered at once, with what is durable', () => {
    const fixture = new Fixture({ terms: [1] })
    fixture.receive(2, append(1, 1, 1, [1, 1]))
    expect(fixture.receive(2, append(1, 3, 1, [], { round: 4 }))).toEqual([{ type: 'send', to: 2, message: fixture.success(1, 4) }])
  })

  it('a heartbeat that brings a new term is answered when the term is durable', () => {
    const fixture = new Fixture({ terms: [1] })
    expect(fixture.receive(2, append(5, 1, 1))).toEqual([
      { type: 'persist', id: 1, epoch: 0, hardState: { currentTerm: 5, votedFor: undefined }, blocks: [] },
      { type: 'send', to: 2, message: { ...fixture.success(1), term: 5 }, after: 1 },
      { type: 'role', role: 'follower', term: 5, leader: 2 },
    ])
  })

  it('a notice of a commit index is not answered', () => {
    const fixture = new Fixture({ terms: [1, 1] })
    fixture.receive(2, append(1, 2, 1))
    expect(fixture.receive(2, append(1, 2, 1, [], { commitIndex: 2, respond: false }))).toEqual([{ type: 'apply', through: 2 }])
    expect(fixture.receive(2, append(1, 7, 1, [], { commitIndex: 7, respond: false }))).toEqual([])
  })

  it('runs of holes count like any entries of their term', () => {
    const fixture = new Fixture()
    const holes = { kind: 'holes', firstIndex: 1, count: 1_000_000, term: 3 } as const
    const effects = fixture.receive(2, { ...append(4, 0, 0), blocks: [holes, commands(1_000_001, 1, 4)] })
    expect(effects[0]).toMatchObject({ type: 'persist', blocks: [holes, commands(1_000_001, 1, 4)] })
    expect([fixture.core.term(1_000_000), fixture.core.term(1_000_001)]).toEqual([3, 4])
    const duplicate = fixture.receive(2, { ...append(4, 0, 0), blocks: [{ ...holes, kind: 'commands', count: 10 }] })
    expect(duplicate.some((effect) => effect.type === 'persist')).toBe(false)
  })

  it.each([
    ['a gap', [commands(2, 1, 1)]],
    ['an empty block', [commands(1, 0, 1)]],
    ['a falling term', [commands(1, 1, 2), commands(2, 1, 1)]],
    ['an entry of a later term than the leader', [commands(1, 1, 3)]],
  ])('a malformed request changes nothing: %s', (_, blocks) => {
    const fixture = new Fixture()
    expect(fixture.receive(2, { ...append(2, 0, 0), blocks })).toEqual([])
    expect(fixture.core).toMatchObject({ lastIndex: 0, currentTerm: 0 })
  })
})

describe('replication: what a leader commits', () => {
  it('R3: Figure 3.7: an entry of an older term on a majority can still be overwritten, and is not committed', () => {
    // The log of the figure: S1 had entry 2 of term 2, S5 then entry 2 of term 3; S1 leads again and copies its entry to S3.
    const cluster = new Cluster({
      voters: [1, 2, 3, 4, 5],
      initial: Object.fromEntries([[1, [1, 2]], [2, [1, 2]], [3, [1]], [4, [1]], [5, [1, 3]]].map(
        ([id, terms]) => [id, { terms: terms as number[], hardState: { currentTerm: 3, votedFor: undefined } }],
      )),
      appendBytesMax: 1,
    })
    const first = cluster.server(1)
    cluster.cut(1, 5)
    cluster.cut(1, 4)
    cluster.now = 750
    first.tick()
    while (first.core.role !== 'leader') cluster.deliver(cluster.queue.shift()!)
    // The no-op of term 4 reaches nobody; the heartbeat finds that 3 lacks entry 2, which is sent to it.
    cluster.queue = []
    cluster.now = first.core.nextTick
    first.tick()
    while (cluster.queue.length > 0) {
      const envelope = cluster.queue.shift()!
      if (envelope.entries.every((entry) => entry.term < 4)) cluster.deliver(envelope)
    }
    expect(cluster.server(3).log.map((entry) => entry.term)).toEqual([1, 2])
    expect(first.core.commitIndex).toBe(0)
    first.crash()
    cluster.heal()
    cluster.queue = []
    cluster.now += 800
    const fifth = cluster.server(5)
    for (const id of [2, 3, 4]) expect(cluster.server(id).core.commitIndex).toBe(0)
    fifth.tick()
    cluster.run(4_000)
    const { leader } = cluster
    leader.propose()
    cluster.settle()
    expect(leader.core.lastApplied).toBe(leader.core.lastIndex)
    for (const id of [2, 3, 4, 5]) expect(cluster.server(id).log).toEqual(leader.log)
  })

  it("R4: two of four are no majority", () => {
    const fixture = new Fixture({ configuration: { voters: [1, 2, 3, 4], learners: [] } })
    fixture.tick()
    for (const from of [2, 3]) fixture.receive(from, { type: 'PreVoteResponse', term: 1, granted: true, round: 1 })
    fixture.persisted(1)
    for (const from of [2, 3]) fixture.receive(from, { type: 'RequestVoteResponse', term: 1, granted: true })
    fixture.persisted(2)
    fixture.receive(2, fixture.success(1))
    expect(fixture.core.commitIndex).toBe(0)
    fixture.receive(4, fixture.success(1))
    expect(fixture.core.commitIndex).toBe(1)
  })

  it('R5: the leader counts its own copy only when it is durable', () => {
    const fixture = new Fixture()
    fixture.serve()
    fixture.sendAll(fixture.step({ type: 'propose', kind: 'commands', count: 1 }))
    expect(fixture.receive(2, fixture.success(2))).toEqual([])
    const notice = append(1, 2, 1, [], { commitIndex: 2, respond: false })
    expect(fixture.persisted(3)).toEqual([
      { type: 'send', to: 2, message: notice },
      { type: 'send', to: 3, message: notice },
      { type: 'apply', through: 2 },
    ])
  })

  it('R7: term and vote are never in a later persist than entries of that term', () => {
    const fixture = new Fixture({ terms: [1] })
    expect(fixture.receive(3, append(6, 1, 1, [6]))[0]).toEqual({
      type: 'persist', id: 1, epoch: 0, hardState: { currentTerm: 6, votedFor: undefined }, blocks: [commands(2, 1, 6)],
    })
    const leader = new Fixture({ terms: [1] })
    const all = [...leader.becomeCandidate(), ...leader.persisted(1), ...leader.receive(2, { type: 'RequestVoteResponse', term: 2, granted: true })]
    const persists = all.filter((effect) => effect.type === 'persist')
    expect(persists.map((effect) => [effect.id, effect.hardState?.currentTerm, effect.blocks.length])).toEqual([[1, 2, 0], [2, undefined, 1]])
  })

  it('R8: append-ABA: a completion from before a truncation does not count for what replaced it', () => {
    const fixture = new Fixture()
    // Term 1 writes entries 1 to 3; the disk is slow.
    fixture.receive(2, append(1, 0, 0, [1, 1, 1]))
    // Term 2 replaces 2 and 3; term 3 puts back entries of the same number.
    fixture.receive(3, append(2, 1, 1, [2, 2]))
    fixture.receive(2, append(3, 1, 1, [3, 3]))
    fixture.persisted(1, 0)
    expect(fixture.core.durableIndex).toBe(0)
    fixture.persisted(2, 1)
    expect(fixture.core.durableIndex).toBe(0)
    fixture.persisted(3, 2)
    expect(fixture.core).toMatchObject({ durableIndex: 3, lastTerm: 3 })
  })

  it('R8: a leader does not commit by a completion of entries that it lost as a follower', () => {
    const fixture = new Fixture({ configuration: { voters: [1, 2], learners: [] } })
    fixture.receive(2, append(1, 0, 0, [1, 1, 1]))
    fixture.receive(2, append(2, 0, 0, [2]))
    fixture.tick()
    fixture.receive(2, { type: 'PreVoteResponse', term: 3, granted: true, round: 1 })
    fixture.persisted(3, 1)
    fixture.receive(2, { type: 'RequestVoteResponse', term: 3, granted: true })
    fixture.receive(2, fixture.success(2))
    fixture.persisted(1, 0)
    expect(fixture.core).toMatchObject({ role: 'leader', lastIndex: 2, durableIndex: 1, commitIndex: 0 })
    fixture.persisted(4, 1)
    expect(fixture.core.commitIndex).toBe(2)
  })

  it('a match behind the end of our log is ignored', () => {
    const lines: string[] = []
    const fixture = new Fixture({ trace: (line) => lines.push(line) })
    fixture.serve()
    expect(fixture.receive(2, fixture.success(99))).toEqual([])
    expect(fixture.core.commitIndex).toBe(1)
    expect(lines.at(-1)).toContain('ignores a match of 2 at 99')
  })
})

describe('replication: streams, windows and probes', () => {
  it('R9: a new stream is probed at once, from where the logs are known to meet', () => {
    const fixture = new Fixture()
    fixture.serve()
    fixture.sendAll(fixture.step({ type: 'propose', kind: 'commands', count: 5 }))
    const effects = fixture.step({ type: 'connected', member: 2 })
    expect(effects).toEqual([{
      type: 'replicate', to: 2, term: 1, fromIndex: 2, prevLogTerm: 1, bytesMax: 1_000, commitIndex: 1, round: 0,
    }])
    expect(fixture.step({ type: 'connected', member: 3 })).toHaveLength(1)
  })

  it('R9: with nothing to send a new stream gets a heartbeat', () => {
    const fixture = new Fixture()
    fixture.serve()
    expect(fixture.step({ type: 'connected', member: 2 })).toEqual([
      { type: 'send', to: 2, message: append(1, 1, 1, [], { commitIndex: 1 }) },
    ])
  })

  it('R9: no second replicate comes before the driver has spoken of the first', () => {
    const fixture = new Fixture()
    fixture.serve()
    fixture.step({ type: 'propose', kind: 'commands', count: 5 })
    const effects = fixture.step({ type: 'connected', member: 2 })
    expect(effects.map((effect) => effect.type)).toEqual(['send'])
    expect(fixture.step({ type: 'sent', to: 2, through: 6 })).toMatchObject([{ type: 'replicate', to: 2, fromIndex: 2 }])
  })

  it('R10: after a refusal one probe goes out, and nothing more until it is answered', () => {
    const fixture = new Fixture()
    fixture.serve()
    for (let block = 0; block < 3; block++) fixture.sendAll(fixture.step({ type: 'propose', kind: 'commands', count: 1 }))
    const probe = fixture.receive(2, fixture.refusal(3, 1, 1))
    expect(probe).toMatchObject([{ type: 'replicate', to: 2, fromIndex: 2 }])
    fixture.step({ type: 'sent', to: 2, through: 2 })
    expect(fixture.receive(2, fixture.refusal(3, 1, 1))).toEqual([])
    expect(fixture.receive(2, fixture.success(2))).toMatchObject([{ type: 'replicate', to: 2, fromIndex: 3 }])
  })

  it('the window bounds what is unanswered', () => {
    const fixture = new Fixture({ inFlightMax: 2 })
    fixture.serve()
    for (let block = 0; block < 2; block++) fixture.sendAll(fixture.step({ type: 'propose', kind: 'commands', count: 1 }))
    expect(fixture.step({ type: 'propose', kind: 'commands', count: 1 }).map((effect) => effect.type)).toEqual(['persist'])
    expect(fixture.receive(3, fixture.success(2))).toMatchObject([{ type: 'replicate', to: 3, fromIndex: 4 }])
  })

  it('R11: a refusal at or below the match moves nothing', () => {
    const fixture = new Fixture({ terms: [1, 1, 1] })
    fixture.serve()
    for (const rejected of [0, 1, 3, 4]) expect(fixture.receive(2, fixture.refusal(rejected, 0, 0))).toEqual([])
    expect(fixture.step({ type: 'propose', kind: 'commands', count: 1 })).toMatchObject([{}, { fromIndex: 5 }, { fromIndex: 5 }])
  })

  it('R12: a divergent tail of 10,000 entries is found in rounds bounded by the number of terms', () => {
    const terms = (of: readonly number[]): number[] => [1, 1, 1, ...Array.from({ length: 10_000 }, (_, position) => of[Math.floor(position / 5_000)]!)]
    const initial = {
      1: { terms: terms([3, 5]), hardState: { currentTerm: 6, votedFor: undefined } },
      2: { terms: terms([2, 4]), hardState: { currentTerm: 6, votedFor: undefined } },
    }
    const cluster = new Cluster({ voters: [1, 2], initial, appendBytesMax: 100_000 })
    let refusals = 0
    cluster.onPost = (_, message) => {
      if (message.type === 'AppendEntriesResponse' && !message.success) refusals++
    }
    const leader = cluster.elect(1)
    expect(refusals).toBeLessThanOrEqual(3)
    expect(cluster.server(2).log).toEqual(leader.log)
  })

  it('R15: pages cut by size neither skip nor repeat an entry', () => {
    const cluster = new Cluster({ voters: three, appendBytesMax: 3, inFlightMax: 2 })
    const leader = cluster.elect(1)
    for (let round = 1; round <= 10; round++) leader.propose(round)
    cluster.settle()
    for (const id of [2, 3]) expect(cluster.server(id).applied).toEqual(leader.log)
    expect(leader.applied).toHaveLength(56)
  })

  it('R16: what the driver could not send is asked for again at the next heartbeat', () => {
    const fixture = new Fixture()
    fixture.serve()
    fixture.step({ type: 'propose', kind: 'commands', count: 1 })
    expect(fixture.step({ type: 'sent', to: 2, through: 1 })).toEqual([])
    const effects = fixture.tick().filter((effect) => effect.type !== 'role' && 'to' in effect && effect.to === 2)
    expect(effects.map((effect) => effect.type)).toEqual(['send', 'replicate'])
  })

  it('R17: a leader at the end of the numbers stops instead of going on wrongly', () => {
    const fixture = new Fixture({ hardState: { currentTerm: Number.MAX_SAFE_INTEGER, votedFor: undefined } })
    fixture.tick()
    expect(() => fixture.receive(2, { type: 'PreVoteResponse', term: Number.MAX_SAFE_INTEGER + 1, granted: true, round: 1 })).toThrow('terms are safe integers')
  })

  it('entries that a message network lost are found by the next heartbeat', () => {
    const cluster = new Cluster({ voters: three })
    const leader = cluster.elect(1)
    cluster.run(200)
    leader.propose(2)
    leader.propose(3)
    cluster.queue = []
    cluster.run(200)
    for (const id of [2, 3]) expect(cluster.server(id).applied).toEqual(leader.log)
    expect(leader.core.currentTerm).toBe(1)
  })

  it('a lost first message of several makes the leader send again', () => {
    const cluster = new Cluster({ voters: three })
    const leader = cluster.elect(1)
    cluster.run(200)
    leader.propose(2)
    cluster.queue = []
    leader.propose(3)
    cluster.settle()
    for (const id of [2, 3]) expect(cluster.server(id).applied).toEqual(leader.log)
  })

  it('a commit index with nothing else to send goes out at once, before it is applied', () => {
    const fixture = new Fixture()
    fixture.serve()
    fixture.sendAll(fixture.step({ type: 'propose', kind: 'commands', count: 1 }))
    fixture.persisted(3)
    const effects = fixture.receive(3, fixture.success(2))
    expect(effects.map((effect) => effect.type)).toEqual(['send', 'send', 'apply'])
    expect(fixture.step({ type: 'applied', index: 2 })).toEqual([])
  })
})
