import assert from 'node:assert/strict'
import { bytes, pattern, text } from './bytes.ts'
import { deferred } from './deferred.ts'
import { withPair } from './transport-setup.ts'
import type { Connection } from '../transport.ts'
import type { TransportCase } from './transport-setup.ts'

/** Order, integrity and ownership of messages. */
export const messageCases: readonly TransportCase[] = [
  withPair('messages and requests arrive in the order in which they were handed over', async ({ client, server }) => {
    await inOrder(client, server)
  }),
  withPair('the order holds from the accepting side too', async ({ client, server }) => {
    await inOrder(server, client)
  }),
  withPair('both directions work at the same time and are not mixed up', async ({ client, server }) => {
    await Promise.all([inOrder(client, server), inOrder(server, client)])
  }),
  withPair('of a thousand messages none is lost and none arrives twice', async ({ client, server }) => {
    const counts = new Array<number>(1000).fill(0)
    server.handle(1, (body) => (counts[new DataView(body.buffer, body.byteOffset).getUint32(0)]! += 1))
    server.handle(2, (_, respond) => respond?.([]))
    for (let number = 0; number < 1000; number++) {
      const body = new Uint8Array(4)
      new DataView(body.buffer).setUint32(0, number)
      client.send(1, [body])
    }
    await client.request(2, [], { timeout: 5000 })
    assert.deepEqual(counts, new Array<number>(1000).fill(1))
  }),
  withPair('sizes from nothing to a mebibyte arrive as they were', async ({ client, server }) => {
    server.handle(1, (body, respond) => respond?.([body.slice()]))
    for (const size of [0, 1, 15, 16, 17, 4095, 4096, 4097, 65_535, 65_536, 65_537, 1_048_576]) {
      const sent = pattern(size, size)
      assert.deepEqual(plain(await client.request(1, [sent], { timeout: 5000 })), sent)
    }
  }),
  withPair('the largest message arrives, and beside it a small one in its turn', async ({ client, server }) => {
    const order: number[] = []
    server.handle(1, (body, respond) => {
      order.push(body.length)
      respond?.([body.subarray(0, 1).slice()])
    })
    const large = pattern(15 * 1024 * 1024, 3)
    await Promise.all([[bytes('a')], [large], [bytes('b')]].map((parts) => client.request(1, parts, { timeout: 20_000 })))
    assert.deepEqual(order, [1, large.length, 1])
  }),
  withPair('a message of exactly the limit arrives, both ways', async ({ client, server }) => {
    server.handle(1, (body, respond) => respond?.([body.slice()]))
    const largest = pattern(16 * 1024 * 1024, 9)
    assert.deepEqual(plain(await client.request(1, [largest], { timeout: 20_000 })), largest)
  }),
  withPair('parts arrive joined, whatever their sizes and number', async ({ client, server }) => {
    server.handle(1, (body, respond) => respond?.([body.slice(0, 10), body.slice(10)]))
    const parts = [pattern(0, 1), pattern(3, 2), pattern(20_000, 3), pattern(1, 4), pattern(5000, 5), pattern(70_000, 6), pattern(7, 7)]
    const joined = new Uint8Array(await new Blob(parts.map((part) => part.slice())).arrayBuffer())
    assert.deepEqual(plain(await client.request(1, parts, { timeout: 5000 })), joined)
  }),
  withPair('all types from 0 to 65535 are told apart', async ({ client, server }) => {
    const types = [0, 1, 255, 256, 32_768, 65_535]
    for (const type of types) server.handle(type, (_, respond) => respond?.([bytes(String(type))]))
    const answers = await Promise.all(types.map((type) => client.request(type, [], { timeout: 5000 }).then(text)))
    assert.deepEqual(answers, types.map(String))
  }),
  withPair('what a handler does to its bytes does not reach the sender', async ({ client, server }) => {
    server.handle(1, (body, respond) => {
      body.fill(0)
      respond?.([bytes('done')])
    })
    const sent = bytes('precious')
    await client.request(1, [sent], { timeout: 5000 })
    assert.equal(text(sent), 'precious')
  }),
  withPair('parts may be changed once the request has settled', async ({ client, server }) => {
    const kept: string[] = []
    server.handle(1, (body, respond) => {
      kept.push(text(body))
      respond?.([])
    })
    const part = bytes('first!')
    await client.request(1, [part], { timeout: 5000 })
    part.set(bytes('second'))
    await client.request(1, [part], { timeout: 5000 })
    assert.deepEqual(kept, ['first!', 'second'])
  }),
  withPair('handlers and settled requests get bytes whose slice is a copy', async ({ client, server }) => {
    const copied = deferred<boolean>()
    server.handle(1, (body, respond) => {
      copied.resolve(body.slice().buffer !== body.buffer)
      respond?.([bytes('answer')])
    })
    const answer = await client.request(1, [bytes('question')], { timeout: 5000 })
    assert.equal(await copied.promise, true)
    assert.notEqual(answer.slice().buffer, answer.buffer)
  }),
  withPair('a message without a handler is dropped and costs nothing else', async ({ client, server }) => {
    server.handle(1, (_, respond) => respond?.([bytes('fine')]))
    client.send(99, [bytes('nobody wants me')])
    assert.equal(text(await client.request(1, [], { timeout: 5000 })), 'fine')
  }),
  withPair('one-way messages have nobody to respond to', async ({ client, server }) => {
    const responder = deferred<unknown>()
    server.handle(1, (_, respond) => responder.resolve(respond))
    client.send(1, [])
    assert.equal(await responder.promise, undefined)
  }),
  withPair('setting a handler again replaces the earlier one', async ({ client, server }) => {
    server.handle(1, (_, respond) => respond?.([bytes('old')]))
    server.handle(1, (_, respond) => respond?.([bytes('new')]))
    assert.equal(text(await client.request(1, [], { timeout: 5000 })), 'new')
  }),
]

/** Hands over 500 messages and requests of mixed sizes, over several turns, and checks their order. */
async function inOrder(from: Connection, to: Connection): Promise<void> {
  const seen: number[] = []
  const take = (body: Uint8Array): void => {
    seen.push(new DataView(body.buffer, body.byteOffset).getUint32(0))
  }
  to.handle(10, take)
  to.handle(11, (body, respond) => {
    take(body)
    respond?.([])
  })
  const requests: Promise<unknown>[] = []
  for (let number = 0; number < 500; number++) {
    const body = new Uint8Array(number % 50 === 7 ? 100_000 : 4 + number % 40)
    new DataView(body.buffer).setUint32(0, number)
    if (number % 3 === 0) requests.push(from.request(11, [body], { timeout: 10_000 }))
    else from.send(10, [body])
    if (number % 100 === 99) await requests.at(-1)
  }
  await from.request(11, [new Uint8Array([0, 0, 1, 244])], { timeout: 10_000 })
  await Promise.all(requests)
  assert.deepEqual(seen, Array.from({ length: 501 }, (_, number) => number))
}

function plain(of: Uint8Array): Uint8Array {
  return new Uint8Array(of)
}
