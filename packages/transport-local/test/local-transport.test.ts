import { describe, expect, it } from 'vitest'
import { silentLogger } from '@copycat/utils'
import { LocalNetwork, LocalTransport } from '../src/index.ts'

describe('LocalTransport', () => {
  it('does not see what listens in another network', async () => {
    const one = new LocalTransport({ network: new LocalNetwork(), logger: silentLogger })
    const other = new LocalTransport({ network: new LocalNetwork(), logger: silentLogger })
    const { address } = await one.listen({ host: 'a', port: 5001 }, () => {})
    await expect(other.connect(address)).rejects.toMatchObject({ code: 'COPYCAT_TRANSPORT_CONNECT_FAILED' })
    expect((await one.connect(address)).isOpen).toBe(true)
  })

  it('gives every server at port 0 a port of its own', async () => {
    const transport = new LocalTransport()
    const servers = await Promise.all([1, 2, 3].map(() => transport.listen({ host: 'a', port: 0 }, () => {})))
    expect(new Set(servers.map(({ address }) => address.port)).size).toBe(3)
  })

  it('copies a message when it is handed over', async () => {
    const transport = new LocalTransport()
    const seen: number[] = []
    const server = await transport.listen({ host: 'a', port: 0 }, (connection) => {
      connection.handle(1, (body) => seen.push(body[0]!))
      connection.handle(2, (_, respond) => respond?.([]))
    })
    const connection = await transport.connect(server.address)
    const part = new Uint8Array([7])
    connection.send(1, [part])
    part[0] = 9
    await connection.request(2, [], { timeout: 1000 })
    expect(seen).toEqual([7])
  })

  it('lets timers and I/O run while two ends talk without a pause', async () => {
    const transport = new LocalTransport()
    const server = await transport.listen({ host: 'a', port: 0 }, (connection) => {
      connection.handle(1, (body, respond) => respond?.([body]))
    })
    const connection = await transport.connect(server.address)
    let isTalking = true
    const talk = (async () => {
      while (isTalking) await connection.request(1, [], { timeout: 1000 })
    })()
    await new Promise((resolve) => setImmediate(resolve))
    isTalking = false
    await talk
    expect(connection.isOpen).toBe(true)
  })

  it('closes a connection whose taker throws', async () => {
    const transport = new LocalTransport({ logger: silentLogger })
    const server = await transport.listen({ host: 'a', port: 0 }, () => {
      throw new Error('boom')
    })
    const connection = await transport.connect(server.address)
    await new Promise((resolve) => connection.onClose(resolve))
    expect(connection.isOpen).toBe(false)
  })

  it.each([['frameBytesMax', 0], ['queuedBytesMax', 5]])('refuses %s %d, naming the option', (option, value) => {
    expect(() => new LocalTransport({ [option]: value })).toThrow(expect.objectContaining({ code: 'COPYCAT_CONFIGURATION', option }))
  })
})

describe('LocalNetwork', () => {
  it('loses the connections across a partition, lets new ones time out, and tells both ends when it has healed', async () => {
    const network = new LocalNetwork()
    const [a, b, elsewhere] = [{ host: 'a' }, { host: 'b' }, {}].map((options) => new LocalTransport({ network, logger: silentLogger, ...options }))
    const heard: string[] = []
    const { address } = await a!.listen({ host: 'a', port: 1 }, (connection) => {
      connection.handle(1, (body, respond) => respond?.([body]))
      connection.onClose(({ error }) => heard.push(`server: ${error?.message}`))
    })
    const [across, free] = [await b!.connect(address), await elsewhere!.connect(address)]
    across.onClose(({ error }) => heard.push(`client: ${error?.message}`))
    network.partition(['a'], ['b'])
    await expect(across.request(1, [], { timeout: 5 })).rejects.toMatchObject({ code: 'COPYCAT_TRANSPORT_REQUEST_TIMEOUT' })
    await expect(b!.connect(address, { timeout: 5 })).rejects.toMatchObject({ code: 'COPYCAT_TRANSPORT_CONNECT_TIMEOUT', outcome: 'not-applied' })
    expect([across.isOpen, heard]).toEqual([true, []])
    await free.request(1, [], { timeout: 1_000 })
    const given = new AbortController()
    const dialling = b!.connect(address, { signal: given.signal })
    setImmediate(() => given.abort())
    await expect(dialling).rejects.toMatchObject({ code: 'COPYCAT_ABORTED' })
    network.heal()
    const again = await b!.connect(address)
    await again.request(1, [], { timeout: 1_000 })
    expect(heard.sort()).toEqual(['client: the connection was lost in a partition', 'server: the connection was lost in a partition'])
    await Promise.all([a, b, elsewhere].map((transport) => transport!.close()))
  })

  it('does not tell the other side of an end that closes during a partition, until it has healed', async () => {
    const network = new LocalNetwork()
    const [a, b] = ['a', 'b'].map((host) => new LocalTransport({ network, host, logger: silentLogger }))
    let isOver = false
    const { address } = await a!.listen({ host: 'a', port: 1 }, (connection) => connection.onClose(() => {
      isOver = true
    }))
    await b!.connect(address)
    network.partition(['a'], ['b'])
    const waiting = b!.connect(address)
    await new Promise((resolve) => setImmediate(resolve))
    await Promise.all([b!.close(), expect(waiting).rejects.toMatchObject({ code: 'COPYCAT_CLOSED' })])
    expect(isOver).toBe(false)
    network.heal()
    await new Promise((resolve) => setImmediate(resolve))
    expect(isOver).toBe(true)
    await a!.close()
  })
})
