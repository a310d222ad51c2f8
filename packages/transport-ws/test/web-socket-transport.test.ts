import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { TestAuthority } from '@copycat-tooling/certificates'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Connection, TransportServer } from '@copycat/transport'
import { WebSocket } from 'ws'
import { WebSocketTransport } from '../src/index.ts'
import type { WebSocketTransportOptions } from '../src/index.ts'
import { collector } from './collector.ts'

const transports: WebSocketTransport[] = []
const lines: string[] = []

afterEach(async () => {
  await Promise.all(transports.splice(0).map((transport) => transport.close()))
  lines.length = 0
})

describe('WebSocketTransport', () => {
  it.each<[string, string]>([
    ['T7: garbage', '\x01\x02\x03\x04\x05\r\n\r\n'],
    ['T7: a TLS hello', '\x16\x03\x01\x00\xc8\x01\x00\x00\xc4\x03\x03'],
    ['T7: a WebSocket without a key', 'GET /copycat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'],
    ['T7: a WebSocket at another path', upgradeRequest('/other')],
    ['T9: half a request, then silence', 'GET /copycat HTTP/1.1\r\nHost: '],
    ['T9: nothing at all', ''],
    ['T9: a WebSocket, then silence', upgradeRequest('/copycat')],
    ['T7: a WebSocket, then text', `${upgradeRequest('/copycat')}\x81\x82\x00\x00\x00\x00hi`],
    ['T6: a WebSocket, then a message that claims 2 GiB', `${upgradeRequest('/copycat')}\x82\xff\x00\x00\x00\x00\x80\x00\x00\x00\x00\x00\x00\x00`],
  ])('%s cost one connection and one line, and disturb nobody else', async (_, text) => {
    const { server, healthy } = await listen({ handshakeTimeout: 300 })
    const socket = await rawSocket(server)
    socket.write(Buffer.from(text, 'latin1'))
    const closed = ended(socket)
    const answers = await Promise.all([1, 2, 3].map((number) => healthy.request(1, [new Uint8Array([number])], { timeout: 5000 })))
    expect(answers.map(([number]) => number)).toEqual([1, 2, 3])
    await closed
    await vi.waitFor(() => expect(lines).toHaveLength(1))
    expect((await healthy.request(1, [], { timeout: 5000 })).length).toBe(0)
  })

  it('tells a browser that asks for a page what this is', async () => {
    const { server } = await listen({})
    const response = await fetch(`http://127.0.0.1:${server.address.port}/`)
    expect([response.status, response.headers.get('upgrade'), await response.text()]).toEqual([426, 'websocket', 'This is a WebSocket for Copycat.\n'])
    expect(lines).toEqual([])
  })

  it.each<[WebSocketTransportOptions['origins'], string | undefined, boolean]>([
    [undefined, undefined, true], [undefined, 'https://app.example', false], [['https://app.example'], 'https://app.example', true],
    [['https://app.example'], 'https://evil.example', false], [['https://app.example'], 'http://app.example', false],
    [['https://app.example'], undefined, true], ['*', 'https://evil.example', true],
  ])('with the origins %j, takes a client of origin %s in: %s', async (origins, origin, isTaken) => {
    const { server } = await listen(origins === undefined ? {} : { origins })
    const webSocket = new WebSocket(`ws://127.0.0.1:${server.address.port}/copycat`, origin === undefined ? {} : { origin })
    const opened = await new Promise((resolve) => webSocket.on('open', () => resolve(true)).on('error', () => resolve(false)))
    expect(opened).toBe(isTaken)
    expect(lines).toEqual(isTaken ? [] : [expect.stringContaining(`pages of ${origin} may not connect`)])
    webSocket.terminate()
  })

  it('T9: takes no more connections than it is told to', async () => {
    const { server, transport } = await listen({ connectionsMax: 1 })
    await expect(transport.connect(server.address)).rejects.toMatchObject({ code: 'COPYCAT_TRANSPORT_HANDSHAKE' })
    expect(lines).toEqual([expect.stringContaining('1 connections are open')])
  })

  it('T9: lets strangers who say nothing keep nobody out', async () => {
    const { server, transport } = await listen({ handshakesMax: 3, handshakeTimeout: 60_000 })
    const strangers = [await rawSocket(server), await rawSocket(server), await rawSocket(server), await rawSocket(server)]
    await ended(strangers[0]!)
    expect((await transport.connect(server.address)).isOpen).toBe(true)
  })

  it('dials a server with TLS only if an authority that it trusts vouches for it', async () => {
    const authority = new TestAuthority()
    const { server } = await listen({ tls: { ...authority.issue('server'), ca: authority.ca } })
    await expect(create({ tls: {} }).connect(server.address)).rejects.toMatchObject({ code: 'COPYCAT_TRANSPORT_HANDSHAKE', outcome: 'not-applied' })
    await expect(create({}).connect(server.address)).rejects.toMatchObject({ code: 'COPYCAT_TRANSPORT_HANDSHAKE', outcome: 'not-applied' })
    expect((await create({ tls: { ca: authority.ca } }).connect(server.address)).isOpen).toBe(true)
  })

  it('closes while dials and handshakes are under way', async () => {
    const { server, transport } = await listen({})
    const socket = await rawSocket(server)
    const dial = transport.connect(server.address)
    const gone = ended(socket)
    await Promise.all([expect(dial).rejects.toMatchObject({ code: 'COPYCAT_CLOSED', outcome: 'not-applied' }), transport.close(), gone])
  })

  it.each<[string, WebSocketTransportOptions]>([
    ['connectTimeout', { connectTimeout: 0 }], ['connectionsMax', { connectionsMax: 0 }], ['path', { path: 'copycat' }], ['path', { path: '/a?b' }],
    ['origins', { origins: ['app.example'] }], ['origins', { origins: ['https://app.example/'] }], ['secrets', { secrets: ['short'] }],
    ['tls', { tls: { key: 'a' } }], ['frameBytesMax', { frameBytesMax: 12 }],
  ])('refuses a bad %s, naming the option', (option, options) => {
    expect(() => new WebSocketTransport(options)).toThrow(expect.objectContaining({ code: 'COPYCAT_CONFIGURATION', option }))
  })

  it('refuses to listen with TLS and without a certificate', async () => {
    await expect(create({ tls: {} }).listen({ host: '127.0.0.1', port: 0 }, () => {})).rejects.toMatchObject({ code: 'COPYCAT_CONFIGURATION' })
  })
})

function create(options: WebSocketTransportOptions): WebSocketTransport {
  const transport = new WebSocketTransport({ logger: collector(lines), connectTimeout: 5000, ...options })
  transports.push(transport)
  return transport
}

async function listen(options: WebSocketTransportOptions): Promise<{ server: TransportServer, transport: WebSocketTransport, healthy: Connection }> {
  const transport = create(options)
  const server = await transport.listen({ host: '127.0.0.1', port: 0 }, (connection) => {
    connection.handle(1, (body, respond) => respond?.([body.slice()]))
  })
  return { server, transport, healthy: await transport.connect(server.address) }
}

function upgradeRequest(path: string): string {
  return `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n`
    + `Sec-WebSocket-Key: AQIDBAUGBwgJCgsMDQ4PEA==\r\n\r\n`
}

function rawSocket({ address }: TransportServer): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(address.port, address.host, () => resolve(socket))
    socket.on('error', reject)
    socket.resume()
  })
}

function ended(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once('close', () => resolve()))
}
