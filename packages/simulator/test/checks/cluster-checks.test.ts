import type { Role } from '@copycat/consensus'
import type { Block } from '@copycat/storage'
import { InvariantError } from '@copycat/utils'
import { describe, expect, it } from 'vitest'
import { acknowledgement, appendEntries, commands, sessionBlock, WatchedCluster } from './watched-cluster.ts'

const first = commands(1, 1, 'a')
const second = commands(2, 1, 'b', 'c')

/** Member 1 leads term 1; three entries are committed at members 1 and 2 and applied there. */
function goodLife(): WatchedCluster {
  const cluster = new WatchedCluster()
  cluster.elect(1).replicate(first).replicate(second)
  for (const id of [1, 2]) cluster.server(id).applies(first, 11).applies(second, 12).is({})
  return cluster
}

/** What is called broken first when this happens after a good life. */
function broken(bad: (cluster: WatchedCluster) => void): string | undefined {
  const cluster = goodLife()
  bad(cluster)
  return cluster.broken[0]
}

describe('the checks, of a cluster that does everything right', () => {
  it('are silent while entries are committed and applied', () => {
    const cluster = goodLife()
    cluster.checks.acknowledged(3, 'a command')
    expect(cluster.texts).toEqual([])
    expect(cluster.checks.elections.termsLed).toBe(1)
    expect(cluster.checks.committed.log.lastIndex).toBe(3)
    expect(cluster.checks.application.hashAt(3)).toBe(12)
  })

  it('are silent when a follower removes what was never committed, and a new leader goes on', () => {
    const cluster = goodLife()
    const [one, two, three] = [cluster.server(1), cluster.server(2), cluster.server(3)]
    const lost = commands(4, 1, 'lost')
    one.stores(lost).is({})
    two.votes(2, 2).sends(3, { type: 'RequestVoteRequest', term: 2, lastLogIndex: 3, lastLogTerm: 1 })
    three.votes(2, 2).sends(2, { type: 'RequestVoteResponse', term: 2, granted: true })
    two.is({ role: 'leader' })
    const other = commands(4, 2, 'other')
    two.stores(other).is({})
    const request = appendEntries({ term: 2, prevLogIndex: 3, prevLogTerm: 1, blocks: [other], commitIndex: 3 })
    two.sends(1, request)
    one.votes(2, 2).is({ role: 'follower' }).receives(2, request).writes([other], 4).syncs([other]).is({}).sends(2, acknowledgement(2, 4))
    two.core.matches.set(1, 4)
    two.receives(1, acknowledgement(2, 4)).is({ commitIndex: 4 }).applies(other, 13)
    expect(cluster.texts).toEqual([])
  })

  it('are silent when a server starts again with what was durable', () => {
    const cluster = goodLife()
    const two = cluster.server(2)
    two.stops()
    two.starts([1, 1, 1])
    two.is({})
    expect(cluster.texts).toEqual([])
  })
})

