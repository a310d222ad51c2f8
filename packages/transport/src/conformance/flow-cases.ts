import assert from 'node:assert/strict'
import { deferred } from './deferred.ts'
import { rejectsWith } from './errors.ts'
import { withPair } from './transport-setup.ts'
import type { CloseReason, Connection } from '../transport.ts'
import type { TransportCase } from './transport-setup.ts'

const chunk: Uint8Array = new Uint8Array(65_536)

/** What bounds the memory of a sender. */
export const flowCases: readonly TransportCase[] = [
  withPair('send tells when more than a mebibyte is queued, and onDrain when there is room again', async ({ client, server }) => {
    let received = 0
    server.handle(1, () => {
      received += 1
    })
    server.handle(2, (_, respond) => respond?.([]))
    const drained = deferred<void>()
    client.onDrain(() => drained.resolve())
    let sent = 1
    while (client.send(1, [chunk])) sent += 1
    assert.ok(sent * chunk.length > 512 * 1024 && sent * chunk.length < 2 * 1024 * 1024, `false after ${sent * chunk.length} bytes`)
    await drained.promise
    assert.equal(client.send(1, [chunk]), true)
    await client.request(2, [], { timeout: 5000 })
    assert.equal(received, sent + 1)
  }),
  withPair('a sender that goes on regardless is cut off', async ({ client, server }) => {
    const closed = deferred<CloseReason>()
    client.onClose(closed.resolve)
    const closedThere = deferred<CloseReason>()
    server.onClose(closedThere.resolve)
    let sent = 0
    while (client.isOpen) {
      client.send(1, [chunk])
      sent += 1
    }
    assert.ok(sent * chunk.length > 15 * 1024 * 1024 && sent * chunk.length < 18 * 1024 * 1024, `cut off after ${sent * chunk.length} bytes`)
    assert.equal(((await closed.promise).error as { code?: string }).code, 'COPYCAT_TRANSPORT_OVERFLOW')
    await closedThere.promise
    await rejectsWith(client.request(1, [], { timeout: 5000 }), 'COPYCAT_TRANSPORT_CONNECTION_CLOSED', 'not-applied')
  }),
  withPair('a sender that keeps to send and onDrain moves far more than the limit', async ({ client, server }) => {
    let received = 0
    server.handle(1, (body) => {
      received += body.length
    })
    server.handle(2, (_, respond) => respond?.([]))
    await pumped(client, 512)
    await client.request(2, [], { timeout: 10_000 })
    assert.equal(received, 512 * chunk.length)
  }),
  withPair('both sides may send much at the same time', async ({ client, server }) => {
    const received = { client: 0, server: 0 }
    client.handle(1, (body) => (received.client += body.length))
    server.handle(1, (body) => (received.server += body.length))
    for (const end of [client, server]) end.handle(2, (_, respond) => respond?.([]))
    await Promise.all([client, server].map((end) => pumped(end, 200)))
    await Promise.all([client, server].map((end) => end.request(2, [], { timeout: 10_000 })))
    assert.deepEqual(received, { client: 200 * chunk.length, server: 200 * chunk.length })
  }),
  withPair('a connection that is full holds up no other', async ({ client, server, address, setup }) => {
    server.handle(1, () => {})
    const other = await setup.client.connect(address)
    while (client.send(1, [chunk]));
    await rejectsWith(other.request(1, [], { timeout: 5000 }), 'COPYCAT_TRANSPORT_REMOTE_FAILURE')
    assert.equal(client.isOpen, true)
  }),
  withPair('requests count as queued too: who goes on regardless is cut off, and every one settles', async ({ client, server }) => {
    server.handle(1, (_, respond) => respond?.([]))
    const outcomes: Promise<string>[] = []
    while (client.isOpen) outcomes.push(client.request(1, [chunk], { timeout: 20_000 }).then(() => 'answered', (error: { code?: string }) => String(error.code)))
    assert.ok(outcomes.length > 240 && outcomes.length < 290, `cut off after ${outcomes.length} requests`)
    assert.deepEqual(new Set(await Promise.all(outcomes)), new Set(['COPYCAT_TRANSPORT_CONNECTION_CLOSED']))
  }),
  withPair('a small request is answered while large messages keep coming', async ({ client, server }) => {
    server.handle(1, () => {})
    server.handle(2, (_, respond) => respond?.([]))
    const sending = pumped(client, 300)
    for (let round = 0; round < 10; round++) await client.request(2, [], { timeout: 10_000 })
    await sending
  }),
]

/** Sends so many chunks as the other side takes them in. */
function pumped(end: Connection, count: number): Promise<void> {
  const done = deferred<void>()
  let left = count
  const pump = (): void => {
    while (left > 0) {
      left -= 1
      if (!end.send(1, [chunk])) return
    }
    done.resolve()
  }
  end.onDrain(pump)
  pump()
  return done.promise
}
