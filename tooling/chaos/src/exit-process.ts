import { strict as assert } from 'node:assert'
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises'
import { RaftClient } from '@copycat/client'
import { ThreadRenewer } from '@copycat/client/thread'
import { CopycatClient } from '@copycat/core'
import { CopycatReplica } from '@copycat/replica'
import { DistributedMap } from '@copycat/resources-collections'
import { DistributedLock, DistributedTopic } from '@copycat/resources-coordination'
import { Storage } from '@copycat/storage'
import { SharedTransport, type Transport } from '@copycat/transport'
import { TcpTransport } from '@copycat/transport-tcp'
import type { ExitConfiguration } from './exit-messages.ts'
import { freePorts } from './free-ports.ts'

const silent = (): void => {}
const logger = { trace: silent, debug: silent, info: silent, warn: silent, error: console.error }
const resources = [DistributedMap]
const tcp = { module: import.meta.resolve('@copycat/transport-tcp'), export: 'TcpTransport' }

type Application = (configuration: ExitConfiguration) => Promise<void>

async function clientOf({ members }: Pick<ExitConfiguration, 'members'>, transport: Transport = new TcpTransport()): Promise<CopycatClient> {
  return CopycatClient.open({ members, transport, logger })
}

/** Three replicas in this process. */
async function replicasOf({ directory }: ExitConfiguration): Promise<CopycatReplica[]> {
  const members = (await freePorts(3)).map((port, at) => ({ id: at + 1, host: '127.0.0.1', port }))
  return Promise.all(members.map(({ id }) => CopycatReplica.open({
    memberId: id, members, transport: new TcpTransport(), storage: new Storage({ directory: `${directory}/${id}` }), resources, logger,
  })))
}

const applications: Readonly<Record<ExitConfiguration['exit'], Application>> = {
  'request under way': async (configuration) => {
    const client = await clientOf(configuration)
    const map = await client.create('/exit', DistributedMap<string, number>)
    const put = assert.rejects(map.put('key', 1), { code: 'COPYCAT_CLOSED' })
    // It has left, and is not answered yet.
    await nextTurn()
    await Promise.all([client.close(), put])
  },
  'query under way': async (configuration) => {
    const client = await clientOf(configuration)
    const map = await client.create('/exit', DistributedMap<string, number>)
    const got = assert.rejects(map.get('key'), { code: 'COPYCAT_CLOSED' })
    // It has left, and is not answered yet.
    await nextTurn()
    await Promise.all([client.close(), got])
  },
  'waiting for a lock': async (configuration) => {
    const [holder, waiter] = await Promise.all([clientOf(configuration), clientOf(configuration)])
    await (await holder.create('/lock', DistributedLock)).lock()
    const waiting = assert.rejects((await waiter.create('/lock', DistributedLock)).lock())
    // The request is on its way before its answer is given up.
    await delay(50)
    await Promise.all([waiter.close(), waiting])
    await holder.close()
  },
  'listening to a topic': async (configuration) => {
    const client = await clientOf(configuration)
    const topic = await client.create('/news', DistributedTopic<string>)
    await topic.onMessage(silent)
    await client.close()
  },
  'registration aborted': async ({ members }) => {
    const controller = new AbortController()
    const opening = RaftClient.open({ members, transport: new TcpTransport(), signal: controller.signal, logger })
    setImmediate(() => controller.abort())
    await assert.rejects(opening)
  },
  'cluster out of reach': async () => {
    const members = (await freePorts(2)).map((port) => `127.0.0.1:${port}`)
    await assert.rejects(RaftClient.open({ members, transport: new TcpTransport(), openTimeout: 300, logger }), { code: 'COPYCAT_TIMEOUT' })
  },
  'draining': async (configuration) => {
    const client = await clientOf(configuration)
    const map = await client.create('/exit', DistributedMap<string, number>)
    const puts = Array.from({ length: 100 }, (_, key) => map.put(String(key), key))
    await client.drain()
    await Promise.all(puts)
  },
  'session expired': async ({ members }) => {
    const client = await RaftClient.open({ members, transport: new TcpTransport(), sessionTimeout: 300, logger })
    const ended = new Promise<void>((resolve) => {
      client.session.onStateChange((state) => {
        if (state === 'EXPIRED') resolve()
      })
    })
    for (const end = performance.now() + 900; performance.now() < end;);
    await ended
    await client.close()
  },
  'helper thread': async ({ members }) => {
    const renewer = new ThreadRenewer({ transport: tcp, execArgv: [], logger })
    const client = await RaftClient.open({ members, transport: new TcpTransport(), renewer, logger })
    await client.close()
  },
  'shared transport': async (configuration) => {
    const transport = new SharedTransport({ transport: new TcpTransport() })
    const clients = await Promise.all([1, 2, 3].map(() => clientOf(configuration, transport)))
    await Promise.all(clients.map((client) => client.close()))
    await transport.close()
  },
  'replica without others': async ({ directory }) => {
    const members = (await freePorts(3)).map((port, at) => ({ id: at + 1, host: '127.0.0.1', port }))
    await assert.rejects(CopycatReplica.open({
      memberId: 1, members, transport: new TcpTransport(), storage: new Storage({ directory: `${directory}/1` }), resources, openTimeout: 500, logger,
    }))
  },
  'replica without majority': async (configuration) => {
    const [last, ...others] = await replicasOf(configuration)
    const map = await last!.create('/exit', DistributedMap<string, number>)
    await Promise.all(others.map((replica) => replica.close()))
    const put = assert.rejects(map.put('key', 1), { code: 'COPYCAT_CLOSED' })
    await nextTurn()
    await Promise.all([last!.close(), put])
  },
  'replicas in an election': async (configuration) => {
    const replicas = await replicasOf(configuration)
    const leader = replicas.find(({ server }) => server.status.state === 'leader')
    await leader!.close()
    await Promise.all(replicas.map((replica) => replica.close()))
  },
  'replica in a worker': async ({ directory }) => {
    const [port] = await freePorts(1)
    const replica = await CopycatReplica.open({
      thread: 'worker', memberId: 1, members: [{ id: 1, host: '127.0.0.1', port: port! }], transport: tcp, logger, worker: { execArgv: [] },
      storage: { module: import.meta.resolve('@copycat/storage'), export: 'Storage', options: { directory } },
      resources: [{ module: import.meta.resolve('@copycat/resources-collections'), export: 'DistributedMap' }],
    })
    await (await replica.create('/exit', DistributedMap<string, number>)).put('key', 1)
    await replica.close()
  },
}

/** The program of one process that ends when nothing keeps it alive any more, and by nothing else. */
async function main(configuration: ExitConfiguration): Promise<void> {
  await applications[configuration.exit](configuration)
  process.send?.('closed')
}

await main(JSON.parse(process.argv[2] ?? '{}') as ExitConfiguration)
