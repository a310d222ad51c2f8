import { DistributedMap } from '@copycat/resources-collections'
import { Storage } from '@copycat/storage'
import { LocalTransport } from '@copycat/transport-local'
import { silentLogger, SystemContext } from '@copycat/utils'
import { describe, expect, it, onTestFinished } from 'vitest'
import { CopycatReplica, type WorkerReplicaOptions } from '../src/index.ts'
import { Misbehaving } from './misbehaving.ts'

const source = (path: string): URL => new URL(`../../${path}`, import.meta.url)

/** The thread runs sources, which Node.js 20 does not load by itself. */
const loader = `data:text/javascript,${encodeURIComponent(`import { register } from ${JSON.stringify(import.meta.resolve('tsx/esm/api'))}; register()`)}`

const options: WorkerReplicaOptions = {
  thread: 'worker', memberId: 1, members: [{ id: 1, host: '127.0.0.1', port: 0 }],
  transport: { module: source('transport-tcp/src/index.ts'), export: 'TcpTransport' },
  storage: { module: source('storage/src/index.ts'), export: 'Storage', options: { level: 'MEMORY' } },
  resources: [
    { module: source('resources-collections/src/index.ts'), export: 'DistributedMap' },
    { module: new URL('./misbehaving.ts', import.meta.url), export: 'Misbehaving' },
  ],
  electionTimeout: 300, heartbeatInterval: 60, logger: silentLogger, worker: { imports: [loader], execArgv: ['--conditions=@copycat/source'] },
}

async function openReplica(): Promise<CopycatReplica> {
  const replica = await CopycatReplica.open(options)
  onTestFinished(() => replica.close())
  return replica
}

/** Threads and channels that keep the process alive. */
function handles(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'Worker' || name === 'MessagePort').length
}

describe('a replica in a thread of its own', () => {
  it('serves while the application blocks its event loop, tells how it stands, and leaves nothing behind', async () => {
    const before = handles()
    const replica = await openReplica()
    const map = await replica.create('/a', DistributedMap<string, number>)
    await Promise.all(Array.from({ length: 200 }, (_, at) => map.put(`key ${at}`, at)))
    const { term } = replica.server.status
    for (const end = performance.now() + 700; performance.now() < end;);
    expect(await map.size()).toBe(200)
    await expect.poll(() => replica.server.status.lastApplied).toBeGreaterThan(200)
    expect(replica.server).toMatchObject({ memberId: 1, state: 'leader', leader: 1, status: { term } })
    expect(replica.server.address.port).toBeGreaterThan(0)
    expect(replica.server.cluster).toMatchObject({ term, leader: 1, areLeasesOn: false, members: [{ id: 1 }] })
    await replica.server.cluster.switchLeases(true)
    await expect(replica.server.cluster.transferLeadership(2)).rejects.toMatchObject({ code: 'COPYCAT_CONFIGURATION' })
    expect(await replica.health()).toMatchObject({ isLive: true, isReady: true, canWrite: true, problems: [{ code: 'COPYCAT_NOT_DURABLE' }] })
    expect(() => replica.server.accept({ remoteAddress: 'b' } as never)).toThrow(expect.objectContaining({ code: 'COPYCAT_CONFIGURATION' }))
    await replica.drain({ timeout: 100 })
    expect(replica.server.state).toBe('closed')
    expect(await replica.health()).toMatchObject({ isLive: false, isReady: false, canWrite: false, problems: [{ code: 'COPYCAT_CLOSED' }] })
    await expect.poll(handles).toBeLessThanOrEqual(before)
  })

  it('halts where a handler reads the clock, and names the line', async () => {
    const replica = await openReplica()
    const misbehaving = await replica.create('/b', Misbehaving)
    await expect(misbehaving.readClock()).rejects.toMatchObject({ code: 'COPYCAT_CLOSED', outcome: 'unknown' })
    expect(replica.server.state).toBe('failed')
    expect(replica.server.status.failure?.message).toMatch(/'read-clock' used Date\.now\(\), at .*misbehaving\.ts:/)
    expect(replica.isOpen).toBe(false)
  })

  it('has failed when its thread ends, and whoever waits is told', async () => {
    const replica = await openReplica()
    const states: string[] = []
    replica.server.onStateChange((state) => states.push(state))
    const misbehaving = await replica.create('/c', Misbehaving)
    await expect(misbehaving.exit()).rejects.toMatchObject({ code: 'COPYCAT_CLOSED', outcome: 'unknown' })
    expect(states).toContain('failed')
    expect(await replica.health()).toMatchObject({ isLive: false, problems: [{ code: 'COPYCAT_FAILED', message: expect.stringContaining('code 7') as unknown }] })
    await expect(misbehaving.exit()).rejects.toMatchObject({ code: 'COPYCAT_CLOSED', outcome: 'not-applied' })
  })

  it('does not open without what it needs, and says what that is', async () => {
    const wrong: WorkerReplicaOptions = { ...options, resources: [{ module: source('resources-collections/src/index.ts'), export: 'NoSuchMap' }] }
    await expect(CopycatReplica.open(wrong)).rejects.toMatchObject({ code: 'COPYCAT_CONFIGURATION', option: 'resources[0].export' })
  })

  it.each<[string, object]>([
    ['transport', { transport: new LocalTransport() }],
    ['storage', { storage: new Storage({ level: 'MEMORY' }) }],
    ['storage.options.fileSystem', { storage: { module: source('storage/src/index.ts'), export: 'Storage', options: { level: 'MEMORY', fileSystem: () => {} } } }],
    ['resources[0]', { resources: [DistributedMap] }],
    ['resources[0].module', { resources: [{ module: '@copycat/resources-collections', export: 'DistributedMap' }] }],
    ['context', { context: new SystemContext() }],
    ['serializer', { serializer: {} }],
    ['thread', { thread: 'other' }],
  ])('names what cannot cross a thread: %s', async (option, changes) => {
    await expect(CopycatReplica.open({ ...options, ...changes })).rejects.toMatchObject({ code: 'COPYCAT_CONFIGURATION', option })
  })
})