describe('the checks of elections', () => {
  it('I1: name a second leader of a term', () => {
    expect(broken((cluster) => cluster.server(3).is({ currentTerm: 1, lastIndex: 0, role: 'leader' }))).toBe('I1')
    expect(broken((cluster) => cluster.server(3).sends(2, appendEntries({ term: 1 })))).toBe('I1')
  })

  it('I1: name a leader that has the votes of no majority in its term', () => {
    expect(broken((cluster) => {
      const two = cluster.server(2).votes(2, 2).sends(3, { type: 'RequestVoteRequest', term: 2, lastLogIndex: 3, lastLogTerm: 1 })
      two.is({ role: 'leader' })
    })).toBe('I1')
  })

  it('I2: name a second vote in a term', () => {
    expect(broken((cluster) => {
      const two = cluster.server(2).votes(2, 1).sends(1, { type: 'RequestVoteResponse', term: 2, granted: true })
      two.votes(2, 3).sends(3, { type: 'RequestVoteResponse', term: 2, granted: true })
    })).toBe('I2')
  })

  it('I3: name a vote that the disk does not hold', () => {
    expect(broken((cluster) => cluster.server(3).sends(1, { type: 'RequestVoteResponse', term: 2, granted: true }))).toBe('I3')
    expect(broken((cluster) => cluster.server(3).votes(2, 1).sends(2, { type: 'RequestVoteResponse', term: 2, granted: true }))).toBe('I3')
    expect(broken((cluster) => cluster.server(3).votes(1, 3).sends(1, { type: 'RequestVoteRequest', term: 2, lastLogIndex: 0, lastLogTerm: 0 }))).toBe('I3')
  })

  it('I3: name a server that starts without the vote that its disk had held', () => {
    expect(broken((cluster) => {
      const two = cluster.server(2)
      two.stops()
      two.core.votedFor = undefined
      two.starts([1, 1, 1])
    })).toBe('I3')
  })

  it('I4: name a term that falls, in a life or from one to the next, or stays behind the log', () => {
    expect(broken((cluster) => cluster.server(2).is({ currentTerm: 0 }))).toBe('I4')
    expect(broken((cluster) => cluster.server(3).is({ currentTerm: 1, lastTerm: 2 }))).toBe('I4')
    expect(broken((cluster) => {
      const two = cluster.server(2)
      two.stops()
      two.core.currentTerm = 0
      two.starts([1, 1, 1])
    })).toBe('I4')
  })

  it('I7: name a leader that lacks a committed entry', () => {
    expect(broken((cluster) => {
      cluster.server(2).votes(2, 3).sends(3, { type: 'RequestVoteResponse', term: 2, granted: true })
      cluster.server(3).votes(2, 3).is({ role: 'leader' })
    })).toBe('I7')
  })

  it('I7: ask of a leader what was committed in earlier terms only', () => {
    const cluster = goodLife()
    const [one, two, three] = [cluster.server(1), cluster.server(2), cluster.server(3)]
    // Member 3 has the votes for term 2 and stands still, while member 1 leads term 3 and commits there.
    three.votes(2, 3).receives(1, appendEntries({ blocks: [first, second], commitIndex: 3 })).stores(first, second)
    two.votes(2, 3).sends(3, { type: 'RequestVoteResponse', term: 2, granted: true })
    cluster.elect(3).replicate(commands(4, 3, 'of term 3'))
    expect(one.core.commitIndex).toBe(4)
    three.is({ role: 'leader' })
    expect(cluster.texts).toEqual([])
    // Whoever leads a later term needs it.
    three.votes(4, 3)
    two.votes(4, 3).sends(3, { type: 'RequestVoteResponse', term: 4, granted: true })
    three.is({ role: 'leader' })
    expect(cluster.broken).toEqual(['I7'])
  })

  it('I15: name a leader that has heard no majority for too long', () => {
    expect(broken((cluster) => {
      cluster.now += 500
      cluster.server(1).is({})
    })).toBeUndefined()
    expect(broken((cluster) => {
      cluster.now += 900
      cluster.server(1).is({})
    })).toBe('I15')
    expect(broken((cluster) => {
      cluster.now += 900
      cluster.server(1).process.resumedAt = cluster.now
      cluster.server(1).is({})
    })).toBeUndefined()
  })
})

