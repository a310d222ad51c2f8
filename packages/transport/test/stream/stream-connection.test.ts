import { checksumTable } from '@copycat/utils'
import type { Logger } from '@copycat/utils'
import { describe, expect, it } from 'vitest'
import type { CloseReason } from '../../src/transport.ts'
import type { TransportError } from '../../src/errors.ts'
import { FrameKind } from '../../src/stream/frame.ts'
import { OutgoingFrames } from '../../src/stream/outgoing-frames.ts'
import { encodePreface } from '../../src/stream/preface.ts'
import type { Preface } from '../../src/stream/preface.ts'
import { StreamConnection } from '../../src/stream/stream-connection.ts'
import type { StreamLimits } from '../../src/stream/stream-options.ts'
import { joined, PipeEnd } from '../pipe.ts'
import { VirtualContext } from '../virtual-context.ts'

const preface: Preface = { versionMin: 1, versionMax: 1, flags: 0, heartbeatInterval: 1000, frameBytesMax: 16 * 1024 * 1024, transportName: 'pipe/1' }

describe('StreamConnection handshake', () => {
  it('opens when the prefaces fit, and delivers nothing before the next turn', () => {
    const { context, wire, connection, opened } = single()
    wire.deliver(joined([encodePreface(preface, checksumTable), message(1, 'hello')]))
    const seen: string[] = []
    connection.onOpen((error) => {
      opened.push(error)
      context.execute(() => connection.handle(1, (body) => seen.push(String(body.length))))
    })
    context.settle()
    expect(opened).toEqual([undefined])
    expect(seen).toEqual(['5'])
  })

  it.each([
    ['another transport', { transportName: 'ws/1' }, '"pipe/1", the peer on "ws/1"'],
    ['no common version', { versionMin: 4, versionMax: 9 }, '1 to 1, the peer 4 to 9'],
  ])('refuses a peer with %s, naming both', (_, difference, text) => {
    const { context, wire, connection, opened, lines } = single()
    wire.deliver(encodePreface({ ...preface, ...difference }, checksumTable))
    context.settle()
    expect(opened).toEqual([expect.objectContaining({ code: 'COPYCAT_TRANSPORT_HANDSHAKE', message: expect.stringContaining(text) })])
    expect(lines).toHaveLength(1)
    expect(connection.isOpen).toBe(false)
    expect(wire.isEnded).toBe(true)
  })

  it('T9: gives up a peer that says nothing within the handshake time-out', () => {
    const { context, wire, opened, lines } = single()
    wire.deliver(encodePreface(preface, checksumTable).subarray(0, 20))
    context.advance(999)
    expect(opened).toEqual([])
    context.advance(1)
    expect(opened).toEqual([expect.objectContaining({ code: 'COPYCAT_TRANSPORT_HANDSHAKE' })])
    expect(lines).toHaveLength(1)
    expect(context.timerCount).toBe(0)
  })

  it('T7: reports garbage once, and a peer that goes without a byte not at all', () => {
    const garbage = single()
    garbage.wire.deliver(new TextEncoder().encode('GET / HTTP/1.1\r\n\r\n'))
    garbage.context.settle()
    expect(garbage.lines).toEqual([expect.stringContaining('look like HTTP')])
    const scan = single()
    scan.wire.peer!.end()
    scan.context.settle()
    expect(scan.opened).toEqual([expect.objectContaining({ code: 'COPYCAT_TRANSPORT_HANDSHAKE' })])
    expect(scan.lines).toEqual([])
  })

  it('takes the smaller of both limits of a message', async () => {
    const { context, client } = pair({}, { frameBytesMax: 2000 })
    context.settle()
    expect(() => client.send(1, [new Uint8Array(2001)])).toThrow(expect.objectContaining({ code: 'COPYCAT_TRANSPORT_FRAME_TOO_LARGE' }))
    expect(client.send(1, [new Uint8Array(2000)])).toBe(true)
    context.settle()
    expect(client.isOpen).toBe(true)
  })
})

