import assert from 'node:assert/strict'
import { bytes, text } from './bytes.ts'
import { deferred } from './deferred.ts'
import { rejectsWith } from './errors.ts'
import { withPair } from './transport-setup.ts'
import type { Respond } from '../transport.ts'
import type { TransportCase } from './transport-setup.ts'

/** How requests settle. */
export const requestCases: readonly TransportCase[] = [
  withPair('a thousand requests in flight settle, each once and with its own response', async ({ client, server }) => {
    server.handle(1, (body, respond) => respond?.([body.slice()]))
    let settled = 0
    const answers = await Promise.all(Array.from({ length: 1000 }, (_, number) =>
      client.request(1, [bytes(String(number))], { timeout: 10_000 }).then(text).finally(() => settled++)))
    assert.deepEqual(answers, Array.from({ length: 1000 }, (_, number) => String(number)))
    assert.equal(settled, 1000)
  }),
  withPair('responses may come in any order and from later turns', async ({ client, server }) => {
    const waiting: { body: Uint8Array, respond: Respond }[] = []
    server.handle(1, (body, respond) => {
      waiting.push({ body: body.slice(), respond: respond! })
      if (waiting.length < 50) return
      void Promise.resolve().then(() => waiting.reverse().forEach((one) => one.respond([one.body])))
    })
    const order: string[] = []
    const ask = async (number: number): Promise<string> => {
      const answer = text(await client.request(1, [bytes(String(number))], { timeout: 5000 }))
      order.push(answer)
      return answer
    }
    const answers = await Promise.all(Array.from({ length: 50 }, (_, number) => ask(number)))
    assert.deepEqual(answers, Array.from({ length: 50 }, (_, number) => String(number)))
    assert.deepEqual(order, answers.toReversed())
  }),
  withPair('a request may be answered by a request the other way', async ({ client, server }) => {
    client.handle(2, (_, respond) => respond?.([bytes('from the client')]))
    server.handle(1, (_, respond) => {
      void server.request(2, [], { timeout: 5000 }).then((body) => respond?.([bytes('heard '), body]))
    })
    assert.equal(text(await client.request(1, [], { timeout: 5000 })), 'heard from the client')
  }),
  withPair('a request that nobody answers fails at its time-out, outcome unknown', async ({ client, server }) => {
    server.handle(1, () => {})
    await rejectsWith(client.request(1, [], { timeout: 20 }), 'COPYCAT_TRANSPORT_REQUEST_TIMEOUT', 'unknown')
    assert.equal(client.isOpen, true)
  }),
  withPair('a request with a time-out of 0 fails, and the connection lives', async ({ client, server }) => {
    server.handle(1, () => {})
    server.handle(2, (_, respond) => respond?.([bytes('fine')]))
    await rejectsWith(client.request(1, [], { timeout: 0 }), 'COPYCAT_TRANSPORT_REQUEST_TIMEOUT')
    assert.equal(text(await client.request(2, [], { timeout: 5000 })), 'fine')
  }),
  withPair('requests time out in the accepting side too, and while the other side goes on talking', async ({ client, server }) => {
    client.handle(1, () => {})
    client.handle(2, (_, respond) => respond?.([]))
    let isSilent = false
    const failed = rejectsWith(server.request(1, [], { timeout: 100 }), 'COPYCAT_TRANSPORT_REQUEST_TIMEOUT', 'unknown').then(() => (isSilent = true))
    while (!isSilent) await server.request(2, [], { timeout: 5000 })
    await failed
  }),
  withPair('time-outs of different lengths fire in their order, not in that of the requests', async ({ client, server }) => {
    server.handle(1, () => {})
    const order: number[] = []
    await Promise.all([120, 10, 60].map((timeout) => client.request(1, [], { timeout }).catch(() => order.push(timeout))))
    assert.deepEqual(order, [10, 60, 120])
  }),
  withPair('a response that comes after the time-out is dropped and reaches no other request', async ({ client, server }) => {
    const late = deferred<Respond>()
    server.handle(1, (_, respond) => late.resolve(respond!))
    server.handle(2, (_, respond) => respond?.([bytes('mine')]))
    await rejectsWith(client.request(1, [], { timeout: 20 }), 'COPYCAT_TRANSPORT_REQUEST_TIMEOUT')
    const respond = await late.promise
    respond([bytes('late')])
    assert.equal(text(await client.request(2, [], { timeout: 5000 })), 'mine')
  }),
  withPair('an infinite time-out waits for the response', async ({ client, server }) => {
    server.handle(1, (_, respond) => {
      void server.request(2, [], { timeout: 20 }).catch(() => respond?.([bytes('at last')]))
    })
    client.handle(2, () => {})
    assert.equal(text(await client.request(1, [], { timeout: Infinity })), 'at last')
  }),
  withPair('a handler that throws fails its request and nothing else', async ({ client, server }) => {
    server.handle(1, () => {
      throw new Error('boom')
    })
    server.handle(2, (_, respond) => respond?.([bytes('fine')]))
    const failed = rejectsWith(client.request(1, [], { timeout: 5000 }), 'COPYCAT_TRANSPORT_REMOTE_FAILURE', 'unknown')
    const answer = client.request(2, [], { timeout: 5000 })
    const [, fine] = await Promise.all([failed, answer])
    assert.equal(text(fine), 'fine')
  }),
  withPair('a handler of one-way messages that throws costs nothing', async ({ client, server }) => {
    server.handle(1, () => {
      throw new Error('boom')
    })
    server.handle(2, (_, respond) => respond?.([bytes('fine')]))
    client.send(1, [])
    assert.equal(text(await client.request(2, [], { timeout: 5000 })), 'fine')
  }),
  withPair('a request of a type without handler fails, not applied', async ({ client }) => {
    await rejectsWith(client.request(77, [], { timeout: 5000 }), 'COPYCAT_TRANSPORT_REMOTE_FAILURE', 'not-applied')
    assert.equal(client.isOpen, true)
  }),
  withPair('a second answer does nothing, also one after the handler threw', async ({ client, server }) => {
    server.handle(1, (_, respond) => {
      respond?.([bytes('first')])
      respond?.([bytes('second')])
      throw new Error('after answering')
    })
    assert.equal(text(await client.request(1, [], { timeout: 5000 })), 'first')
    assert.equal(text(await client.request(1, [], { timeout: 5000 })), 'first')
  }),
  withPair('a message larger than the limit fails, not applied, and the connection lives', async ({ client, server }) => {
    server.handle(1, (_, respond) => respond?.([bytes('fine')]))
    const huge = new Uint8Array(16 * 1024 * 1024 + 1)
    await rejectsWith(client.request(1, [huge], { timeout: 5000 }), 'COPYCAT_TRANSPORT_FRAME_TOO_LARGE', 'not-applied')
    assert.throws(() => client.send(1, [huge]), { code: 'COPYCAT_TRANSPORT_FRAME_TOO_LARGE' })
    assert.equal(text(await client.request(1, [], { timeout: 5000 })), 'fine')
  }),
  withPair('a response larger than the limit fails its request, and the connection lives', async ({ client, server }) => {
    server.handle(1, (_, respond) => respond?.([new Uint8Array(16 * 1024 * 1024 + 1)]))
    await rejectsWith(client.request(1, [], { timeout: 5000 }), 'COPYCAT_TRANSPORT_REMOTE_FAILURE', 'unknown')
    assert.equal(client.isOpen, true)
  }),
]