describe('the checks of sessions', () => {
  const registered = sessionBlock(4, 1, { kind: 'register', client: new Uint8Array(16), timeout: 1_000, replaces: 0 })
  const renewal = sessionBlock(5, 1, { kind: 'keepAlive', session: 4, floor: 0, eventIndex: 0 })
  const expiry = (lastRenewal: number, index = 6): Block => sessionBlock(index, 1, { kind: 'expire', session: 4, lastRenewal })

  it('I40: name a session that ends though it was renewed after what was judged by', () => {
    const applied = (cluster: WatchedCluster, lastRenewal: number, isOpen: boolean): void => {
      const one = cluster.server(1)
      for (const block of [registered, renewal, expiry(lastRenewal)]) cluster.replicate(block)
      one.sessions.add(4)
      one.applies(registered, 13).applies(renewal, 14)
      if (!isOpen) one.sessions.delete(4)
      one.applies(expiry(lastRenewal), 15)
    }
    expect(broken((cluster) => applied(cluster, 4, false))).toBe('I40')
    expect(broken((cluster) => applied(cluster, 4, true))).toBeUndefined()
    expect(broken((cluster) => applied(cluster, 5, false))).toBeUndefined()
  })

  it('I39, I40: a client that registers once more renews the session that it has', () => {
    const again = sessionBlock(5, 1, { kind: 'register', client: new Uint8Array(16), timeout: 1_000, replaces: 0 })
    const applied = (cluster: WatchedCluster, isOpen: boolean): void => {
      const one = cluster.server(1)
      for (const block of [registered, again, expiry(4)]) cluster.replicate(block)
      one.sessions.add(4)
      one.applies(registered, 13).applies(again, 14)
      if (!isOpen) one.sessions.delete(4)
      one.applies(expiry(4), 15)
    }
    expect(broken((cluster) => applied(cluster, true))).toBeUndefined()
    expect(broken((cluster) => applied(cluster, false))).toBe('I40')
  })

  it('I39: name a session that is still there when another has replaced it', () => {
    const successor = sessionBlock(5, 1, { kind: 'register', client: new Uint8Array(16).fill(1), timeout: 1_000, replaces: 4 })
    const replaced = (cluster: WatchedCluster, isOpen: boolean): void => {
      const one = cluster.server(1)
      for (const block of [registered, successor]) cluster.replicate(block)
      one.sessions.add(4)
      one.applies(registered, 13)
      if (!isOpen) one.sessions.delete(4)
      one.applies(successor, 14)
    }
    expect(broken((cluster) => replaced(cluster, false))).toBeUndefined()
    expect(broken((cluster) => replaced(cluster, true))).toBe('I39')
  })

  it('I40: name a leader that ends a session before it has heard anybody since it was stopped', () => {
    const ends = (cluster: WatchedCluster, isHeard: boolean, role: Role = 'leader'): void => {
      const one = cluster.server(1).is({ lastApplied: 3 })
      cluster.now += 600
      one.process.resumedAt = cluster.now
      if (isHeard) one.receives(2, acknowledgement(1, 3))
      one.core.role = role
      one.writes([expiry(0, 4)])
    }
    expect(broken((cluster) => ends(cluster, false))).toBe('I40')
    expect(broken((cluster) => ends(cluster, true))).toBeUndefined()
    // A leader that has been deposed meanwhile takes over what the next one has decided.
    expect(broken((cluster) => ends(cluster, false, 'follower'))).toBeUndefined()
  })
})

