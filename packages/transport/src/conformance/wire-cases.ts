import assert from 'node:assert/strict'
import { bytes, pattern, text } from './bytes.ts'
import { closing } from './closing-cases.ts'
import { deferred } from './deferred.ts'
import { rejectsWith } from './errors.ts'
import { Relay } from './relay.ts'
import type { Shape } from './relay.ts'
import { connectPair } from './transport-setup.ts'
import type { Pair, TransportCase } from './transport-setup.ts'
import type { Wire } from './wire.ts'

/** Bytes that nothing of the wire begins with. */
const garbage = pattern(4000, 99)

/** What a transport makes of a wire that cuts, damages and loses, and of strangers on it. */
export const wireCases: readonly TransportCase[] = [
  withRelay('messages arrive as they were when the wire cuts them into single bytes', async ({ client, server, relay }) => {
    relay.shape = singleBytes
    await echo(client, server, [0, 1, 15, 16, 17, 300])
  }),
  withRelay('messages arrive as they were however the wire cuts them', async ({ client, server, relay }) => {
    relay.shape = unevenPieces()
    await echo(client, server, [0, 1, 100, 5000, 70_000, 3, 300_000])
  }),
  {
    name: 'both sides may be introduced byte by byte',
    needs: 'wire',
    run: (setup) => relayed(setup, async ({ client, server }) => echo(client, server, [10]), singleBytes),
  },
  withStranger('garbage instead of an introduction costs one connection', async (wire) => {
    wire.write(garbage)
  }),
  withStranger('a request of HTTP instead of an introduction costs one connection', async (wire) => {
    wire.write(bytes('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'))
  }),
  withStranger('who says nothing at all is given up', async () => {}),
  withStranger('who stops in the midst of an introduction is given up', async (wire, introduction) => {
    wire.write(introduction.subarray(0, introduction.length >> 1))
  }),
  withStranger('garbage behind a good introduction costs one connection', async (wire, introduction) => {
    wire.write(introduction)
    wire.write(garbage)
  }),
  withRelay('garbage after the introduction ends the connection, with a reason, and settles what is open', async ({ client, server, relay }) => {
    server.handle(1, () => {})
    const [closed, closedThere] = [closing(client), closing(server)]
    const open = rejectsWith(client.request(1, [], { timeout: Infinity }), 'COPYCAT_TRANSPORT_CONNECTION_CLOSED', 'unknown')
    relay.inject('to-server', garbage)
    await open
    assert.ok((await closedThere).error !== undefined, 'the side that read garbage names it as the reason')
    await closed
  }),
  withRelay('garbage from the accepting side ends the connection too, and settles what is open', async ({ client, server, relay }) => {
    server.handle(1, () => {})
    const closed = closing(client)
    const open = rejectsWith(client.request(1, [], { timeout: Infinity }), 'COPYCAT_TRANSPORT_CONNECTION_CLOSED', 'unknown')
    relay.inject('to-client', garbage)
    await open
    assert.ok((await closed).error !== undefined, 'the side that read garbage names it as the reason')
  }),
  withRelay('a message with a flipped bit reaches no handler and ends the connection', async ({ client, server, relay }) => {
    const seen: string[] = []
    server.handle(1, (body) => seen.push(text(body)))
    const closed = closing(server)
    relay.shape = (chunk) => [chunk.with(chunk.length >> 1, chunk[chunk.length >> 1]! ^ 0x10)]
    client.send(1, [pattern(1000, 1)])
    assert.ok((await closed).error !== undefined)
    assert.deepEqual(seen, [])
  }),
  withRelay('a message that is cut off half-way reaches no handler', async ({ client, server, relay }) => {
    let handled = 0
    server.handle(1, () => (handled += 1))
    const arrived = deferred<void>()
    let left = 500_000
    relay.shape = (chunk, direction) => {
      if (direction === 'to-client') return [chunk]
      const passed = chunk.subarray(0, Math.max(0, left))
      left -= chunk.length
      if (left <= 0) arrived.resolve()
      return [passed]
    }
    const closed = closing(server)
    client.send(1, [pattern(1_000_000, 5)])
    await arrived.promise
    relay.cut()
    await closed
    assert.equal(handled, 0)
  }),
  withRelay('a peer that vanishes without a word is noticed on both sides, and what is open settles', async ({ client, server, relay }) => {
    server.handle(1, () => {})
    relay.shape = () => []
    // Who notices first ends its side: the other must notice by itself.
    relay.passesEnds = false
    const closed = [closing(client), closing(server)]
    await rejectsWith(client.request(1, [], { timeout: Infinity }), 'COPYCAT_TRANSPORT_CONNECTION_CLOSED', 'unknown')
    for (const { error } of await Promise.all(closed)) assert.ok(error !== undefined, 'a silent end has a reason')
  }),
  withRelay('a wire that stops for a moment loses nothing and keeps the order', async ({ client, server, relay }) => {
    const seen: number[] = []
    server.handle(1, (body) => seen.push(body[0]!))
    server.handle(2, (_, respond) => respond?.([]))
    const held: Uint8Array[] = []
    relay.shape = (chunk, direction) => {
      if (direction === 'to-client') return [chunk]
      held.push(chunk)
      return []
    }
    for (let number = 0; number < 100; number++) client.send(1, [new Uint8Array([number])])
    await client.request(2, [], { timeout: 100 }).catch(() => {})
    assert.deepEqual(seen, [])
    relay.shape = (chunk) => [chunk]
    for (const chunk of held) relay.inject('to-server', chunk)
    await client.request(2, [], { timeout: 5000 })
    assert.deepEqual(seen, Array.from({ length: 100 }, (_, number) => number))
  }),
  withRelay('after a break a new connection works, and the old one stays closed', async ({ client, relay, setup }) => {
    const closed = closing(client)
    relay.cut()
    await closed
    const again = await setup.client.connect(relay.address)
    assert.equal((await again.request(9, [], { timeout: 5000 })).length, 0)
    await rejectsWith(client.request(9, [], { timeout: 5000 }), 'COPYCAT_TRANSPORT_CONNECTION_CLOSED', 'not-applied')
  }),
  {
    name: 'a server that speaks something else fails the dial, not applied',
    needs: 'wire',
    async run({ client, wire }) {
      const listener = await wire!.listen((accepted) => accepted.write(garbage))
      try {
        await rejectsWith(client.connect(listener.address), 'COPYCAT_TRANSPORT_HANDSHAKE', 'not-applied')
      } finally {
        await listener.close()
      }
    },
  },
]

