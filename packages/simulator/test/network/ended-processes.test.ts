import { describe, expect, it } from 'vitest'
import type { CloseReason, Connection } from '@copycat/transport'
import { arrivals, body, World } from './world.ts'

const address = { host: 'server-2', port: 5001 }

describe.each(['message', 'stream'] as const)('the end of a process, at %s depth', (depth) => {
  it('resets its connections when it is killed', async () => {
    const world = new World(1)
    const { near } = await world.pair(depth)
    const reason = closing(near)
    world.kill('server-2', 'reset')
    await world.run(30)
    expect(reason()).toEqual({ error: expect.objectContaining({ code: 'COPYCAT_TRANSPORT_CONNECTION_CLOSED' }) })
    expect(world.network.faultCounts.connectionsReset).toBe(1)
  })

  it('fails open requests, outcome unknown', async () => {
    const world = new World(2)
    const { near, far } = await world.pair(depth)
    far.handle(1, () => {})
    const request = near.request(1, [], { timeout: 5000 })
    request.catch(() => {})
    await world.run(30)
    world.kill('server-2', 'reset')
    await expect(world.until(request)).rejects.toMatchObject({ outcome: 'unknown' })
  })

  it('T2: is silent when the power fails: the heartbeat must notice', async () => {
    const world = new World(3)
    const { near } = await world.pair(depth)
    const reason = closing(near)
    world.kill('server-2', 'silent')
    await world.run(2000)
    expect(near.isOpen).toBe(true)
    await world.run(3000)
    expect(reason()).toEqual({ error: expect.objectContaining({ code: 'COPYCAT_TRANSPORT_HEARTBEAT' }) })
    expect(world.network.faultCounts).toMatchObject({ connectionsLost: 1, connectionsReset: 0 })
  })

  it('is silent across a cut, and known by a reset once the cut is healed', async () => {
    const world = new World(4)
    const { near } = await world.pair(depth)
    world.network.cut('server-2', 'server-1')
    world.kill('server-2', 'reset')
    await world.run(500)
    expect(near.isOpen).toBe(true)
    world.network.heal('server-2', 'server-1')
    near.send(1, [body(1)])
    await world.run(50)
    expect(near.isOpen).toBe(false)
  })

  it('lets a machine that is on again reset what it does not know', async () => {
    const world = new World(5)
    const { near } = await world.pair(depth)
    world.kill('server-2', 'silent')
    near.send(1, [body(1)])
    await world.run(300)
    expect(near.isOpen).toBe(true)
    world.start('server-2', depth)
    near.send(1, [body(2)])
    await world.run(50)
    expect(near.isOpen).toBe(false)
  })

  it('refuses dials when the process is gone, and answers none when the machine is off', async () => {
    const world = new World(6)
    await world.pair(depth)
    const client = world.start('client-1', depth)
    world.kill('server-2', 'reset')
    await expect(world.until(client.connect(address))).rejects.toMatchObject({ code: 'COPYCAT_TRANSPORT_CONNECT_FAILED' })
    world.start('server-2', depth)
    world.kill('server-2', 'silent')
    await expect(world.until(client.connect(address))).rejects.toMatchObject({ code: 'COPYCAT_TRANSPORT_CONNECT_TIMEOUT' })
    expect(world.network.faultCounts).toMatchObject({ connectsRefused: 1, connectsTimedOut: 1 })
  })

  it('delivers nothing of the life before to the next one, whose address is free', async () => {
    const world = new World(7)
    const { near } = await world.pair(depth)
    near.send(1, [body(1)])
    world.kill('server-2', 'reset')
    let seen: number[] = []
    await world.start('server-2', depth).listen(address, (connection) => {
      seen = arrivals(connection)
    })
    const again = await world.until(world.start('client-1', depth).connect(address))
    again.send(1, [body(2)])
    await world.run(50)
    expect(seen).toEqual([2])
  })

  it('refuses every call of the life that is over', async () => {
    const world = new World(8)
    const { near } = await world.pair(depth)
    const transport = world.start('client-1', depth)
    world.kill('client-1', 'reset')
    world.kill('server-1', 'reset')
    expect(() => near.send(1, [])).toThrow('server-1 has ended')
    expect(() => transport.connect(address)).toThrow('client-1 has ended')
    await expect(transport.close()).rejects.toThrow('client-1 has ended')
  })

  it('makes a process that is stopped answer late, and nobody lose anything', async () => {
    const world = new World(9)
    const { near, far } = await world.pair(depth)
    const seen = arrivals(far)
    world.process('server-2').pauseFor(1_500_000)
    for (const number of [1, 2, 3]) near.send(1, [body(number)])
    await world.run(1400)
    expect(seen).toEqual([])
    await world.run(200)
    expect(seen).toEqual([1, 2, 3])
    expect(near.isOpen && far.isOpen).toBe(true)
  })
})

describe('the end of a process, at message depth', () => {
  it('may come in the middle of answering: nothing of the answer leaves, and nothing is thrown at the world', async () => {
    for (let doors = 1; doors <= 12; doors++) {
      const world = new World(doors)
      const { near, far } = await world.pair()
      const reason = closing(near)
      let answers = 0
      near.handle(2, () => (answers += 1))
      far.handle(1, (_, respond) => {
        for (let call = 0; call < 10; call++) far.send(2, [])
        respond!([])
        for (let call = 0; call < 10; call++) far.send(2, [])
      })
      world.process('server-2').killAfterDoors(doors)
      near.request(1, [], { timeout: 5000 }).catch(() => {})
      await world.run(100)
      expect(reason()).toEqual({ error: expect.objectContaining({ code: 'COPYCAT_TRANSPORT_CONNECTION_CLOSED' }) })
      expect(answers).toBeLessThanOrEqual(doors)
      expect(world.errors).toEqual([])
    }
  })
})

describe.each(['message', 'stream'] as const)('breaking connections, at %s depth', (depth) => {
  it('tells both sides of a reset; new connections can be made', async () => {
    const world = new World(10)
    const { near, far } = await world.pair(depth)
    expect(world.network.breakConnections('server-2', 'server-1', 'reset')).toBe(1)
    await world.run(10)
    expect(near.isOpen || far.isOpen).toBe(false)
    expect((await world.until(world.start('client-1', depth).connect(address))).isOpen).toBe(true)
  })

  it('T2: leaves a half-open connection to the heartbeats of both sides', async () => {
    const world = new World(11)
    const { near, far } = await world.pair(depth)
    world.network.breakConnections('server-1', 'server-2', 'silent')
    near.send(1, [body(1)])
    await world.run(1500)
    expect(near.isOpen && far.isOpen).toBe(true)
    await world.run(3500)
    expect(near.isOpen || far.isOpen).toBe(false)
    expect(world.network.faultCounts).toMatchObject({ connectionsLost: 1, heartbeatsMissed: 2 })
  })
})

function closing(connection: Connection): () => CloseReason | undefined {
  let closed: CloseReason | undefined
  connection.onClose((reason) => (closed = reason))
  return () => closed
}