describe('the checks of replication', () => {
  it('I5: name two entries of one index and term, or one with another past', () => {
    expect(broken((cluster) => cluster.server(3).writes([commands(1, 1, 'other')]))).toBe('I5')
    expect(broken((cluster) => cluster.server(3).writes([commands(1, 2, 'x'), commands(2, 1, 'b', 'c')]))).toBe('I5')
    expect(broken((cluster) => cluster.server(3).writes([first]).writes([second]))).toBeUndefined()
  })

  it('I6: name a leader that removes entries, and a write that leaves a gap', () => {
    expect(broken((cluster) => cluster.server(1).stores(commands(4, 1, 'd')).is({}).writes([], 4))).toBe('I6')
    expect(broken((cluster) => cluster.server(3).writes([second]))).toBe('I6')
  })

  it('I8: name a leader that commits what no majority holds, or an entry of a term before', () => {
    const third = commands(4, 1, 'd')
    expect(broken((cluster) => cluster.server(1).stores(third).is({ commitIndex: 4 }))).toBe('I8')
    expect(broken((cluster) => {
      for (const id of [1, 2]) cluster.server(id).stores(third).is({})
      cluster.elect(2)
      cluster.server(1).is({ commitIndex: 4 })
    })).toBe('I8')
  })

  it('I9: name a commit index that falls, and one over other entries than those that were committed', () => {
    expect(broken((cluster) => cluster.server(2).is({ commitIndex: 2, lastApplied: 2 }))).toBe('I9')
    expect(broken((cluster) => {
      const three = cluster.server(3).receives(1, appendEntries({ blocks: [commands(1, 2, 'x')], commitIndex: 1 }))
      three.stores(commands(1, 2, 'x')).is({ currentTerm: 2, commitIndex: 1 })
    })).toBe('I9')
  })

  it('I10: name a follower that commits beyond what was proven to it', () => {
    expect(broken((cluster) => cluster.server(3).receives(1, appendEntries({ blocks: [first], commitIndex: 3 })).stores(first, second).is({ currentTerm: 1, commitIndex: 3 }))).toBe('I10')
    expect(broken((cluster) => {
      const three = cluster.server(3).receives(1, appendEntries({ blocks: [first, second], commitIndex: 3 }))
      three.stores(first, second).is({ currentTerm: 1, commitIndex: 3 })
    })).toBeUndefined()
  })

  it('I11: name marks that are out of order', () => {
    expect(broken((cluster) => cluster.server(1).is({ lastApplied: 4 }))).toBe('I11')
    expect(broken((cluster) => cluster.server(1).is({ commitIndex: 4 }))).toBe('I11')
  })

  it('I12: name an acknowledgement of what is not durable, by a server or to a client', () => {
    const third = commands(4, 1, 'd')
    expect(broken((cluster) => cluster.server(2).writes([third]).is({}).sends(1, acknowledgement(1, 4)))).toBe('I12')
    expect(broken((cluster) => cluster.server(2).stores(third).is({}).sends(1, acknowledgement(2, 4)))).toBe('I12')
    expect(broken((cluster) => cluster.server(2).stores(third).is({}).sends(1, { ...acknowledgement(2, 4), success: false }))).toBeUndefined()
    expect(broken((cluster) => {
      cluster.server(1).stores(third).is({})
      cluster.checks.acknowledged(4, 'a command')
    })).toBe('I12')
  })

  it('I13: name a leader that counts what a follower has not made durable', () => {
    expect(broken((cluster) => {
      cluster.server(1).core.matches.set(3, 1)
      cluster.server(1).receives(2, acknowledgement(1, 3)).is({})
    })).toBe('I13')
    expect(broken((cluster) => {
      cluster.damaged.add(3)
      cluster.server(1).core.matches.set(3, 1)
      cluster.server(1).receives(3, acknowledgement(1, 1)).is({})
    })).toBeUndefined()
  })

  it('I13: name a leader that counts what a follower has answered to it in an older term', () => {
    expect(broken((cluster) => {
      cluster.elect(2)
      cluster.server(1).receives(2, acknowledgement(1, 3))
      cluster.server(1).core.matches.set(2, 3)
      cluster.server(1).is({})
    })).toBe('I13')
  })

  it('I13: a deposed leader may hear late what a follower has made room for since', () => {
    const third = commands(4, 1, 'd')
    expect(broken((cluster) => {
      cluster.server(1).stores(third).is({})
      cluster.server(3).is({ currentTerm: 2 })
      cluster.server(1).core.matches.set(3, 4)
      cluster.server(1).receives(3, acknowledgement(1, 4)).is({})
    })).toBeUndefined()
    expect(broken((cluster) => {
      cluster.server(1).stores(third).is({})
      cluster.server(3).writes([first]).writes([second]).writes([third])
      cluster.server(3).is({ currentTerm: 2 })
      cluster.server(1).core.matches.set(3, 4)
      cluster.server(1).receives(3, acknowledgement(1, 4)).is({})
    })).toBe('I13')
  })

  it('I14: name the removal of what is committed, or of an entry for the sake of the same one', () => {
    expect(broken((cluster) => cluster.server(2).writes([], 3))).toBe('I14')
    expect(broken((cluster) => {
      const third = commands(4, 1, 'd')
      cluster.server(2).stores(third).is({}).writes([third], 4)
    })).toBe('I14')
  })
})