/** Two ends with a relay between them. */
interface RelayedPair extends Pair {
  readonly relay: Relay
}

function withRelay(name: string, body: (pair: RelayedPair) => Promise<void>): TransportCase {
  return { name, needs: 'wire', run: (setup) => relayed(setup, body) }
}

/** @param shape from the first byte on. */
async function relayed(setup: Pair['setup'], body: (pair: RelayedPair) => Promise<void>, shape?: Shape): Promise<void> {
  let relay: Relay | undefined
  const pair = await connectPair(setup, (connection) => connection.handle(9, (_, respond) => respond?.([])), async (address) => {
    relay = await Relay.start(setup.wire!, address)
    if (shape !== undefined) relay.shape = shape
    return relay.address
  })
  try {
    await body({ ...pair, relay: relay! })
  } finally {
    await relay!.close()
  }
}

/** A case of somebody who is no peer: it must be shown the door while a good connection goes on. */
function withStranger(name: string, act: (wire: Wire, introduction: Uint8Array) => Promise<void>): TransportCase {
  return {
    name,
    needs: 'wire',
    async run(setup) {
      const introduction = await introductionOf(setup)
      const { client, server, address } = await connectPair(setup)
      server.handle(1, (body, respond) => respond?.([body.slice()]))
      const wire = await setup.wire!.dial(address)
      const ended = deferred<void>()
      wire.onData(() => {})
      wire.onEnd(() => ended.resolve())
      await act(wire, introduction)
      const answers = await Promise.all([1, 2, 3].map((number) => client.request(1, [new Uint8Array([number])], { timeout: 5000 })))
      assert.deepEqual(answers.map((answer) => answer[0]), [1, 2, 3])
      await ended.promise
      assert.equal((await client.request(1, [], { timeout: 5000 })).length, 0)
    },
  }
}

/** The first bytes that the setup's client says to anybody. */
async function introductionOf({ client, wire }: Pair['setup']): Promise<Uint8Array> {
  const heard = deferred<Uint8Array>()
  const listener = await wire!.listen((accepted) => accepted.onData((chunk) => heard.resolve(chunk)))
  const dial = client.connect(listener.address).catch(() => {})
  const introduction = await heard.promise
  await listener.close()
  await dial
  return introduction
}

async function echo(client: Pair['client'], server: Pair['server'], sizes: readonly number[]): Promise<void> {
  server.handle(1, (body, respond) => respond?.([body.slice()]))
  const sent = sizes.map((size) => pattern(size, size))
  const received = await Promise.all(sent.map((body) => client.request(1, [body], { timeout: 20_000 })))
  sent.forEach((body, at) => assert.deepEqual(new Uint8Array(received[at]!), body))
}

function singleBytes(chunk: Uint8Array): Uint8Array[] {
  return Array.from(chunk, (_, at) => chunk.subarray(at, at + 1))
}

/** Pieces of sizes that repeat in a long round. */
function unevenPieces(): Shape {
  const sizes = [1, 7, 2, 1000, 16, 3, 4096, 15, 1, 20_000, 17]
  let turn = 0
  return (chunk) => {
    const pieces: Uint8Array[] = []
    for (let at = 0; at < chunk.length; turn++) {
      const end = Math.min(chunk.length, at + sizes[turn % sizes.length]!)
      pieces.push(chunk.subarray(at, end))
      at = end
    }
    return pieces
  }
}
