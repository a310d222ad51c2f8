import { silentLogger } from '@copycat/utils'
import { afterEach, describe, expect, it } from 'vitest'
import { RaftServer } from '@copycat/raft'
import { MemoryFileSystem, Storage } from '@copycat/storage'
import { LocalTransport } from '@copycat/transport-local'
import { ServerMessageType } from '../src/wire/server-message-type.ts'
import { Cluster } from './cluster.ts'
import { Add, AddLater, Counter, Fail, Get } from './counter.ts'

let cluster: Cluster

afterEach(() => cluster.close())

function fresh(size: number = 3): Cluster {
  cluster = new Cluster(Array.from({ length: size }, () => new MemoryFileSystem()))
  return cluster
}

describe('RaftServer', () => {
  it.each([1, 2, 3, 5])('serves commands and queries in a cluster of %i', async (size) => {
    await fresh(size).openAll()
    const client = await cluster.client()
    const results = await Promise.all(Array.from({ length: 100 }, () => client.submit(new Add(1))))
    expect(results).toEqual(Array.from({ length: 100 }, (_, at) => at + 1))
    expect(await client.submit(new Get())).toBe(100)
  })

  it('keeps the promises of a leader that is gone', async () => {
    await fresh().openAll()
    const client = await cluster.client()
    await client.submit(new Add(1))
    const leader = await cluster.leader()
    const closed = leader.close()
    const results = await Promise.all([client.submit(new Add(1)), client.submit(new Add(1))])
    await closed
    expect(results).toEqual([2, 3])
  })

  it('starts anew with everything that was acknowledged', async () => {
    await fresh().openAll()
    const client = await cluster.client()
    for (let at = 1; at <= 200; at++) expect(await client.submit(new Add(1))).toBe(at)
    await Promise.all([...cluster.servers.values()].map((server) => server.close()))
    await cluster.openAll()
    expect(await client.submit(new Get())).toBe(200)
    expect(await client.submit(new Add(1))).toBe(201)
  })

  it('R18: a handler that throws fails its command alike everywhere, and keeps what it changed', async () => {
    await fresh().openAll()
    const client = await cluster.client()
    await expect(client.submit(new Fail())).rejects.toMatchObject({ code: 'COPYCAT_APPLICATION', outcome: 'applied', message: 'Error: failed on purpose' })
    expect(await client.submit(new Get())).toBe(1)
    await (await cluster.leader()).close()
    expect(await client.submit(new Get())).toBe(1)
  })

  it('lets time pass on an idle log: a timer fires when it is due', async () => {
    await fresh().openAll()
    const client = await cluster.client()
    await client.submit(new AddLater())
    const start = performance.now()
    while (await client.submit(new Get()) === 0) await new Promise((resolve) => setTimeout(resolve, 10))
    const waited = performance.now() - start
    expect(waited).toBeGreaterThan(150)
    expect(waited).toBeLessThan(2_000)
  })

  it('X4: ends a session whose client is silent for longer than its time-out, and no other', async () => {
    await fresh().openAll()
    const silent = await cluster.client({ sessionTimeout: 300 })
    const other = await cluster.client()
    // Its keep-alives stop, as if its process had been stopped; the cluster is not told.
    const { session } = silent
    const leader = await cluster.leader()
    expect(leader.status.sessions).toBe(2)
    Object.assign(silent, { renew: () => new Promise(() => {}) })
    while (leader.status.sessions > 1) await new Promise((resolve) => setTimeout(resolve, 20))
    await expect(silent.submit(new Add(1))).rejects.toMatchObject({ code: 'COPYCAT_SESSION_EXPIRED' })
    expect(session.state).toBe('EXPIRED')
    expect(await other.submit(new Add(1))).toBe(1)
  })

  it('M8: does not let an emptied founder vote', async () => {
    const fileSystems = [new MemoryFileSystem(), new MemoryFileSystem(), new MemoryFileSystem()]
    cluster = new Cluster(fileSystems)
    await cluster.openAll()
    await cluster.servers.get(3)!.close()
    await expect(RaftServer.open({
      memberId: 3, members: cluster.members, transport: new LocalTransport({ network: cluster.network }), stateMachine: new Counter(),
      storage: new Storage({ level: 'MEMORY' }), openTimeout: 5_000, logger: { trace() {}, debug() {}, info() {}, warn() {}, error() {} },
    })).rejects.toMatchObject({ code: 'COPYCAT_IDENTITY' })
    const client = await cluster.client()
    expect(await client.submit(new Add(1))).toBe(1)
  })

  it('refuses a hello at once while it recovers, so that whoever dials it tries again', async () => {
    let recover = (): void => {}
    const recovering = new Promise<void>((resolve) => {
      recover = resolve
    })
    const fileSystem = new MemoryFileSystem()
    cluster = new Cluster([fileSystem])
    await cluster.open(1)
    await cluster.servers.get(1)!.close()
    const list = fileSystem.list.bind(fileSystem)
    let isListed = (): void => {}
    const listed = new Promise<void>((resolve) => {
      isListed = resolve
    })
    fileSystem.list = async (directory) => {
      // What is looked at before it listens is no matter here.
      if (directory.endsWith('log') && cluster.network.serverAt(cluster.members[0]!) !== undefined) {
        isListed()
        await recovering
      }
      return list(directory)
    }
    const opening = cluster.open(1)
    await listed
    const connection = await new LocalTransport({ network: cluster.network, logger: silentLogger }).connect(cluster.members[0]!)
    await expect(connection.request(ServerMessageType.hello, [new Uint8Array(1)], { timeout: 5_000 })).rejects.toMatchObject({ code: 'COPYCAT_TRANSPORT_CONNECTION_CLOSED' })
    recover()
    await opening
  })

  it('names option, value and rule of a bad option', async () => {
    fresh()
    const options = {
      memberId: 1, members: cluster.members, transport: new LocalTransport({ network: cluster.network }), storage: new Storage({ level: 'MEMORY' }), stateMachine: new Counter(),
    }
    await expect(RaftServer.open({ ...options, memberId: 7 })).rejects.toMatchObject({ code: 'COPYCAT_CONFIGURATION', option: 'memberId', value: 7, rule: 'must be the id of one of the members (1, 2, 3)' })
    await expect(RaftServer.open({ ...options, electionTimeout: 100 })).rejects.toMatchObject({ option: 'electionTimeout', value: 100 })
    await expect(RaftServer.open({ ...options, members: [] })).rejects.toMatchObject({ option: 'members' })
  })

  it('says at openTimeout whom it could not reach', async () => {
    fresh()
    await expect(cluster.open(1, 300)).rejects.toMatchObject({ code: 'COPYCAT_TIMEOUT', message: expect.stringMatching(/member 2 at host2:5001: .*member 3 at host3:5001: /s) as unknown })
  })
})
