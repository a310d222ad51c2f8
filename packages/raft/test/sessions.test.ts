import { afterEach, describe, expect, it } from 'vitest'
import { MemoryFileSystem } from '@copycat/storage'
import { Board, Note, Watch } from './board.ts'
import { Cluster } from './cluster.ts'

let cluster: Cluster

afterEach(() => cluster.close())

async function fresh(size: number): Promise<void> {
  cluster = new Cluster(Array.from({ length: size }, () => new MemoryFileSystem()), () => new Board())
  await cluster.openAll()
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 5))
}

describe('sessions of a cluster', () => {
  it('are listed by any server, page by page, with what is kept for them and where their clients are', async () => {
    await fresh(3)
    const clients = [await cluster.clientAt('follower', { sessionTimeout: 30_000 }), await cluster.clientAt('leader')]
    await Promise.all(clients.map((client) => client.submit(new Watch())))
    await clients[0]!.submit(new Note(3))
    const ids = clients.map(({ session }) => session.id).sort((a, b) => a - b)
    for (const server of cluster.servers.values()) {
      const listed = await server.cluster.sessions()
      expect(listed.map(({ id }) => id)).toEqual(ids)
      const first = listed.find(({ id }) => id === clients[0]!.session.id)
      expect(first).toMatchObject({ timeout: 30_000, results: 1, events: 3, client: expect.stringMatching(/^[0-9a-f]{32}$/) as unknown })
      expect(first!.eventBytes).toBeGreaterThan(3)
      expect(first!.age).toBeLessThan(10_000)
      expect(await server.cluster.sessions({ limit: 1 })).toMatchObject([{ id: ids[0] }])
      expect(await server.cluster.sessions({ after: ids[0]! })).toMatchObject([{ id: ids[1] }])
      expect(await server.cluster.session(ids[1]!)).toMatchObject({ id: ids[1] })
      expect(await server.cluster.session(ids[1]! + 1)).toBeUndefined()
    }
    const leader = await cluster.leader()
    expect((await leader.cluster.session(clients[1]!.session.id))?.connectedFrom).toEqual(expect.any(String))
    expect((await leader.cluster.session(clients[0]!.session.id))?.connectedFrom).toBeUndefined()
  })

  it.each(['leader', 'follower'] as const)('are ended by an operator, and a client at a %s learns that at once', async (role) => {
    await fresh(3)
    const client = await cluster.clientAt(role)
    await client.submit(new Watch())
    const { session } = client
    const servers = [...cluster.servers.values()]
    const leader = await cluster.leader()
    const other = servers.find((server) => server !== leader)!
    expect(await other.cluster.endSession(session.id)).toBe(true)
    expect(await leader.cluster.endSession(session.id)).toBe(false)
    await until(() => session.state === 'EXPIRED')
    await expect(client.submit(new Note())).rejects.toMatchObject({ code: 'COPYCAT_SESSION_EXPIRED' })
    expect(leader.status.sessions).toBe(0)
  })

  it('cannot be asked for where nobody leads, nor with numbers that are none', async () => {
    await fresh(3)
    const [one, ...others] = [...cluster.servers.values()]
    await expect(one!.cluster.sessions({ limit: 0 })).rejects.toMatchObject({ code: 'COPYCAT_CONFIGURATION', option: 'limit' })
    await expect(one!.cluster.endSession(-1)).rejects.toMatchObject({ option: 'id' })
    await Promise.all(others.map((server) => server.close()))
    await until(() => one!.leader === undefined)
    await expect(one!.cluster.sessions()).rejects.toMatchObject({ code: 'COPYCAT_NOT_LEADER' })
    await expect(one!.cluster.endSession(1)).rejects.toMatchObject({ code: 'COPYCAT_NOT_LEADER' })
  })
})
