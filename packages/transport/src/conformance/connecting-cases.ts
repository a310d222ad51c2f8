import assert from 'node:assert/strict'
import { bytes, text } from './bytes.ts'
import { deferred } from './deferred.ts'
import { rejection, rejectsWith } from './errors.ts'
import { connectPair, withPair } from './transport-setup.ts'
import type { Connection } from '../transport.ts'
import type { TransportCase } from './transport-setup.ts'

/** Listening, dialling, and what may go wrong with them. */
export const connectingCases: readonly TransportCase[] = [
  withPair('listening on port 0 gives a real port', async ({ address }) => {
    assert.ok(Number.isInteger(address.port) && address.port > 0 && address.port < 65_536)
  }),
  withPair('both ends of a new connection are open', async ({ client, server }) => {
    assert.equal(client.isOpen, true)
    assert.equal(server.isOpen, true)
    assert.ok(client.remoteAddress.length > 0 && server.remoteAddress.length > 0)
  }),
  {
    name: 'an address that is taken is refused with an error of its own',
    async run({ server, host }) {
      const first = await server.listen({ host, port: 0 }, () => {})
      await rejectsWith(server.listen(first.address, () => {}), 'COPYCAT_TRANSPORT_ADDRESS_IN_USE', 'not-applied')
    },
  },
  {
    name: 'an address is free again once the server is closed',
    async run({ server, client, host }) {
      const first = await server.listen({ host, port: 0 }, () => {})
      await first.close()
      const second = await server.listen(first.address, () => {})
      assert.deepEqual(second.address, first.address)
      assert.equal((await client.connect(second.address)).isOpen, true)
    },
  },
  {
    name: 'dialling where nobody listens fails, not applied',
    async run({ server, client, host }) {
      const gone = await server.listen({ host, port: 0 }, () => {})
      await gone.close()
      await rejectsWith(client.connect(gone.address), 'COPYCAT_TRANSPORT_CONNECT_FAILED', 'not-applied')
    },
  },
  {
    name: 'dialling somebody who never answers ends at the time-out',
    needs: 'unreachable',
    async run({ client, unreachable }) {
      await rejectsWith(client.connect(unreachable!, { timeout: 50 }), 'COPYCAT_TRANSPORT_CONNECT_TIMEOUT', 'not-applied')
    },
  },
  {
    name: 'a dial whose signal has fired before fails with the reason as cause',
    async run({ server, client, host }) {
      const { address } = await server.listen({ host, port: 0 }, () => {})
      const reason = new Error('changed my mind')
      const error = await rejection(client.connect(address, { signal: AbortSignal.abort(reason) }))
      assert.equal(error.cause, reason)
      assert.equal(error.outcome, 'not-applied')
    },
  },
  {
    name: 'a dial whose signal fires meanwhile fails with the reason as cause',
    async run({ server, client, host }) {
      const { address } = await server.listen({ host, port: 0 }, () => {})
      const controller = new AbortController()
      const reason = new Error('changed my mind')
      const failed = rejection(client.connect(address, { signal: controller.signal }))
      controller.abort(reason)
      assert.equal((await failed).cause, reason)
    },
  },
  {
    name: 'handlers set within onConnection, and by the dialler after its await, see the first message',
    async run(setup) {
      const seen = deferred<string>()
      const { client } = await connectPair(setup, (connection) => {
        connection.handle(1, (body) => seen.resolve(text(body)))
        connection.send(2, [bytes('from the server')])
      })
      const seenByClient = deferred<string>()
      client.handle(2, (body) => seenByClient.resolve(text(body)))
      client.send(1, [bytes('from the client')])
      assert.deepEqual(await Promise.all([seen.promise, seenByClient.promise]), ['from the client', 'from the server'])
    },
  },
  {
    name: 'a server takes many connections and keeps them apart',
    async run({ server, client, host }) {
      let count = 0
      const { address } = await server.listen({ host, port: 0 }, (connection) => {
        const own = String(count++)
        connection.handle(1, (_, respond) => respond?.([bytes(own)]))
      })
      const connections = await Promise.all(Array.from({ length: 20 }, () => client.connect(address)))
      const answers = await Promise.all(connections.map((connection) => connection.request(1, [], { timeout: 5000 }).then(text)))
      assert.equal(new Set(answers).size, 20)
    },
  },
  {
    name: 'a client reconnects to a server that was closed and listens again',
    async run({ server, client, host }) {
      const serve = (connection: Connection): void => connection.handle(1, (_, respond) => respond?.([bytes('here')]))
      let listening = await server.listen({ host, port: 0 }, serve)
      for (let round = 0; round < 3; round++) {
        const connection = await client.connect(listening.address)
        assert.equal(text(await connection.request(1, [], { timeout: 5000 })), 'here')
        await listening.close()
        await rejectsWith(client.connect(listening.address), 'COPYCAT_TRANSPORT_CONNECT_FAILED', 'not-applied')
        listening = await server.listen(listening.address, serve)
      }
    },
  },
  {
    name: 'a hundred connections one after the other work as the first did',
    async run({ server, client, host }) {
      const { address } = await server.listen({ host, port: 0 }, (connection) => connection.handle(1, (body, respond) => respond?.([body.slice()])))
      for (let number = 0; number < 100; number++) {
        const connection = await client.connect(address)
        assert.deepEqual([...await connection.request(1, [new Uint8Array([number])], { timeout: 5000 })], [number])
        connection.close()
      }
    },
  },
  {
    name: 'two connections that are dialled at once are two, and closing one leaves the other',
    async run({ server, client, host }) {
      const accepted = deferred<Connection>()
      const { address } = await server.listen({ host, port: 0 }, accepted.resolve)
      const [one, other] = await Promise.all([client.connect(address), client.connect(address)])
      const closed = deferred<void>()
      one.onClose(() => closed.resolve())
      one.close()
      await closed.promise
      await accepted.promise
      assert.equal(one.isOpen, false)
      assert.equal(other.isOpen, true)
      await rejectsWith(other.request(1, [], { timeout: 5000 }), 'COPYCAT_TRANSPORT_REMOTE_FAILURE', 'not-applied')
    },
  },
]
