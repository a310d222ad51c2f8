import { TestAuthority } from '@copycat-tooling/certificates'
import { afterEach, describe, expect, it } from 'vitest'
import type { TransportServer } from '@copycat/transport'
import { TcpTransport } from '../src/index.ts'
import type { TcpTransportOptions } from '../src/index.ts'
import { collector, ended, goodPreface, messageFrame, rawServer, rawSocket } from './raw.ts'

const [old, current] = ['the secret of last year', 'the secret of this year'] as const
const transports: TcpTransport[] = []

afterEach(async () => {
  await Promise.all(transports.splice(0).map((transport) => transport.close()))
})

describe('TcpTransport with a shared secret', () => {
  it('talks to who knows it', async () => {
    const { server } = await listen({ secrets: [current] })
    const connection = await create({ secrets: [new TextEncoder().encode(current)] }).connect(server.address)
    expect([...await connection.request(1, [new Uint8Array([7])], { timeout: 5000 })]).toEqual([7])
  })

  it('talks to who knows it within TLS', async () => {
    const authority = new TestAuthority()
    const { server } = await listen({ secrets: [current], tls: authority.issue('server') })
    const connection = await create({ secrets: [current], tls: { ca: authority.ca } }).connect(server.address)
    expect([...await connection.request(1, [new Uint8Array([7])], { timeout: 5000 })]).toEqual([7])
  })

  it('refuses who knows another, with one line on each side, and keeps the secrets out of them', async () => {
    const { server, lines } = await listen({ secrets: [current] })
    const ownLines: string[] = []
    const dial = create({ secrets: [old] }, ownLines).connect(server.address)
    await expect(dial).rejects.toMatchObject({ code: 'COPYCAT_TRANSPORT_AUTHENTICATION', outcome: 'not-applied' })
    expect(lines).toEqual([expect.stringContaining('the peer does not know the secret')])
    expect([...lines, ...ownLines].join()).not.toContain('year')
  })

  it.each<[string, TcpTransportOptions, TcpTransportOptions]>([
    ['only the server wants one', { secrets: [current] }, {}], ['only the client wants one', {}, { secrets: [current] }],
  ])('names both sides when %s', async (_, serverOptions, clientOptions) => {
    const { server } = await listen(serverOptions)
    await expect(create(clientOptions).connect(server.address)).rejects.toMatchObject({ code: 'COPYCAT_TRANSPORT_HANDSHAKE' })
  })

  it('is changed without a pause: first known to all, then used, then alone', async () => {
    const { server } = await listen({ secrets: [old, current] })
    for (const secrets of [[old], [old, current], [current, old], [current]]) {
      expect((await create({ secrets }).connect(server.address)).isOpen).toBe(true)
    }
  })

  it('reads no frame of a stranger', async () => {
    const { server, lines, seen } = await listen({ secrets: [current] })
    const socket = await rawSocket(server.address)
    const stranger = goodPreface.slice()
    socket.write(Buffer.concat([stranger, new Uint8Array(64), messageFrame(1, new Uint8Array(10))]))
    await ended(socket)
    expect(lines).toHaveLength(1)
    expect(seen).toEqual([])
  })

  it('does not talk to a server that only sends back what it hears', async () => {
    const mirror = await rawServer((socket) => socket.pipe(socket))
    await expect(create({ secrets: [current] }).connect(mirror.address)).rejects.toMatchObject({ code: 'COPYCAT_TRANSPORT_AUTHENTICATION' })
    await mirror.close()
  })

  it('T9: ends who does not prove it in time', async () => {
    const { server, lines } = await listen({ secrets: [current], handshakeTimeout: 100 })
    const socket = await rawSocket(server.address)
    await ended(socket)
    expect(lines).toEqual([expect.stringContaining('did not introduce itself within')])
  })

  it.each([[[]], [['short']]])('refuses %j as secrets', (secrets) => {
    expect(() => new TcpTransport({ secrets })).toThrow(expect.objectContaining({ code: 'COPYCAT_CONFIGURATION', option: 'secrets' }))
  })
})

function create(options: TcpTransportOptions, lines: string[] = []): TcpTransport {
  const transport = new TcpTransport({ logger: collector(lines), connectTimeout: 5000, ...options })
  transports.push(transport)
  return transport
}

async function listen(options: TcpTransportOptions): Promise<{ server: TransportServer, lines: string[], seen: number[] }> {
  const lines: string[] = []
  const seen: number[] = []
  const server = await create(options, lines).listen({ host: '127.0.0.1', port: 0 }, (connection) => {
    connection.handle(1, (body, respond) => {
      seen.push(body.length)
      respond?.([body.slice()])
    })
  })
  return { server, lines, seen }
}
