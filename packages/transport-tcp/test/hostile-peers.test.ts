import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { CloseReason, Connection, TransportServer } from '@copycat/transport'
import { batchHeaderBytes } from '@copycat/transport/stream'
import { TcpTransport } from '../src/index.ts'
import { collector, ended, goodPreface, messageFrame, rawServer, rawSocket } from './raw.ts'

let lines: string[]
let transport: TcpTransport
let server: TransportServer
let healthy: Connection

beforeEach(async () => {
  lines = []
  transport = new TcpTransport({ logger: collector(lines), handshakeTimeout: 200, heartbeatInterval: 100, frameTimeout: 1000 })
  server = await transport.listen({ host: '127.0.0.1', port: 0 }, (connection) => {
    connection.handle(1, (body, respond) => respond?.([body.slice()]))
  })
  healthy = await transport.connect(server.address)
})

afterEach(async () => {
  await transport.close()
})

describe('TcpTransport', () => {
  const header = messageFrame(1, new Uint8Array(100)).subarray(0, batchHeaderBytes)
  it.each<[string, Uint8Array]>([
    ['T7: garbage bytes', Buffer.from('f00dfacef00dfacef00dfacef00dface', 'hex')],
    ['T7: an HTTP request', Buffer.from('GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n')],
    ['T7: a TLS hello', Buffer.from('16030100c8010000c40303', 'hex')],
    ['T7: the magic and then garbage', Buffer.concat([goodPreface.subarray(0, 8), Buffer.alloc(100, 0x55)])],
    ['T9: half a preface, then silence', goodPreface.subarray(0, 20)],
    ['T9: nothing at all', new Uint8Array()],
    ['T6: frames that claim 4 GiB', Buffer.concat([goodPreface, header.with(4, 0xff).with(5, 0xff).with(6, 0xff).with(7, 0xff)])],
    ['T8: a bit flip', Buffer.concat([goodPreface, messageFrame(1, new Uint8Array(100)).with(50, 1)])],
    ['T9: half a frame, then silence', Buffer.concat([goodPreface, messageFrame(1, new Uint8Array(100)).subarray(0, 60)])],
    ['T2: a preface, then silence', goodPreface],
  ])('%s cost one connection and one line, and disturb nobody else', async (_, bytes) => {
    const socket = await rawSocket(server.address)
    socket.write(bytes)
    const closed = ended(socket)
    const answers = await Promise.all(Array.from({ length: 50 }, (_, number) => healthy.request(1, [new Uint8Array([number])], { timeout: 5000 })))
    expect(answers.map(([number]) => number)).toEqual(Array.from({ length: 50 }, (_, number) => number))
    await closed
    expect(lines).toHaveLength(1)
    expect(healthy.isOpen).toBe(true)
    expect((await healthy.request(1, [], { timeout: 5000 })).length).toBe(0)
  })

  it('T7: half a frame, then the end, cost one connection and one line', async () => {
    const told = firstLine()
    const socket = await rawSocket(server.address)
    socket.end(Buffer.concat([goodPreface, messageFrame(1, new Uint8Array(100)).subarray(0, 60)]))
    await ended(socket)
    await told
    expect([...lines]).toEqual([expect.stringContaining('in the midst of a frame')])
    expect((await healthy.request(1, [], { timeout: 5000 })).length).toBe(0)
  })

  it('T7: a flood of bad peers fills no log', async () => {
    for (let round = 0; round < 5; round++) {
      await Promise.all(Array.from({ length: 20 }, async () => {
        const socket = await rawSocket(server.address)
        socket.write('GET / HTTP/1.1\r\n\r\n')
        await ended(socket)
      }))
    }
    expect(lines).toHaveLength(30)
  })

  it('T2: a server that answers no ping is noticed by the dialler', async () => {
    const silent = await rawServer((socket) => socket.resume().write(goodPreface))
    const connection = await transport.connect(silent.address)
    const reason = await new Promise<CloseReason>((resolve) => connection.onClose(resolve))
    expect(reason.error).toMatchObject({ code: 'COPYCAT_TRANSPORT_HEARTBEAT' })
    await silent.close()
  })

  it('T5: a peer that reads nothing is cut off, with memory bounded, and holds nobody up', async () => {
    const stuck = await rawServer((socket) => socket.pause().write(goodPreface))
    const patient = new TcpTransport({ logger: collector(lines), heartbeatInterval: Infinity })
    const connection = await patient.connect(stuck.address)
    const closed = new Promise<CloseReason>((resolve) => connection.onClose(resolve))
    const before = process.memoryUsage().arrayBuffers
    let peak = 0
    for (let sent = 0; connection.isOpen && sent < 2000; sent++) {
      connection.send(1, [new Uint8Array(100_000)])
      if (sent % 20 === 0) await healthy.request(1, [], { timeout: 5000 })
      peak = Math.max(peak, process.memoryUsage().arrayBuffers - before)
    }
    expect((await closed).error).toMatchObject({ code: 'COPYCAT_TRANSPORT_OVERFLOW' })
    expect(peak).toBeLessThan(80 * 1024 * 1024)
    await patient.close()
    await stuck.close()
  })

  it('a peer of another transport is refused with both names', async () => {
    const other = await rawServer((socket) => socket.resume().write('HTTP/1.1 400 Bad Request\r\n\r\n'))
    await expect(transport.connect(other.address)).rejects.toMatchObject({ code: 'COPYCAT_TRANSPORT_HANDSHAKE', outcome: 'not-applied' })
    await other.close()
  })
})

/** Resolves with the first line that reaches the log. */
function firstLine(): Promise<string> {
  return new Promise((resolve) => {
    const push = lines.push.bind(lines)
    lines.push = (...added) => {
      resolve(added[0]!)
      return push(...added)
    }
  })
}
