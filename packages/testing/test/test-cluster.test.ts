import { DistributedMap } from '@copycat/resources-collections'
import { DistributedLock } from '@copycat/resources-coordination'
import { describe, expect, it } from 'vitest'
import { TestCluster } from '../src/index.ts'

const resources = [DistributedLock, DistributedMap]

describe('TestCluster', () => {
  it('opens members and clients, whose calls come to their end while time stands still', async () => {
    await using cluster = await TestCluster.open({ resources })
    const client = await cluster.client()
    const start = cluster.now()
    const map = await client.create('/map', DistributedMap<string, number>)
    await map.put('a', 1)
    const same = await cluster.replica(2).create('/map', DistributedMap<string, number>)
    expect(await same.get('a')).toBe(1)
    expect(cluster.now()).toBe(start)
    expect(cluster.members).toEqual([1, 2, 3])
  })

  it('has clients that say how they stand: well, cut off from a majority, with nobody, and closed', async () => {
    await using cluster = await TestCluster.open({ resources })
    const client = await cluster.client()
    expect(await client.health()).toEqual({ isLive: true, isReady: true, canWrite: true, problems: [] })
    const before = cluster.now()
    for (const id of cluster.members) await cluster.kill(id)
    await cluster.advance(5_000)
    const cutOff = await cluster.until(client.health())
    expect(cutOff).toMatchObject({ isLive: true, isReady: false, canWrite: false, problems: [{ code: 'COPYCAT_NO_ANSWER' }, { code: 'COPYCAT_SESSION_SUSPENDED' }] })
    expect(cutOff.problems[0]!.since).toBeLessThanOrEqual(before)
    await cluster.restart(...cluster.members)
    await cluster.until(client.exists('/map'))
    expect(await cluster.until(client.health())).toMatchObject({ isReady: true, canWrite: true })
    await cluster.until(client.close())
    expect(await client.health()).toMatchObject({ isLive: false, isReady: false, problems: [{ code: 'COPYCAT_CLOSED' }] })
  })

  it('lets what is due in a while happen in it, and not before', async () => {
    await using cluster = await TestCluster.open({ size: 1, resources })
    const map = await (await cluster.client()).create('/map', DistributedMap<string, number>)
    await map.put('a', 1, { ttl: 60_000 })
    await cluster.advance(59_000)
    expect(await map.get('a')).toBe(1)
    await cluster.advance(1_250)
    expect(await map.get('a')).toBe(undefined)
  })

  it('goes on when its leader is killed, which comes back with what was acknowledged', async () => {
    await using cluster = await TestCluster.open({ resources })
    const map = await (await cluster.client()).create('/map', DistributedMap<string, number>)
    await map.put('a', 1)
    const leader = await cluster.leader()
    await cluster.kill(leader)
    expect(() => cluster.replica(leader)).toThrow(expect.objectContaining({ code: 'COPYCAT_CONFIGURATION' }))
    expect(await cluster.leader()).not.toBe(leader)
    await cluster.until(map.put('b', 2))
    await cluster.restart(leader)
    const same = await cluster.replica(leader).create('/map', DistributedMap<string, number>)
    expect(await same.getAll(['a', 'b'])).toEqual(new Map([['a', 1], ['b', 2]]))
    await expect(cluster.restart(leader)).rejects.toMatchObject({ code: 'COPYCAT_CONFIGURATION' })
    await expect(cluster.restart(9)).rejects.toMatchObject({ code: 'COPYCAT_CONFIGURATION' })
  })

  it('keeps what was acknowledged when all members are killed', async () => {
    await using cluster = await TestCluster.open({ resources })
    const client = await cluster.client()
    await (await client.create('/map', DistributedMap<string, number>)).put('a', 1)
    for (const id of cluster.members) await cluster.kill(id)
    await expect(cluster.leader(1_000)).rejects.toMatchObject({ code: 'COPYCAT_TIMEOUT' })
    await cluster.restart(...cluster.members)
    const map = await (await cluster.client()).create('/map', DistributedMap<string, number>)
    expect(await map.get('a')).toBe(1)
  })

  it('elects on the side that has a majority, and the other learns of it when healed', async () => {
    await using cluster = await TestCluster.open({ size: 5, resources, sessionTimeout: 60_000 })
    const client = await cluster.client()
    const map = await client.create('/map', DistributedMap<string, number>)
    const old = await cluster.leader()
    const others = cluster.members.filter((id) => id !== old)
    cluster.partition([old], [...others, client])
    await cluster.advance(3_000)
    const next = await cluster.leader()
    expect(next).not.toBe(old)
    expect(cluster.replica(old).server.state).not.toBe('leader')
    await cluster.until(map.put('a', 1))
    cluster.heal()
    await cluster.advance(3_000)
    expect(cluster.replica(old).server.leader).toBe(await cluster.leader())
    const same = await cluster.until(cluster.replica(old).create('/map', DistributedMap<string, number>))
    expect(await same.get('a')).toBe(1)
  })

  it('tells the holder of a lock that was stopped for too long before it can act, and gives the lock to the next', async () => {
    await using cluster = await TestCluster.open({ resources })
    const [one, other] = [await cluster.client(), await cluster.client()]
    const hold = await (await one.create('/lock', DistributedLock)).lock()
    const { token } = hold
    const waiting = (await other.create('/lock', DistributedLock)).lock()
    cluster.pause(one)
    const next = await cluster.until(waiting)
    expect(next.token).toBeGreaterThan(token)
    expect(hold.signal.aborted).toBe(false)
    expect(() => hold.token).toThrow(expect.objectContaining({ code: 'COPYCAT_HOLD_LOST' }))
    cluster.resume(one)
    expect(hold.signal.aborted).toBe(true)
    await cluster.advance(1_000)
    expect(next.signal.aborted).toBe(false)
  })

  it('ends the session of a client that was killed, and rejects its calls', async () => {
    await using cluster = await TestCluster.open({ resources })
    const [one, other] = [await cluster.client(), await cluster.client()]
    const lock = await one.create('/lock', DistributedLock)
    await lock.lock()
    const second = lock.lock()
    const waiting = (await other.create('/lock', DistributedLock)).lock()
    const rejected = expect(second).rejects.toMatchObject({ code: 'COPYCAT_CLOSED' })
    await cluster.kill(one)
    await cluster.until(rejected)
    expect((await cluster.until(waiting)).token).toBeGreaterThan(0)
    await expect(cluster.kill(one)).rejects.toMatchObject({ code: 'COPYCAT_CONFIGURATION' })
  })

  it('goes the same way each time', async () => {
    const run = async (seed: number): Promise<unknown> => {
      await using cluster = await TestCluster.open({ resources, seed })
      const first = await cluster.leader()
      await cluster.kill(first)
      return [first, await cluster.leader(), cluster.now()]
    }
    expect(await run(7)).toEqual(await run(7))
  })

  it('runs on real time too', async () => {
    await using cluster = await TestCluster.open({ size: 1, resources, time: 'real', electionTimeout: 60, heartbeatInterval: 20 })
    const map = await (await cluster.client()).create('/map', DistributedMap<string, number>)
    await map.put('a', 1, { ttl: 20 })
    const start = cluster.now()
    await cluster.advance(20)
    expect(cluster.now() - start).toBeGreaterThanOrEqual(19)
    await expect(cluster.until(new Promise(() => undefined), 5)).rejects.toMatchObject({ code: 'COPYCAT_TIMEOUT' })
    expect(await cluster.leader()).toBe(1)
  })

  it('refuses what cannot be', async () => {
    await expect(TestCluster.open({ resources, size: 0 })).rejects.toMatchObject({ code: 'COPYCAT_CONFIGURATION', option: 'size' })
    await expect(TestCluster.open({ resources, time: 'none' as never })).rejects.toMatchObject({ code: 'COPYCAT_CONFIGURATION', option: 'time' })
    await expect(TestCluster.open({ resources: [] })).rejects.toMatchObject({ code: 'COPYCAT_CONFIGURATION', option: 'resources' })
  })
})
