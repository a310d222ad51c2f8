import assert from 'node:assert/strict'
import { bytes, text } from './bytes.ts'
import { deferred } from './deferred.ts'
import { rejectsWith } from './errors.ts'
import { withPair } from './transport-setup.ts'
import type { CloseReason, Connection } from '../transport.ts'
import type { TransportCase } from './transport-setup.ts'

/** How connections and servers end. */
export const closingCases: readonly TransportCase[] = [
  withPair('closing tells both sides once, without an error', async ({ client, server }) => {
    const told: string[] = []
    const closed = [client, server].map((end, at) => new Promise<CloseReason>((resolve) => end.onClose((reason) => {
      told.push(at === 0 ? 'client' : 'server')
      resolve(reason)
    })))
    client.close()
    assert.deepEqual(await Promise.all(closed), [{}, {}])
    assert.deepEqual(told.sort(), ['client', 'server'])
    assert.equal(client.isOpen, false)
    assert.equal(server.isOpen, false)
  }),
  withPair('the accepting side may close too', async ({ client, server }) => {
    const closed = [closing(client), closing(server)]
    server.close()
    assert.deepEqual(await Promise.all(closed), [{}, {}])
  }),
  withPair('both sides may close at once, and twice', async ({ client, server }) => {
    const closed = [closing(client), closing(server)]
    client.close()
    server.close()
    client.close()
    server.close()
    await Promise.all(closed)
    client.close()
  }),
  withPair('what was sent before closing arrives before the end', async ({ client, server }) => {
    const story: string[] = []
    server.handle(1, (body) => story.push(text(body.subarray(0, 1))))
    const closed = closing(server).then(() => story.push('end'))
    client.send(1, [bytes('a')])
    client.send(1, [new Uint8Array(900_000).fill(98)])
    client.send(1, [bytes('c')])
    client.close()
    await closed
    assert.deepEqual(story, ['a', 'b', 'c', 'end'])
  }),
  withPair('an answer given before closing arrives', async ({ client, server }) => {
    server.handle(1, (_, respond) => {
      respond?.([bytes('the last word')])
      server.close()
    })
    assert.equal(text(await client.request(1, [], { timeout: 5000 })), 'the last word')
  }),
  withPair('requests open at the end fail on both sides, outcome unknown', async ({ client, server }) => {
    const arrived = deferred<void>()
    server.handle(1, () => arrived.resolve())
    client.handle(1, () => {})
    const failed = [
      rejectsWith(client.request(1, [], { timeout: 5000 }), 'COPYCAT_TRANSPORT_CONNECTION_CLOSED', 'unknown'),
      rejectsWith(server.request(1, [], { timeout: 5000 }), 'COPYCAT_TRANSPORT_CONNECTION_CLOSED', 'unknown'),
    ]
    await arrived.promise
    client.close()
    await Promise.all(failed)
  }),
  withPair('after the end a request fails, not applied, and send returns false', async ({ client }) => {
    const closed = closing(client)
    client.close()
    await rejectsWith(client.request(1, [], { timeout: 5000 }), 'COPYCAT_TRANSPORT_CONNECTION_CLOSED', 'not-applied')
    await closed
    await rejectsWith(client.request(1, [], { timeout: 5000 }), 'COPYCAT_TRANSPORT_CONNECTION_CLOSED', 'not-applied')
    assert.equal(client.send(1, []), false)
  }),
  withPair('onClose set after the end is called too, never from within the call that sets it', async ({ client }) => {
    const closed = closing(client)
    client.close()
    await closed
    let isWithin = true
    const again = deferred<boolean>()
    client.onClose(() => again.resolve(isWithin))
    isWithin = false
    assert.equal(await again.promise, false)
  }),
  withPair('an answer after the end does nothing', async ({ client, server }) => {
    const responder = deferred<() => void>()
    server.handle(1, (_, respond) => responder.resolve(() => respond?.([bytes('too late')])))
    const failed = rejectsWith(client.request(1, [], { timeout: 5000 }), 'COPYCAT_TRANSPORT_CONNECTION_CLOSED')
    const answer = await responder.promise
    const closed = closing(server)
    client.close()
    await Promise.all([failed, closed])
    answer()
  }),
  withPair('no handler runs after close', async ({ client, server }) => {
    let calls = 0
    server.handle(1, () => {
      calls += 1
      server.close()
    })
    const closed = closing(client)
    for (let count = 0; count < 10; count++) client.send(1, [])
    await closed
    assert.equal(calls, 1)
  }),
  withPair('closing a server closes its connections and refuses new ones', async ({ client, address, setup, closeServer }) => {
    const closed = closing(client)
    await closeServer()
    assert.deepEqual(await closed, {})
    await rejectsWith(setup.client.connect(address), 'COPYCAT_TRANSPORT_CONNECT_FAILED', 'not-applied')
    await closeServer()
  }),
  withPair('closing a transport closes all that is its own, and lets it neither dial nor listen again', async ({ setup, server, address }) => {
    const closed = closing(server)
    await setup.client.close()
    await closed
    await rejectsWith(setup.client.connect(address), 'COPYCAT_CLOSED', 'not-applied')
    await setup.server.close()
    await setup.server.close()
    await rejectsWith(setup.server.listen({ host: setup.host, port: 0 }, () => {}), 'COPYCAT_CLOSED', 'not-applied')
  }),
]

/** Waits for the end of a connection. */
export function closing(connection: Connection): Promise<CloseReason> {
  const closed = deferred<CloseReason>()
  connection.onClose(closed.resolve)
  return closed.promise
}
