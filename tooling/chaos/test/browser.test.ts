import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { CopycatClient } from '@copycat/core'
import { CopycatReplica } from '@copycat/replica'
import { DistributedMap } from '@copycat/resources-collections'
import { Storage } from '@copycat/storage'
import { TcpTransport } from '@copycat/transport-tcp'
import { WebSocketTransport } from '@copycat/transport-ws'
import { Chromium, findChromium } from '../src/browser/chromium.ts'
import { servePage } from '../src/browser/page-server.ts'
import { freePorts } from '../src/free-ports.ts'

const browser = findChromium(process.env['PATH'] ?? '')
const screenshotFile = path.resolve(import.meta.dirname, '../../../.reports/browser.png')
const cleanups: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

if (browser === undefined) console.log('no browser on the PATH (chromium, google-chrome): the test with one is left out')

describe.skipIf(browser === undefined)('a page in a real browser', () => {
  it('connects over WebSocket to three replicas, writes and reads a map, and sees what another client writes', async () => {
    const page = await servePage()
    cleanups.push(() => page.close())
    const { tcp, webSocket } = await startCluster(page.origin)
    const client = await CopycatClient.open({ members: tcp, transport: new TcpTransport() })
    cleanups.push(() => client.close())
    const map = await client.create('/shared', DistributedMap<string, string>)

    const chromium = await Chromium.start(browser!)
    cleanups.push(() => chromium.close())
    const opened = await chromium.open(`${page.origin}/?members=${webSocket.join(',')}`)
    await until(async () => (await map.get('page')) !== undefined)
    await map.put('other', 'greetings from Node.js')
    await until(async () => (await opened.evaluate('typeof finished')) === 'object')
    const story = await opened.evaluate('finished')
    await mkdir(path.dirname(screenshotFile), { recursive: true })
    await writeFile(screenshotFile, await opened.screenshot())
    console.log(`screenshot of the page: ${screenshotFile}`)

    expect(await map.get('page')).toBe('written by the page')
    expect(story).toEqual([
      'connected over WebSocket', 'the page wrote, and read: written by the page', 'another client wrote: greetings from Node.js', 'closed',
    ])
  })
})

/** Three replicas on TCP, each with a second listener for browsers. */
async function startCluster(origin: string): Promise<{ tcp: string[], webSocket: string[] }> {
  const directory = await mkdtemp(path.join(tmpdir(), 'copycat-'))
  cleanups.push(() => rm(directory, { recursive: true, force: true }))
  const members = (await freePorts(3)).map((port, at) => ({ id: at + 1, host: '127.0.0.1', port }))
  const replicas = await Promise.all(members.map(({ id }) => CopycatReplica.open({
    memberId: id, members, transport: new TcpTransport(), storage: new Storage({ directory: path.join(directory, String(id)) }), resources: [DistributedMap],
  })))
  cleanups.push(() => Promise.all(replicas.map((replica) => replica.close())))
  const webSockets = new WebSocketTransport({ origins: [origin] })
  cleanups.push(() => webSockets.close())
  const listeners = await Promise.all(replicas.map((replica) =>
    webSockets.listen({ host: '127.0.0.1', port: 0 }, (connection) => replica.server.accept(connection))))
  return { tcp: members.map(({ host, port }) => `${host}:${port}`), webSocket: listeners.map(({ address }) => `${address.host}:${address.port}`) }
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 60_000; Date.now() < end;) {
    if (await condition()) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('what was waited for did not happen within a minute')
}
