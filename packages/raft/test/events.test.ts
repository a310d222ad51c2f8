import { afterEach, describe, expect, it } from 'vitest'
import type { RaftClient } from '@copycat/client'
import { MemoryFileSystem } from '@copycat/storage'
import { Board, Note, NoteLater, Notes, Watch } from './board.ts'
import { Cluster } from './cluster.ts'
import type { RaftServerOptions } from '../src/options.ts'

let cluster: Cluster

afterEach(() => cluster.close())

async function fresh(size: number, options: Partial<RaftServerOptions> = {}): Promise<Cluster> {
  cluster = new Cluster(Array.from({ length: size }, () => new MemoryFileSystem()), () => new Board(), options)
  await cluster.openAll()
  return cluster
}

/** What a client is given, in order. */
function heard(client: RaftClient): unknown[] {
  const notes: unknown[] = []
  client.session.onReceive((note) => notes.push(note))
  client.session.onGap(() => notes.push('gap'))
  return notes
}

function upTo(last: number): number[] {
  return Array.from({ length: last }, (_, at) => at + 1)
}

describe('events', () => {
  it.each(['leader', 'follower'] as const)('come from a %s, before the results of the commands that published them', async (role) => {
    await fresh(3)
    const client = await cluster.clientAt(role)
    const notes = heard(client)
    await client.submit(new Watch())
    for (let at = 1; at <= 20; at++) {
      await client.submit(new Note())
      expect(notes).toEqual(upTo(at))
    }
    await Promise.all([client.submit(new Note(100)), client.submit(new Note(200))])
    expect(notes).toEqual(upTo(320))
  })

  it('X13: of others come before the answer to a query that sees what they tell', async () => {
    await fresh(3)
    const [watcher, other] = await Promise.all([cluster.clientAt('follower'), cluster.client()])
    const notes = heard(watcher)
    await watcher.submit(new Watch())
    for (let at = 1; at <= 20; at++) {
      await other.submit(new Note())
      expect(await watcher.submit(new Notes())).toBe(at)
      expect(notes).toEqual(upTo(at))
    }
  })

  it('run in one order with the code behind an await', async () => {
    await fresh(1)
    const client = await cluster.client()
    const order: string[] = []
    client.session.onReceive((note) => order.push(`note ${String(note)}`))
    await client.submit(new Watch())
    const note = async (): Promise<void> => {
      order.push(`result ${await client.submit(new Note())}`)
    }
    for (let at = 0; at < 10; at++) {
      await Promise.all([note(), note()])
    }
    // A frame has both: their events first, then their results.
    expect(order.slice(0, 4)).toEqual(['note 1', 'note 2', 'result 1', 'result 2'])
    expect(order).toHaveLength(40)
  })

  it('X10: come once each and in order when the server that sends them goes away', async () => {
    await fresh(3)
    const { memberId } = await cluster.leader()
    const first = cluster.members.find(({ id }) => id === memberId)!
    const [watcher, other] = await Promise.all([cluster.client({ strategy: ({ addresses }) => [first, ...addresses] }), cluster.client()])
    const notes = heard(watcher)
    await watcher.submit(new Watch())
    await watcher.submit(new Notes())
    const running = Promise.all(Array.from({ length: 50 }, () => other.submit(new Note())))
    await cluster.servers.get(memberId)!.close()
    await running
    await other.submit(new Note(50))
    expect(await watcher.submit(new Notes())).toBe(100)
    expect(notes).toEqual(upTo(100))
  })

  it('of timers and of sessions that end come like any others, those of a handler that throws do not', async () => {
    await fresh(1)
    const client = await cluster.client()
    const notes = heard(client)
    await client.submit(new Watch())
    await expect(client.submit(new Note(3, true))).rejects.toMatchObject({ code: 'COPYCAT_APPLICATION' })
    const other = await cluster.client()
    await other.submit(new NoteLater())
    while (notes.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    const { id } = other.session
    await other.close()
    await client.submit(new Notes())
    expect(notes).toEqual([1, -id])
  })

  it('K5: that are too many to be kept are lost as a gap, not in silence', async () => {
    await fresh(1, { eventsMax: 10 })
    const client = await cluster.client()
    const notes = heard(client)
    await client.submit(new Watch())
    await client.submit(new Note(8))
    await client.submit(new Note(11))
    await client.submit(new Note(9))
    expect(notes).toEqual([...upTo(8), 'gap', ...upTo(28).slice(19)])
  })

  it('wait for a listener that is added right behind open, and for no later one', async () => {
    await fresh(1)
    const client = await cluster.client()
    await client.submit(new Watch())
    await client.submit(new Note())
    const notes = heard(client)
    await client.submit(new Note())
    expect(notes).toEqual([2])
  })

  it('X16: reach every listener, whatever another one throws, and none that is closed', async () => {
    await fresh(1)
    const client = await cluster.client()
    client.session.onReceive(() => {
      throw new Error('a listener of this test throws')
    })
    const closed: unknown[] = []
    const listener = client.session.onReceive((note) => {
      closed.push(note)
      listener.close()
    })
    const notes = heard(client)
    await client.submit(new Watch())
    await client.submit(new Note(3))
    expect(notes).toEqual([1, 2, 3])
    expect(closed).toEqual([1])
  })

  it('are acknowledged by and by, and then no longer kept', async () => {
    await fresh(1)
    const client = await cluster.client({ sessionTimeout: 300 })
    heard(client)
    await client.submit(new Watch())
    await client.submit(new Note(10))
    const leader = await cluster.leader()
    while ((await leader.cluster.session(client.session.id))?.events !== 0) await new Promise((resolve) => setTimeout(resolve, 10))
    // Once that is logged an idle session costs no log.
    const { lastIndex } = leader.status
    await new Promise((resolve) => setTimeout(resolve, 250))
    expect(leader.status.lastIndex).toBe(lastIndex)
  })
})
