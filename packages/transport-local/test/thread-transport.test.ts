import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { testTransport } from '@copycat/transport/conformance'
import type { CloseReason } from '@copycat/transport'
import { silentLogger } from '@copycat/utils'
import { ThreadTransport } from '../src/index.ts'

/** The transports of two threads; here both are in one. */
function pair(): [ThreadTransport, ThreadTransport] {
  const { port1, port2 } = new MessageChannel()
  return [new ThreadTransport({ port: port1, logger: silentLogger }), new ThreadTransport({ port: port2, logger: silentLogger })]
}

describe('ThreadTransport', () => {
  testTransport({
    test: { describe, it },
    create: async () => {
      const [server, client] = pair()
      return { server, client, host: 'here', dispose: async () => {} }
    },
    lacks: [
      { capability: 'unreachable', reason: 'whoever listens in the other thread answers' },
      { capability: 'wire', reason: 'nobody else can write to a channel between two threads' },
    ],
  })

  it('ends connections with their thread, and dials nobody who is gone', async () => {
    const { port1, port2 } = new MessageChannel()
    const client = new ThreadTransport({ port: port1, logger: silentLogger })
    const worker = new Worker(`
      const { workerData: port } = require('node:worker_threads')
      port.on('message', ({ port }) => port.on('message', (message) => port.postMessage(message)))
    `, { eval: true, workerData: port2, transferList: [port2] })
    // The other thread says back what it hears, preface included: as good as a server.
    const connection = await client.connect({ host: 'a', port: 1 }, { timeout: 10_000 })
    const closed = new Promise<CloseReason>((resolve) => connection.onClose(resolve))
    await worker.terminate()
    expect((await closed).error?.message).toMatch(/the other thread has ended|connection/)
    await expect(client.connect({ host: 'a', port: 1 })).rejects.toMatchObject({ code: 'COPYCAT_TRANSPORT_CONNECT_FAILED', outcome: 'not-applied' })
    await client.close()
  })

  it('says that nobody listens, and that a place is taken', async () => {
    const [server, client] = pair()
    await expect(client.connect({ host: 'a', port: 1 })).rejects.toMatchObject({ code: 'COPYCAT_TRANSPORT_CONNECT_FAILED', outcome: 'not-applied' })
    await server.listen({ host: 'a', port: 1 }, () => {})
    await expect(server.listen({ host: 'a', port: 1 }, () => {})).rejects.toMatchObject({ code: 'COPYCAT_TRANSPORT_ADDRESS_IN_USE' })
    await Promise.all([server.close(), client.close()])
  })
})
