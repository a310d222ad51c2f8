import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { CopycatClient, Resource, type ResourceType } from '@copycat/core'
import { DistributedMap } from '@copycat/resources-collections'
import { Storage } from '@copycat/storage'
import { LocalNetwork, LocalTransport } from '@copycat/transport-local'
import { TcpTransport } from '@copycat/transport-tcp'
import { silentLogger } from '@copycat/utils'
import { describe, expect, it, onTestFinished } from 'vitest'
import { CopycatReplica, type CopycatReplicaOptions } from '../src/index.ts'
import { openCluster, replicaOptions } from './clusters.ts'
import { Misbehaving } from './misbehaving.ts'

/** Another type of resource, with the state machine of a map. */
class Registry extends Resource {
  static readonly type = 'registry'
  static readonly version = 1

  static stateMachine(): ReturnType<typeof DistributedMap.stateMachine> {
    return DistributedMap.stateMachine()
  }
}

/** Ports that were free a moment ago. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, () => new Promise<ReturnType<typeof createServer>>((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => resolve(server))
  })))
  const ports = servers.map((server) => (server.address() as AddressInfo).port)
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}

describe('CopycatReplica', () => {
  it('forms a cluster in which every replica sees what another wrote', async () => {
    const { replicas: [one, two, three] } = await openCluster(3)
    const users = await one!.create('/users', DistributedMap<string, { name: string }>)
    expect(await users.put('ada', { name: 'Ada' })).toBe(undefined)
    const same = await two!.get('/users', DistributedMap<string, { name: string }>)
    expect(await same!.get('ada')).toEqual({ name: 'Ada' })
    expect(await same!.put('ada', { name: 'Ada Lovelace' })).toEqual({ name: 'Ada' })
    expect(await users.get('ada')).toEqual({ name: 'Ada Lovelace' })
    expect(await three!.keys('/')).toEqual(['/users'])
    expect(await three!.exists('/users')).toBe(true)
    const leaders = [one, two, three].map((replica) => replica!.server.leader)
    expect(new Set(leaders).size).toBe(1)
  })

  it('takes many writes at once from all sides, and loses none', async () => {
    const { replicas } = await openCluster(3)
    const maps = await Promise.all(replicas.map((replica) => replica.create('/numbers', DistributedMap<number, number>)))
    await Promise.all(maps.flatMap((map, side) => Array.from({ length: 300 }, (_, at) => map.put(at * 3 + side, at))))
    expect(await maps[0]!.size()).toBe(900)
    const seen: number[] = []
    for await (const [key, value] of maps[1]!.entries({ pageSize: 100 })) {
      expect(value).toBe(Math.floor(key / 3))
      seen.push(key)
    }
    expect(seen.sort((a, b) => a - b)).toEqual(Array.from({ length: 900 }, (_, at) => at))
  })

  it('keeps instances of a deleted path dead on every replica', async () => {
    const { replicas: [one, two] } = await openCluster(3)
    const [old, other] = [await one!.create('/a', DistributedMap<string, number>), await two!.create('/a', DistributedMap<string, number>)]
    await old.put('key', 1)
    expect(await two!.delete('/a')).toBe(true)
    const fresh = await one!.create('/a', DistributedMap<string, number>)
    expect(await fresh.get('key')).toBe(undefined)
    for (const dead of [old, other]) {
      await expect(dead.put('key', 2)).rejects.toMatchObject({ name: 'ResourceDeletedError', outcome: 'not-applied', path: '/a' })
      await expect(dead.get('key')).rejects.toMatchObject({ code: 'COPYCAT_RESOURCE_DELETED' })
    }
    expect(await fresh.size()).toBe(0)
  })

  it('names both types when a path is of another one', async () => {
    const { replicas: [one, two] } = await openCluster(2, () => [DistributedMap, Registry])
    await one!.create('/a', DistributedMap)
    await expect(two!.create('/a', Registry)).rejects.toMatchObject({ name: 'ResourceTypeError', requested: 'registry/1', actual: 'map/1' })
  })

  it('creates nothing of a type that one voter does not know', async () => {
    const typesOf = (memberId: number): ResourceType[] => memberId === 3 ? [DistributedMap] : [DistributedMap, Registry]
    const { replicas: [one, two, three] } = await openCluster(3, typesOf)
    for (const replica of [one, two, three]) {
      await expect(replica!.create('/a', Registry)).rejects.toMatchObject({ code: 'COPYCAT_UNKNOWN_RESOURCE', outcome: 'not-applied' })
    }
    expect(await one!.exists('/a')).toBe(false)
    await one!.create('/a', DistributedMap)
  })

  it('serves clients of its transport', async () => {
    const { network, members } = await openCluster(3)
    await using client = await CopycatClient.open({ members, transport: new LocalTransport({ network }), logger: silentLogger })
    const map = await client.create('/a', DistributedMap<string, number>)
    await map.putAll([['a', 1], ['b', 2]])
    expect(await map.getAll(['a', 'b', 'c'])).toEqual(new Map([['a', 1], ['b', 2]]))
    expect(await map.withOptions({ consistency: 'SERIALIZABLE' }).get('b')).toBe(2)
    expect(client.isOpen).toBe(true)
  })

  it('forms a cluster over TCP', async () => {
    const ports = await freePorts(3)
    const members = ports.map((port, at) => ({ id: at + 1, host: '127.0.0.1', port }))
    const replicas = await Promise.all(members.map(({ id }) => CopycatReplica.open({
      ...replicaOptions(new LocalNetwork(), members, id), transport: new TcpTransport({ logger: silentLogger }),
    })))
    onTestFinished(async () => {
      await Promise.all(replicas.map((replica) => replica.close()))
    })
    const map = await replicas[0]!.create('/a', DistributedMap<string, string>)
    await map.put('key', 'value')
    await using client = await CopycatClient.open({
      members: ports.map((port) => `127.0.0.1:${port}`), transport: new TcpTransport({ logger: silentLogger }), logger: silentLogger,
    })
    expect(await (await client.create('/a', DistributedMap<string, string>)).get('key')).toBe('value')
  })

  it('goes on without its leader, and has lost nothing that was acknowledged', async () => {
    const { replicas } = await openCluster(3)
    const leader = replicas.find((replica) => replica.server.memberId === replica.server.leader)!
    const [one, two] = replicas.filter((replica) => replica !== leader)
    const map = await one!.create('/a', DistributedMap<number, number>)
    for (let key = 0; key < 20; key++) await map.put(key, key)
    const writes = Array.from({ length: 50 }, (_, at) => map.put(100 + at, at))
    await leader.close()
    await Promise.all(writes)
    expect(await (await two!.get('/a', DistributedMap<number, number>))!.size()).toBe(70)
    expect(await map.putIfAbsent(100, -1)).toBe(0)
  })

  it('runs alone', async () => {
    const { replicas: [replica] } = await openCluster(1)
    const map = await replica!.create('/a', DistributedMap<string, number>)
    await map.put('a', 1)
    expect(await map.get('a')).toBe(1)
    expect(replica!.isOpen).toBe(true)
    expect(replica!.server.memberId).toBe(1)
    expect(replica!.session.id).toBeGreaterThan(0)
  })

  it('is built with the same options, then opened', async () => {
    const replica = CopycatReplica.builder()
      .withMemberId(1).withMembers({ id: 1, host: 'one', port: 1 })
      .withTransport(new LocalTransport()).withStorage(new Storage({ level: 'MEMORY' }))
      .withResources(DistributedMap).withElectionTimeout(100).withHeartbeatInterval(20).withLogger(silentLogger).build()
    expect(replica.isOpen).toBe(false)
    await expect(replica.keys()).rejects.toMatchObject({ code: 'COPYCAT_CLOSED', outcome: 'not-applied' })
    await using opened = await replica.open()
    expect(opened).toBe(replica)
    expect(await replica.keys()).toEqual([])
  })

  it('refuses calls once it is closed, and closes twice', async () => {
    const { replicas: [replica] } = await openCluster(1)
    const map = await replica!.create('/a', DistributedMap<string, number>)
    await Promise.all([replica!.close(), replica!.close()])
    expect(replica!.isOpen).toBe(false)
    await expect(replica!.exists('/a')).rejects.toMatchObject({ code: 'COPYCAT_CLOSED' })
    await expect(map.put('a', 1)).rejects.toMatchObject({ code: 'COPYCAT_CLOSED' })
    await expect(replica!.open()).rejects.toMatchObject({ code: 'COPYCAT_CLOSED' })
  })

  it('tells whether it can write, and if not, why and since when', async () => {
    const before = Date.now()
    const { replicas } = await openCluster(3)
    const well = { isLive: true, isReady: true, canWrite: true, problems: [{ code: 'COPYCAT_NOT_DURABLE' }] }
    await expect.poll(() => Promise.all(replicas.map((replica) => replica.health())), { timeout: 10_000 }).toMatchObject([well, well, well])
    const [one, two, three] = replicas
    await Promise.all([two!.drain({ timeout: 0 }), three!.drain({ timeout: 0 })])
    // Whatever else it finds first, this is what it comes to, for good.
    await expect.poll(async () => (await one!.health()).problems.map(({ code }) => code), { timeout: 10_000 }).toContain('COPYCAT_NO_LEADER')
    const { isLive, isReady, canWrite, problems } = await one!.health()
    expect([isLive, isReady, canWrite]).toEqual([true, false, false])
    for (const { code, since } of problems) if (code !== 'COPYCAT_NOT_DURABLE') expect(since).toBeGreaterThan(before - 1_000)
    expect(await two!.health()).toMatchObject({ isLive: false, problems: [{ code: 'COPYCAT_CLOSED' }] })
  })

  it('hands leadership over when it is drained, and is closed then', async () => {
    const { replicas } = await openCluster(3)
    const leader = replicas.find((replica) => replica.server.state === 'leader')!
    const others = replicas.filter((replica) => replica !== leader)
    const map = await others[0]!.create('/a', DistributedMap<string, number>)
    await leader.drain()
    expect(leader.isOpen).toBe(false)
    expect(others.map(({ server }) => server.leader)).not.toContain(leader.server.memberId)
    await map.put('a', 1)
  })

  it('lets calls under way settle when it is drained, and takes no more', async () => {
    const { replicas: [one, two] } = await openCluster(3)
    const map = await one!.create('/a', DistributedMap<number, number>)
    const writes = Promise.all(Array.from({ length: 20 }, (_, key) => map.put(key, key)))
    const drained = one!.drain()
    await expect(one!.exists('/a')).rejects.toMatchObject({ code: 'COPYCAT_CLOSED', outcome: 'not-applied' })
    await writes
    await drained
    expect(await (await two!.get('/a', DistributedMap<number, number>))!.size()).toBe(20)
    await expect(two!.drain({ timeout: -1 })).rejects.toMatchObject({ code: 'COPYCAT_CONFIGURATION', option: 'timeout' })
  })

  it.each([[true, 'failed'], [false, 'leader']])('with trapDeterminism %s a replica whose handler reads the clock is %s', async (trapDeterminism, state) => {
    const options = replicaOptions(new LocalNetwork(), [{ id: 1, host: 'a', port: 1 }], 1)
    const replica = await CopycatReplica.open({ ...options, resources: [Misbehaving], trapDeterminism })
    onTestFinished(() => replica.close())
    const misbehaving = await replica.create('/a', Misbehaving)
    await misbehaving.readClock().catch(() => undefined)
    expect(replica.server.state).toBe(state)
  })

  it('closes also without a majority', async () => {
    const { replicas: [one, two, three] } = await openCluster(3)
    await Promise.all([two!.close(), three!.close()])
    await one!.close()
    expect(one!.isOpen).toBe(false)
  })

  it.each<[string, Partial<Record<keyof CopycatReplicaOptions, unknown>>]>([
    ['memberId', { memberId: 9 }],
    ['memberId', { memberId: 1.5 }],
    ['members[].id', { members: [{ id: 1, host: 'a', port: 1 }, { id: 1, host: 'b', port: 1 }] }],
    ['members', { members: [] }],
    ['electionTimeout', { electionTimeout: 100, heartbeatInterval: 50 }],
    ['storage', { storage: {} }],
    ['storage', { storage: undefined }],
    ['transport', { transport: 'tcp' }],
    ['resources', { resources: [] }],
    ['resources', { resources: undefined }],
    ['resources', { resources: [DistributedMap, DistributedMap] }],
    ['resources', { resources: [{}] }],
    ['recovery', { recovery: 'never' }],
  ])('names the option %s where it is wrong: %j', async (option, wrong) => {
    const options = { ...replicaOptions(new LocalNetwork(), [{ id: 1, host: 'a', port: 1 }], 1), ...wrong } as CopycatReplicaOptions
    await expect(CopycatReplica.open(options)).rejects.toMatchObject({ code: 'COPYCAT_CONFIGURATION', option })
  })
})