describe('the checks of state machines', () => {
  it('I21: name states that differ, entries out of order, and what was never committed', () => {
    expect(broken((cluster) => cluster.server(3).receives(1, appendEntries({ blocks: [first], commitIndex: 1 })).stores(first)
      .is({ currentTerm: 1, commitIndex: 1 }).applies(first, 99))).toBe('I21')
    expect(broken((cluster) => cluster.server(2).applies(second, 12))).toBe('I21')
    expect(broken((cluster) => cluster.server(3).receives(1, appendEntries({ blocks: [first], commitIndex: 1 })).stores(first)
      .is({ currentTerm: 1, commitIndex: 1 }).applies(commands(1, 1, 'invented'), 11))).toBe('I21')
  })

  it('assertion: name a server that stops because it broke an invariant of its own', () => {
    expect(broken((cluster) => cluster.checks.told({ type: 'failed', member: 2, error: new InvariantError('this cannot be') }))).toBe('assertion')
    expect(broken((cluster) => cluster.checks.told({ type: 'failed', member: 2, error: new Error('the disk is full') }))).toBeUndefined()
  })
})

describe('the checks of recovery', () => {
  const restarted = (terms: readonly number[]) => (cluster: WatchedCluster): void => {
    const two = cluster.server(2)
    two.stops()
    two.starts(terms)
  }

  it('I48: name an entry that nobody ever wrote, and another one than was durable', () => {
    expect(broken(restarted([1, 1, 1, 7]))).toBe('I48')
    expect(broken(restarted([1, 1, 2]))).toBe('I48')
  })

  it('I5: name a log that never was, though each of its entries was somewhere', () => {
    expect(broken((cluster) => {
      const three = cluster.server(3).writes([commands(1, 2, 'x')])
      three.stops()
      three.starts([2, 1, 1])
    })).toBe('I5')
  })

  it('I49: name durable entries that are gone', () => {
    expect(broken(restarted([1, 1]))).toBe('I49')
    expect(broken(restarted([]))).toBe('I49')
  })

  it('I49: name damage that a server does not notice when it opens its disk', () => {
    expect(broken((cluster) => {
      cluster.damaged.add(2)
      restarted([1])(cluster)
    })).toBe('I49')
  })

  it('forgive a server that has got an empty disk, or an older one', () => {
    expect(broken((cluster) => {
      cluster.server(2).faultCounts.wipedDisk += 1
      restarted([1])(cluster)
    })).toBeUndefined()
    expect(broken((cluster) => {
      cluster.checks.hasForgotten(2)
      restarted([1])(cluster)
    })).toBeUndefined()
  })

  it('take what was not synced before a power cut as it is found', () => {
    for (const terms of [[1, 1, 1], [1, 1, 1, 1]]) {
      const cluster = goodLife()
      const two = cluster.server(2)
      two.writes([commands(4, 1, 'd')]).is({})
      two.stops()
      two.hooks.onReset?.()
        two.starts(terms)
      expect(cluster.texts).toEqual([])
      expect(cluster.checks.view(2).durable.index).toBe(terms.length)
    }
  })
})

describe('mayForget', () => {
  it('is true where a majority of the others holds the entries and has settled its votes', () => {
    const cluster = goodLife()
    expect(cluster.checks.mayForget(2)).toBe(false)
    cluster.server(3).receives(1, appendEntries({ blocks: [first, second], commitIndex: 3 })).stores(first, second).is({ currentTerm: 1 })
    expect(cluster.checks.mayForget(2)).toBe(false)
    cluster.server(3).votes(1, 1)
    expect(cluster.checks.mayForget(2)).toBe(true)
  })

  it('is false for a member that has lost something before and may hold more than the others', () => {
    const cluster = goodLife()
    cluster.server(3).receives(1, appendEntries({ blocks: [first, second], commitIndex: 3 })).stores(first, second).is({ currentTerm: 1 }).votes(1, 1)
    cluster.damaged.add(2)
    expect(cluster.checks.mayForget(2)).toBe(true)
    cluster.server(2).writes([commands(4, 1, 'acknowledged, perhaps')])
    expect(cluster.checks.mayForget(2)).toBe(false)
  })
})
