import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { silentLogger } from '@copycat/utils'
import { WebSocket } from 'ws'
import { WebSocketClient } from '../src/client/index.ts'
import type { StandardWebSocketClass } from '../src/client/index.ts'
import { WebSocketTransport } from '../src/index.ts'

const webSocket = WebSocket as unknown as StandardWebSocketClass

afterEach(() => {
  vi.unstubAllGlobals()
})

describe('@copycat/transport-ws/client', () => {
  it('goes into a browser\'s bundle, and takes no module of Node.js along', async () => {
    const { metafile, warnings, outputFiles } = await build({
      entryPoints: [fileURLToPath(new URL('../src/client/index.ts', import.meta.url))], bundle: true, platform: 'browser', format: 'esm', write: false,
      metafile: true, conditions: ['@copycat/source'], logLevel: 'silent', minify: true,
    })
    expect(warnings).toEqual([])
    const inputs = Object.keys(metafile.inputs)
    expect(inputs.filter((input) => input.includes('node_modules'))).toEqual([])
    const imports = Object.values(metafile.inputs).flatMap((input) => input.imports.map(({ path, external }) => ({ path, external })))
    expect(imports.filter(({ path, external }) => external === true || path.startsWith('node:'))).toEqual([])
    expect(outputFiles[0]!.text.length).toBeLessThan(60_000)
  })
})

describe('WebSocketClient', () => {
  it('takes the WebSocket of its surroundings', async () => {
    vi.stubGlobal('WebSocket', WebSocket)
    const transport = new WebSocketTransport({ logger: silentLogger })
    const server = await transport.listen({ host: '127.0.0.1', port: 0 }, () => {})
    const client = new WebSocketClient({ logger: silentLogger })
    expect((await client.connect(server.address)).isOpen).toBe(true)
    await client.close()
    await transport.close()
  })

  it('says what to do where there is none', () => {
    vi.stubGlobal('WebSocket', undefined)
    expect(() => new WebSocketClient()).toThrow(expect.objectContaining({ code: 'COPYCAT_CONFIGURATION', option: 'webSocket' }))
  })

  it('cannot listen', async () => {
    await expect(new WebSocketClient({ webSocket }).listen()).rejects.toMatchObject({ code: 'COPYCAT_TRANSPORT_LISTEN_FAILED', outcome: 'not-applied' })
  })

  it('dials with TLS when it is told to', () => {
    const urls: string[] = []
    class Recorder extends WebSocket {
      constructor(url: string) {
        urls.push(url)
        super(url)
      }
    }
    for (const secure of [false, true]) {
      const client = new WebSocketClient({ secure, webSocket: Recorder as unknown as StandardWebSocketClass, path: '/live' })
      client.connect({ host: '::1', port: 1 }).catch(() => {})
      void client.close()
    }
    expect(urls).toEqual(['ws://[::1]:1/live', 'wss://[::1]:1/live'])
  })

  it('waits while the browser holds much, and goes on when it has room again', async () => {
    let held = 0
    class Slow extends WebSocket {
      constructor(url: string) {
        super(url)
        Object.defineProperty(this, 'bufferedAmount', { get: () => held })
      }
    }
    const transport = new WebSocketTransport({ logger: silentLogger })
    let received = 0
    const server = await transport.listen({ host: '127.0.0.1', port: 0 }, (connection) => {
      connection.handle(1, (body) => (received += body.length))
      connection.handle(2, (_, respond) => respond?.([]))
    })
    const client = new WebSocketClient({ logger: silentLogger, webSocket: Slow as unknown as StandardWebSocketClass })
    const connection = await client.connect(server.address)
    held = 1_000_000
    connection.send(1, [new Uint8Array(900_000)])
    const drained = new Promise<void>((resolve) => connection.onDrain(resolve))
    await Promise.resolve()
    expect(connection.send(1, [new Uint8Array(100_000)])).toBe(false)
    held = 0
    await drained
    await connection.request(2, [], { timeout: 5000 })
    expect(received).toBe(1_000_000)
    await client.close()
    await transport.close()
  })
})
