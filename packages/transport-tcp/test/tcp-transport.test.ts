import { describe, expect, it } from 'vitest'
import { silentLogger } from '@copycat/utils'
import { TcpTransport } from '../src/index.ts'
import { collector, ended, rawSocket } from './raw.ts'

describe('TcpTransport', () => {
  it.each([
    ['connectTimeout', 0], ['connectionsMax', 0], ['connectionsPerAddressMax', 0], ['handshakesMax', 1.5], ['frameBytesMax', 12], ['queuedBytesMax', 5], ['heartbeatInterval', -1],
  ])('refuses %s %d, naming the option', (option, value) => {
    expect(() => new TcpTransport({ [option]: value })).toThrow(expect.objectContaining({ code: 'COPYCAT_CONFIGURATION', option }))
  })

  it('T9: accepts no more connections than it is told to, and again when one has gone', async () => {
    const lines: string[] = []
    const transport = new TcpTransport({ logger: collector(lines), connectionsMax: 2 })
    const server = await transport.listen({ host: '127.0.0.1', port: 0 }, () => {})
    const [first] = [await transport.connect(server.address), await transport.connect(server.address)]
    await ended(await rawSocket(server.address))
    expect(lines).toEqual([expect.stringContaining('2 connections are open')])
    const closed = new Promise((resolve) => first.onClose(resolve))
    first.close()
    await closed
    expect((await transport.connect(server.address)).isOpen).toBe(true)
    await transport.close()
  })

  it('T9: takes no more connections from one address than it is told to', async () => {
    const lines: string[] = []
    const transport = new TcpTransport({ logger: collector(lines), connectionsPerAddressMax: 1 })
    const server = await transport.listen({ host: '127.0.0.1', port: 0 }, () => {})
    await transport.connect(server.address)
    await ended(await rawSocket(server.address))
    expect(lines).toEqual([expect.stringContaining('1 connections are open from there')])
    await transport.close()
  })

  it('T9: lets strangers who say nothing keep nobody out', async () => {
    const lines: string[] = []
    const transport = new TcpTransport({ logger: collector(lines), handshakesMax: 5, handshakeTimeout: 60_000 })
    const server = await transport.listen({ host: '127.0.0.1', port: 0 }, () => {})
    const strangers = []
    for (let count = 0; count < 6; count++) strangers.push(await rawSocket(server.address))
    await ended(strangers[0]!)
    expect(lines).toEqual([expect.stringContaining('gave up on')])
    expect((await transport.connect(server.address)).isOpen).toBe(true)
    await transport.close()
  })

  it('T12: gives each of two sides that dial at once a stream of its own, and closing one leaves the other', async () => {
    const transports = [new TcpTransport({ logger: silentLogger }), new TcpTransport({ logger: silentLogger })] as const
    const seen: string[] = []
    const servers = await Promise.all(transports.map((transport, own) => transport.listen({ host: '127.0.0.1', port: 0 }, (connection) => {
      connection.handle(1, (body) => seen.push(`${own} hears ${body[0]}`))
      connection.handle(2, (_, respond) => respond?.([]))
    })))
    const [one, other] = await Promise.all(transports.map((transport, own) => transport.connect(servers[1 - own]!.address)))
    for (let number = 0; number < 3; number++) {
      one!.send(1, [new Uint8Array([number])])
      other!.send(1, [new Uint8Array([number])])
    }
    one!.close()
    await other!.request(2, [], { timeout: 5000 })
    expect(seen.filter((line) => line.startsWith('0'))).toEqual(['0 hears 0', '0 hears 1', '0 hears 2'])
    expect(other!.isOpen).toBe(true)
    await Promise.all(transports.map((transport) => transport.close()))
    expect(seen.filter((line) => line.startsWith('1'))).toEqual(['1 hears 0', '1 hears 1', '1 hears 2'])
  })

  it('closes while dials and handshakes are under way', async () => {
    const transport = new TcpTransport({ logger: silentLogger })
    const server = await transport.listen({ host: '127.0.0.1', port: 0 }, () => {})
    const socket = await rawSocket(server.address)
    const dial = transport.connect(server.address)
    const gone = ended(socket)
    await Promise.all([expect(dial).rejects.toMatchObject({ code: 'COPYCAT_CLOSED', outcome: 'not-applied' }), transport.close(), gone])
  })

  it.each([Infinity, 5000])('dials with a time-out of %d', async (timeout) => {
    const transport = new TcpTransport({ logger: silentLogger })
    const server = await transport.listen({ host: '127.0.0.1', port: 0 }, () => {})
    expect((await transport.connect(server.address, { timeout })).isOpen).toBe(true)
    await transport.close()
  })
})
