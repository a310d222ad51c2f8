import { MemoryFileSystem } from '@copycat/storage'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Cluster } from './cluster.ts'
import { Add, Get } from './counter.ts'

let cluster: Cluster

async function fresh(size: number): Promise<void> {
  cluster = new Cluster(Array.from({ length: size }, () => new MemoryFileSystem()))
  await cluster.openAll()
}

beforeEach(() => {
  cluster = new Cluster([])
})
afterEach(() => cluster.close())

describe('transfer of leadership', () => {
  it('the named member leads, long before an election timeout, and nothing is lost or done twice', async () => {
    await fresh(3)
    const client = await cluster.client()
    await client.submit(new Add(1))
    for (const to of [1, 2, 3, 1]) {
      const leader = await cluster.leader()
      if (leader.memberId === to) continue
      const start = performance.now()
      const commands = Array.from({ length: 50 }, () => client.submit(new Add(1)))
      expect(await leader.cluster.transferLeadership(to)).toBe(to)
      expect(performance.now() - start).toBeLessThan(500)
      const results = await Promise.all(commands)
      expect(results).toEqual(results.map((_, at) => results[0]! + at))
    }
    const sum = await client.submit(new Get())
    expect((sum - 1) % 50).toBe(0)
  })

  it('takes who is furthest where none is named; any server says who leads and in which term', async () => {
    await fresh(3)
    const leader = await cluster.leader()
    const { term } = leader.cluster
    const successor = await leader.cluster.transferLeadership()
    expect(successor).not.toBe(leader.memberId)
    expect(leader.cluster).toMatchObject({ leader: successor, areLeasesOn: false })
    expect(leader.cluster.term).toBeGreaterThan(term)
    expect(leader.cluster.members.map(({ id }) => id)).toEqual([1, 2, 3])
  })

  it.each([['itself', 0], ['a stranger', 9]])('to %s is refused', async (_, offset) => {
    await fresh(3)
    const leader = await cluster.leader()
    const to = offset === 0 ? leader.memberId : offset
    await expect(leader.cluster.transferLeadership(to)).rejects.toMatchObject({ code: 'COPYCAT_CONFIGURATION', option: 'to', value: to })
  })

  it('is refused by a server that does not lead, by one that is alone, and while another is under way', async () => {
    await fresh(3)
    const leader = await cluster.leader()
    const follower = [...cluster.servers.values()].find((server) => server !== leader)!
    await expect(follower.cluster.transferLeadership()).rejects.toMatchObject({ code: 'COPYCAT_NOT_LEADER' })
    const first = leader.cluster.transferLeadership()
    await expect(leader.cluster.transferLeadership()).rejects.toMatchObject({ code: 'COPYCAT_TRANSFER' })
    await first
    await cluster.close()
    await fresh(1)
    await expect((await cluster.leader()).cluster.transferLeadership()).rejects.toMatchObject({ code: 'COPYCAT_TRANSFER' })
  })

  it('E15: to a member that is gone is given up, and commands that waited are served', async () => {
    await fresh(3)
    const client = await cluster.client()
    await client.submit(new Add(1))
    const leader = await cluster.leader()
    const gone = cluster.members.find(({ id }) => id !== leader.memberId)!.id
    await cluster.servers.get(gone)!.close()
    const given = leader.cluster.transferLeadership(gone)
    const command = client.submit(new Add(1))
    await expect(given).rejects.toMatchObject({ code: 'COPYCAT_TRANSFER', outcome: 'not-applied' })
    expect(await command).toBe(2)
    expect(leader.state).toBe('leader')
  })
})

describe('drain', () => {
  it('hands leadership over, then closes: nobody waits for an election timeout', async () => {
    await fresh(3)
    const client = await cluster.client()
    await client.submit(new Add(1))
    const leader = await cluster.leader()
    const start = performance.now()
    const drained = leader.drain()
    expect(await client.submit(new Add(1))).toBe(2)
    expect(performance.now() - start).toBeLessThan(450)
    await drained
    expect(leader.state).toBe('closed')
    expect((await cluster.leader()).memberId).not.toBe(leader.memberId)
  })

  it('of a follower, of a single server and without a majority just closes', async () => {
    await fresh(1)
    await (await cluster.leader()).drain()
    await fresh(3)
    const leader = await cluster.leader()
    const others = [...cluster.servers.values()].filter((server) => server !== leader)
    await others[0]!.drain()
    await others[1]!.close()
    const start = performance.now()
    await leader.drain({ timeout: 300 })
    expect(performance.now() - start).toBeLessThan(1_500)
    expect(leader.state).toBe('closed')
  })
})
