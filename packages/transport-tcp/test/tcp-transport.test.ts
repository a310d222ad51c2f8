import type { Server } from 'node:net'
import { describe, expect, it } from 'vitest'
import { silentLogger } from '@copycat/utils'
import type { Connection } from '@copycat/transport'
import { TcpTransport } from '../src/index.ts'
import { collector, ended, rawSocket } from './raw.ts'

describe('TcpTransport', () => {
  it.each([
    ['connectTimeout', 0], ['connectionsMax', 0], ['frameBytesMax', 12], ['queuedBytesMax', 5], ['heartbeatInterval', -1],
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

  it('T16: pauses accepting with one line when it runs out of file descriptors, and recovers by itself', async () => {
    const lines: string[] = []
    const transport = new TcpTransport({ logger: collector(lines) })
    const server = await transport.listen({ host: '127.0.0.1', port: 0 }, (connection) => {
      connection.handle(1, (_, respond) => respond?.([]))
    })
    const existing = await transport.connect(server.address)
    // What Node.js reports where libuv does not shed the connections itself.
    ;(server as unknown as { listener: Server }).listener.emit('error', Object.assign(new Error('accept EMFILE'), { code: 'EMFILE' }))
    await expect(transport.connect(server.address)).rejects.toMatchObject({ code: 'COPYCAT_TRANSPORT_CONNECT_FAILED' })
    expect(lines).toEqual([expect.stringContaining('EMFILE')])
    let dialled: Connection | undefined
    while (dialled === undefined) dialled = await transport.connect(server.address).catch(() => undefined)
    expect((await dialled.request(1, [], { timeout: 5000 })).length).toBe(0)
    expect((await existing.request(1, [], { timeout: 5000 })).length).toBe(0)
    await transport.close()
  })
})
