import assert from 'node:assert/strict'
import { deferred } from './deferred.ts'
import { rejectsWith } from './errors.ts'
import { withPair } from './transport-setup.ts'
import type { CloseReason } from '../transport.ts'
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
    let left = 512
    const done = deferred<void>()
    const pump = (): void => {
      while (left > 0) {
        left -= 1
        if (!client.send(1, [chunk])) return
      }
      done.resolve()
    }
    client.onDrain(pump)
    pump()
    await done.promise
    await client.request(2, [], { timeout: 10_000 })
    assert.equal(received, 512 * chunk.length)
  }),
]
