import { describe, expect, it } from 'vitest'
import { anyServer, type ConnectionStrategy, followersFirst, leaderFirst } from '../src/index.ts'
import { ScriptedCluster } from './scripted-cluster.ts'
import { VirtualContext } from './virtual-context.ts'

const addresses = ['a', 'b', 'c', 'd'].map((host) => ({ host, port: 1 }))
const leader = { host: 'c', port: 1 }

/** What the strategy says in many rounds, as hosts. */
function rounds(strategy: ConnectionStrategy, known: { readonly leader?: typeof leader } = {}): string[] {
  const random = new VirtualContext().random()
  return Array.from({ length: 200 }, () => strategy({ addresses, leader: known.leader, random }).map(({ host }) => host).join(''))
}

const distinct = (orders: readonly string[]): number => new Set(orders).size

describe.each([['anyServer', anyServer], ['leaderFirst', leaderFirst], ['followersFirst', followersFirst]] as const)('%s', (_, strategy) => {
  it('names each server once, whether the leader is known or not, and leaves the list as it was', () => {
    for (const order of [...rounds(strategy), ...rounds(strategy, { leader })]) expect([...order].sort().join('')).toBe('abcd')
    expect(addresses.map(({ host }) => host).join('')).toBe('abcd')
  })

  it('tries them in any order while no leader is known', () => {
    expect(distinct(rounds(strategy))).toBe(24)
  })
})

describe('with a leader', () => {
  it('leaderFirst begins with it, followersFirst ends with it, the others in any order; anyServer does not care', () => {
    const [any, first, last] = [anyServer, leaderFirst, followersFirst].map((strategy) => rounds(strategy, { leader }))
    expect(distinct(any!)).toBe(24)
    expect([first!.every((order) => order.startsWith('c')), distinct(first!)]).toEqual([true, 6])
    expect([last!.every((order) => order.endsWith('c')), distinct(last!)]).toEqual([true, 6])
  })

  it('a leader that was not among the known servers is tried too', () => {
    const random = new VirtualContext().random()
    const learnt = { host: 'learnt', port: 1 }
    expect(leaderFirst({ addresses, leader: learnt, random })[0]).toEqual(learnt)
    expect(followersFirst({ addresses, leader: learnt, random }).at(-1)).toEqual(learnt)
  })

  it('a client dials them in the order of its strategy, one after the other, and last the one whose connection ended', async () => {
    const cluster = new ScriptedCluster()
    const client = await cluster.client({ strategy: ({ addresses: known }) => known.toReversed() })
    expect(client.cluster.members.map(({ host }) => host)).toEqual(['a', 'learnt'])
    cluster.kill()
    await cluster.context.advance(1)
    const hosts = cluster.dials.map(({ host }) => host)
    expect(hosts.slice(0, 5)).toEqual(['c', 'learnt', 'b', 'a', 'c'])
    const closed = client.close()
    await cluster.context.advance(1_100)
    await closed
  })
})