describe('StreamConnection', () => {
  it('writes what one turn hands over in one write', () => {
    const { context, client, clientWire } = pair()
    context.settle()
    clientWire.written.length = 0
    for (let count = 0; count < 100; count++) client.send(1, [new Uint8Array(10)])
    context.settle()
    expect(clientWire.written).toHaveLength(1)
  })

  it('T10: works byte by byte', async () => {
    const { context, client, server, clientWire, serverWire } = pair()
    clientWire.chunkBytes = 1
    serverWire.chunkBytes = 1
    context.settle()
    server.handle(1, (body, respond) => respond?.([body.slice()]))
    const answer = client.request(1, [new Uint8Array([1, 2, 3])], { timeout: 1000 })
    context.settle()
    expect([...await answer]).toEqual([1, 2, 3])
  })

  it('keeps one timer, however many requests are open', () => {
    const { context, client } = pair()
    context.settle()
    for (let count = 0; count < 100; count++) client.request(1, [], { timeout: 10 + count }).catch(() => {})
    expect(context.timerCount).toBe(2)
  })

  it.each([
    ['a flipped bit', (batch: Uint8Array) => batch.with(20, batch[20]! ^ 1), 'COPYCAT_TRANSPORT_FRAME_INVALID'],
    ['a claim of 4 GiB', (batch: Uint8Array) => batch.with(7, 0xff), 'COPYCAT_TRANSPORT_FRAME_TOO_LARGE'],
    ['an unknown kind', () => frame(200 as FrameKind), 'COPYCAT_TRANSPORT_FRAME_INVALID'],
  ])('T6, T7, T8: ends at %s, with one line and every request failed', async (_, damage, code) => {
    const { context, client, clientWire, lines, closed } = pair()
    context.settle()
    const failed = client.request(1, [], { timeout: 1000 }).catch((error: TransportError) => error)
    clientWire.deliver(damage(message(1, 'hello')))
    context.settle()
    expect(await failed).toMatchObject({ code: 'COPYCAT_TRANSPORT_CONNECTION_CLOSED', cause: { code } })
    expect(closed).toEqual([{ error: expect.objectContaining({ code }) }])
    expect(lines).toHaveLength(1)
  })

  it('tells requests that were never sent from those that may have been', async () => {
    const { context, client, clientWire } = pair()
    context.settle()
    clientWire.isStuck = true
    const first = client.request(1, [], { timeout: 1000 }).catch((error: TransportError) => error.outcome)
    context.settle()
    const second = client.request(1, [], { timeout: 1000 }).catch((error: TransportError) => error.outcome)
    context.settle()
    clientWire.break(new Error('reset'))
    context.settle()
    expect([await first, await second]).toEqual(['unknown', 'not-applied'])
  })

  it('T5: cuts off a peer that takes nothing in, and holds no more than the limit', () => {
    const { context, client, clientWire, closed } = pair()
    context.settle()
    clientWire.isStuck = true
    let sent = 0
    while (client.isOpen) {
      client.send(1, [new Uint8Array(100_000)])
      context.settle()
      sent += 100_020
    }
    context.settle()
    expect(sent).toBeLessThan(17 * 1024 * 1024)
    expect(closed).toEqual([{ error: expect.objectContaining({ code: 'COPYCAT_TRANSPORT_OVERFLOW' }) }])
  })

  it('reads what has arrived after a stall of its own before it judges time-outs and heartbeats', async () => {
    const { context, client, server, clientWire } = pair()
    context.settle()
    server.handle(1, (_, respond) => respond?.([]))
    const answer = client.request(1, [], { timeout: 500 })
    context.execute(() => {
      clientWire.isPaused = true
    })
    context.settle()
    context.stall(60_000, () => {
      clientWire.isPaused = false
      clientWire.read()
    })
    expect((await answer).length).toBe(0)
    expect(client.isOpen).toBe(true)
  })

  it('ends a close that the peer does not take part in', () => {
    const { context, client, clientWire, closed } = pair()
    context.settle()
    clientWire.isStuck = true
    client.send(1, [new Uint8Array(1000)])
    context.settle()
    client.close()
    context.advance(999)
    expect(closed).toEqual([])
    context.advance(1001)
    expect(closed).toEqual([{}])
    expect(context.timerCount).toBe(0)
  })
})

