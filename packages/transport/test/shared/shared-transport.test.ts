import { describe, expect, it } from 'vitest'
import { testTransport } from '../../src/conformance/index.ts'
import { type Connection, SharedTransport, type TransportServer } from '../../src/index.ts'
import { pipeSetup } from '../conformance/pipe-transport.ts'

interface World {
  readonly transport: SharedTransport
  readonly server: TransportServer
  /** What the server has accepted. */
  readonly accepted: Connection[]
}

/** A server that echoes requests of type 1, and a shared transport to it. */
async function world(connectionsPerAddress: number): Promise<World> {
  const { server, client, host } = pipeSetup()
  const accepted: Connection[] = []
  const listening = await server.listen({ host, port: 0 }, (connection) => {
    accepted.push(connection)
    connection.handle(1, (bytes, respond) => respond?.([bytes.slice()]))
    connection.handle(2, () => {})
  })
  return { transport: new SharedTransport({ transport: client, connectionsPerAddress }), server: listening, accepted }
}

const echo = (connection: Connection, byte: number): Promise<number | undefined> => connection.request(1, [new Uint8Array([byte])], { timeout: 1_000 }).then((bytes) => bytes[0])

describe('SharedTransport', () => {
  testTransport({
    test: { describe, it },
    create: async () => {
      const setup = pipeSetup()
      // Where real connections are many, nobody shares: what is lost by sharing is that a full one holds up no other.
      return { ...setup, client: new SharedTransport({ transport: setup.client, connectionsPerAddress: 100 }) }
    },
  })

  it('carries a thousand connections over a few', async () => {
    const { transport, server, accepted } = await world(3)
    const connections = await Promise.all(Array.from({ length: 1_000 }, () => transport.connect(server.address)))
    expect(await Promise.all(connections.slice(0, 200).map((connection, at) => echo(connection, at)))).toEqual(Array.from({ length: 200 }, (_, at) => at))
    expect(accepted).toHaveLength(3)
    await transport.close()
    expect(connections.every((connection) => !connection.isOpen)).toBe(true)
  })

  it('closes one without disturbing another, and the real one with the last', async () => {
    const { transport, server, accepted } = await world(1)
    const [one, two] = await Promise.all([transport.connect(server.address), transport.connect(server.address)])
    const open = one.request(2, [], { timeout: 1_000 })
    one.close()
    await expect(open).rejects.toMatchObject({ code: 'COPYCAT_TRANSPORT_CONNECTION_CLOSED', outcome: 'unknown' })
    await expect(one.request(1, [], { timeout: 1_000 })).rejects.toMatchObject({ outcome: 'not-applied' })
    expect(await echo(two, 7)).toBe(7)
    const ended = new Promise((resolve) => accepted[0]!.onClose(resolve))
    two.close()
    await ended
    const next = await transport.connect(server.address)
    expect(await echo(next, 8)).toBe(8)
    expect(accepted).toHaveLength(2)
  })

  it('ends all of them with the real one', async () => {
    const { transport, server, accepted } = await world(1)
    const connections = await Promise.all([transport.connect(server.address), transport.connect(server.address)])
    await echo(connections[0], 1)
    const ended = Promise.all(connections.map((connection) => new Promise((resolve) => connection.onClose(resolve))))
    accepted[0]!.close()
    await ended
    expect(connections.map(({ isOpen }) => isOpen)).toEqual([false, false])
    expect(await echo(await transport.connect(server.address), 9)).toBe(9)
  })

  it('hands one-way messages to all that handle them, whoever of them throws', async () => {
    const { transport, server, accepted } = await world(1)
    const told: string[] = []
    const heard = new Promise<void>((resolve) => {
      void Promise.all(['a', 'b', 'c'].map(async (name) => {
        const connection = await transport.connect(server.address)
        connection.handle(9, () => {
          told.push(name)
          if (name === 'a') throw new Error('lost')
          if (name === 'c') resolve()
        })
        await echo(connection, 1)
      })).then(() => accepted[0]!.send(9, []))
    })
    await heard
    expect(told).toEqual(['a', 'b', 'c'])
  })

  it('gives up one attempt without the other', async () => {
    const { transport, server } = await world(1)
    const giveUp = new AbortController()
    const first = transport.connect(server.address, { signal: giveUp.signal })
    const second = transport.connect(server.address)
    giveUp.abort(new Error('enough'))
    await expect(first).rejects.toMatchObject({ code: 'COPYCAT_ABORTED', cause: { message: 'enough' } })
    expect(await echo(await second, 3)).toBe(3)
  })
})
