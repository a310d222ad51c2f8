import diagnostics from 'node:diagnostics_channel'
import { followersFirst, leaderFirst, type RaftClient } from '@copycat/client'
import type { RaftServer } from '@copycat/raft'
import { type RaftEvent, raftChannel } from '@copycat/raft/internal'
import { MemoryFileSystem } from '@copycat/storage'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Cluster } from './cluster.ts'
import { Add, Get } from './counter.ts'

let cluster: Cluster
/** Who answered without asking another server, and at which level. */
let answered: string[] = []

function listen(event: unknown): void {
  const told = event as RaftEvent
  if (told.type === 'answered') answered.push(`${told.member} ${told.consistency}`)
}

beforeEach(async () => {
  answered = []
  diagnostics.subscribe(raftChannel, listen)
  cluster = new Cluster(Array.from({ length: 3 }, () => new MemoryFileSystem()))
  await cluster.openAll()
})

afterEach(async () => {
  diagnostics.unsubscribe(raftChannel, listen)
  await cluster.close()
})

/** A client of a follower, and that follower's id. */
async function clientOfFollower(): Promise<{ client: RaftClient, id: number }> {
  await cluster.leader()
  const first = await cluster.client()
  await first.submit(new Add(1))
  const client = await cluster.client({ strategy: followersFirst })
  const member = cluster.members.find(({ host, port }) => client.connectedTo === `${host}:${port}`)!
  return { client, id: member.id }
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5))
}

/** The leader, once it has a lease. */
async function withLeases(): Promise<RaftServer> {
  const leader = await cluster.leader()
  await cluster.client()
  await leader.cluster.switchLeases(true)
  await until(() => [...cluster.servers.values()].every((server) => server.cluster.areLeasesOn))
  // A heartbeat dates the first lease.
  await new Promise((resolve) => setTimeout(resolve, 200))
  return leader
}

describe('reads: SERIALIZABLE', () => {
  it('are answered by the follower that is asked, and see the own writes', async () => {
    const { client, id } = await clientOfFollower()
    for (let sum = 2; sum <= 20; sum++) {
      expect(await client.submit(new Add(1))).toBe(sum)
      expect(await client.submit(new Get(), { consistency: 'SERIALIZABLE' })).toBe(sum)
    }
    expect(answered.filter((each) => each === `${id} SERIALIZABLE`).length).toBeGreaterThan(0)
  })

  it('of a class that says so need no option', async () => {
    class Glance extends Get {
      override readonly consistency = 'SERIALIZABLE'
      override readonly maxStaleness = 2_000
    }
    const { client, id } = await clientOfFollower()
    expect(await client.submit(new Glance())).toBe(1)
    expect(answered).toEqual([`${id} SERIALIZABLE`])
    expect(await client.submit(new Glance(), { consistency: 'LINEARIZABLE' })).toBe(1)
    expect(answered).toHaveLength(1)
  })

  it('a bound of staleness goes with no other level', async () => {
    const { client } = await clientOfFollower()
    await expect(client.submit(new Get(), { maxStaleness: 100 })).rejects.toMatchObject({ code: 'COPYCAT_CONFIGURATION', option: 'maxStaleness', value: 100 })
    await expect(client.submit(new Get(), { consistency: 'SERIALIZABLE', maxStaleness: -1 })).rejects.toMatchObject({ code: 'COPYCAT_CONFIGURATION' })
  })

  it('L11: without a leader only where the client does not mind how old they are, else they fail at their time-out, not applied', async () => {
    const { client, id } = await clientOfFollower()
    expect(await client.submit(new Get())).toBe(1)
    for (const [other, server] of cluster.servers) if (other !== id) await server.close()
    await until(() => cluster.servers.get(id)!.leader === undefined)
    expect(await client.submit(new Get(), { consistency: 'SERIALIZABLE', maxStaleness: Infinity })).toBe(1)
    await new Promise((resolve) => setTimeout(resolve, 600))
    await expect(client.submit(new Get(), { consistency: 'SERIALIZABLE', timeout: 300 })).rejects.toMatchObject({ code: 'COPYCAT_TIMEOUT', outcome: 'not-applied' })
  })
})

describe('reads: LINEARIZABLE on a follower', () => {
  it('see everything that was acknowledged anywhere before', async () => {
    const { client } = await clientOfFollower()
    const writer = await cluster.client({ strategy: leaderFirst })
    for (let sum = 2; sum <= 50; sum++) {
      await writer.submit(new Add(1))
      expect(await client.submit(new Get())).toBe(sum)
    }
    expect(answered).toEqual([])
  })

  it('go on when the leader is gone', async () => {
    const { client } = await clientOfFollower()
    const closed = (await cluster.leader()).close()
    expect(await client.submit(new Get())).toBe(1)
    await closed
  })
})

describe('reads: LINEARIZABLE_LEASE', () => {
  it('are LINEARIZABLE where leases are off', async () => {
    const { client } = await clientOfFollower()
    expect(await client.submit(new Get(), { consistency: 'LINEARIZABLE_LEASE' })).toBe(1)
    expect(answered).toEqual([])
  })

  it('are answered by the leader alone where they are on, until they are off again', async () => {
    const leader = await withLeases()
    const client = await cluster.client()
    expect(await client.submit(new Add(1))).toBe(1)
    expect(await client.submit(new Get(), { consistency: 'LINEARIZABLE_LEASE' })).toBe(1)
    expect(answered).toEqual([`${leader.memberId} LINEARIZABLE_LEASE`])
    await leader.cluster.switchLeases(false)
    expect(await client.submit(new Get(), { consistency: 'LINEARIZABLE_LEASE' })).toBe(1)
    expect(answered).toHaveLength(1)
  })

  it('L8: a leader that was asked to hand over and did not uses none any more', async () => {
    const leader = await withLeases()
    const client = await cluster.client({ strategy: leaderFirst })
    const successor = cluster.members.find(({ id }) => id !== leader.memberId)!.id
    await cluster.servers.get(successor)!.close()
    await expect(leader.cluster.transferLeadership(successor)).rejects.toMatchObject({ code: 'COPYCAT_TRANSFER', outcome: 'not-applied' })
    expect(await client.submit(new Add(1))).toBe(1)
    expect(leader.state).toBe('leader')
    expect(await client.submit(new Get(), { consistency: 'LINEARIZABLE_LEASE' })).toBe(1)
  })

  it('only the leader switches leases, and the switch survives it', async () => {
    const leader = await withLeases()
    const follower = [...cluster.servers.values()].find((server) => server !== leader)!
    await expect(follower.cluster.switchLeases(false)).rejects.toMatchObject({ code: 'COPYCAT_NOT_LEADER' })
    await leader.close()
    await until(() => [...cluster.servers.values()].some((server) => server !== leader && server.state === 'leader'))
    expect(follower.cluster.areLeasesOn).toBe(true)
  })
})