describe('StreamConnection heartbeat', () => {
  it('keeps a connection on which nothing is said', () => {
    const { context, client, server } = pair()
    context.advance(60_000)
    expect([client.isOpen, server.isOpen]).toEqual([true, true])
  })

  it('T2: notices a peer that has vanished within four intervals, though sending to it succeeds', () => {
    const { context, wire, connection, opened, lines } = single()
    wire.deliver(encodePreface(preface, checksumTable))
    context.settle()
    expect(opened).toEqual([undefined])
    const closed: CloseReason[] = []
    connection.onClose((reason) => closed.push(reason))
    for (let step = 0; step < 40; step++) {
      connection.send(1, [new Uint8Array(100)])
      context.advance(100)
    }
    expect(closed).toEqual([{ error: expect.objectContaining({ code: 'COPYCAT_TRANSPORT_HEARTBEAT' }) }])
    expect(lines).toHaveLength(1)
    expect(context.timerCount).toBe(0)
  })

  it('T11: keeps a peer that is busy taking in a large message, and gives up one that stopped', () => {
    const { context, wire, connection } = single()
    wire.deliver(encodePreface(preface, checksumTable))
    context.settle()
    wire.isStuck = true
    connection.send(1, [new Uint8Array(8_000_000)])
    for (let second = 0; second < 20; second++) {
      wire.drain(100_000)
      context.advance(1000)
    }
    expect(connection.isOpen).toBe(true)
    context.advance(4000)
    expect(connection.isOpen).toBe(false)
  })

  it('T9: ends a frame that drips in', () => {
    const { context, wire, connection, lines } = single({ frameTimeout: 10_000 })
    wire.deliver(encodePreface(preface, checksumTable))
    context.settle()
    const slow = message(1, 'a long text, byte by byte')
    for (let second = 0; second < 12 && connection.isOpen; second++) {
      wire.deliver(slow.subarray(second, second + 1))
      context.advance(1000)
    }
    expect(connection.isOpen).toBe(false)
    expect(lines).toEqual([expect.stringContaining('did not complete a frame')])
  })

  it('answers a flood of pings with one pong a write', () => {
    const { context, wire, connection } = single()
    wire.deliver(encodePreface(preface, checksumTable))
    context.settle()
    wire.isStuck = true
    connection.send(1, [])
    context.settle()
    const before = wire.written.length
    for (let count = 0; count < 1000; count++) wire.deliver(frame(FrameKind.ping))
    context.settle()
    wire.isStuck = false
    wire.drain()
    context.settle()
    expect(wire.written.slice(before).map(({ length }) => length)).toEqual([20])
  })
})

interface Single {
  readonly context: VirtualContext
  readonly wire: PipeEnd
  readonly connection: StreamConnection
  readonly opened: (TransportError | undefined)[]
  readonly lines: string[]
}

/** A connection whose other side is played by the test. */
function single(limits: StreamLimits = {}): Single {
  const context = new VirtualContext()
  const [wire] = PipeEnd.pair(context)
  const lines: string[] = []
  const connection = new StreamConnection(wire, { ...limits, context, logger: collector(lines), transportName: 'pipe/1' })
  const opened: (TransportError | undefined)[] = []
  connection.onOpen((error) => opened.push(error))
  return { context, wire, connection, opened, lines }
}

/** Two connections with a pipe between them. */
function pair(clientLimits: StreamLimits = {}, serverLimits: StreamLimits = {}): {
  context: VirtualContext, client: StreamConnection, server: StreamConnection, clientWire: PipeEnd, serverWire: PipeEnd, lines: string[], closed: CloseReason[]
} {
  const context = new VirtualContext()
  const [clientWire, serverWire] = PipeEnd.pair(context)
  const lines: string[] = []
  const options = { context, logger: collector(lines), transportName: 'pipe/1' }
  const client = new StreamConnection(clientWire, { ...options, ...clientLimits })
  const server = new StreamConnection(serverWire, { ...options, ...serverLimits })
  const closed: CloseReason[] = []
  client.onClose((reason) => closed.push(reason))
  return { context, client, server, clientWire, serverWire, lines, closed }
}

function collector(lines: string[]): Logger {
  return { trace() {}, debug() {}, info() {}, warn: (line) => lines.push(line), error: (line) => lines.push(line) }
}

function message(type: number, text: string): Uint8Array {
  return frame(FrameKind.message, type, new TextEncoder().encode(text))
}

function frame(kind: FrameKind, type = 0, body: Uint8Array = new Uint8Array()): Uint8Array {
  const outgoing = new OutgoingFrames(checksumTable)
  outgoing.add(kind, type, 0, [body], body.length)
  return joined(outgoing.take(Infinity))
}
