import { describe, expect, it } from 'vitest'
import type { CloseReason } from '@copycat/transport'
import { arrivals, body, World } from './world.ts'

describe.each(['message', 'stream'] as const)('a cut link, at %s depth', (depth) => {
  it('carries nothing one way and everything the other way', async () => {
    const world = new World(1)
    const { near, far } = await world.pair(depth)
    const [seenNear, seenFar] = [arrivals(near), arrivals(far)]
    world.network.cut('server-1', 'server-2')
    near.send(1, [body(1)])
    far.send(1, [body(2)])
    await world.run(500)
    expect([seenNear, seenFar]).toEqual([[2], []])
    expect(world.network.faultCounts.heldByCut).toBeGreaterThan(0)
  })

  it('T3: delivers what it held after it is healed, once and in order, in at most twice the time of the cut', async () => {
    const world = new World(2)
    const { near, far } = await world.pair(depth)
    const seen = arrivals(far)
    world.network.cut('server-1', 'server-2')
    for (const number of [1, 2, 3]) near.send(1, [body(number)])
    await world.run(500)
    world.network.heal('server-1', 'server-2')
    near.send(1, [body(4)])
    await world.run(550)
    expect(seen).toEqual([1, 2, 3, 4])
    expect(near.isOpen).toBe(true)
  })

  it('T2: ends a connection by the heartbeat, at the side that hears nothing and then at the other', async () => {
    const world = new World(3)
    const { near, far } = await world.pair(depth)
    const reasons: CloseReason[] = []
    near.onClose((reason) => reasons.push(reason))
    world.network.cut('server-2', 'server-1')
    await world.run(2500)
    expect(near.isOpen).toBe(true)
    await world.run(2500)
    expect(reasons).toEqual([{ error: expect.objectContaining({ code: 'COPYCAT_TRANSPORT_HEARTBEAT' }) }])
    expect(far.isOpen).toBe(false)
    expect(world.network.faultCounts.heartbeatsMissed).toBe(1)
  })

  it('lets a dial time out, and succeed when it is healed in time', async () => {
    const world = new World(4)
    await world.pair(depth)
    const dialler = world.start('client-1', depth)
    world.network.cut('server-2', 'client-1')
    await expect(world.until(dialler.connect({ host: 'server-2', port: 5001 }))).rejects.toMatchObject({ code: 'COPYCAT_TRANSPORT_CONNECT_TIMEOUT' })
    expect(world.network.faultCounts.connectsTimedOut).toBe(1)
    const dial = dialler.connect({ host: 'server-2', port: 5001 })
    await world.run(100)
    world.network.heal('server-2', 'client-1')
    expect((await world.until(dial)).isOpen).toBe(true)
  })

  it('keeps nothing of connections that were given up', async () => {
    const world = new World(5)
    await world.pair(depth)
    world.network.partition([{ from: 'server-1', to: 'server-2' }, { from: 'server-2', to: 'server-1' }])
    await world.run(10_000)
    world.network.healAll()
    await world.run(5000)
    expect(world.network.connections).toBe(0)
  })
})

describe.each(['message', 'stream'] as const)('a clogged link, at %s depth', (depth) => {
  it('moves nothing until it goes on, and then all at once', async () => {
    const world = new World(6)
    const { near, far } = await world.pair(depth)
    const seen = arrivals(far)
    world.network.clog('server-1', 'server-2', 300_000)
    near.send(1, [body(1)])
    await world.run(299)
    expect(seen).toEqual([])
    await world.run(30)
    expect(seen).toEqual([1])
    expect(world.network.faultCounts.clogs).toBe(1)
  })

  it('stays clogged without an end until it is unclogged', async () => {
    const world = new World(7)
    const { near, far } = await world.pair(depth)
    const seen = arrivals(far)
    world.network.clog('server-1', 'server-2', Infinity)
    near.send(1, [body(1)])
    await world.run(1000)
    expect(seen).toEqual([])
    world.network.unclog('server-1', 'server-2')
    await world.run(30)
    expect(seen).toEqual([1])
  })
})

describe('a slow link', () => {
  it('takes as long for a message as its bandwidth says', async () => {
    const world = new World(8)
    const { near, far } = await world.pair()
    const seen = arrivals(far)
    world.network.change('server-1', 'server-2', { bandwidth: 1000 })
    near.send(1, [body(1, 100_000)])
    await world.run(99)
    expect(seen).toEqual([])
    await world.run(30)
    expect(seen).toEqual([1])
  })

  it('delays every message by its latency', async () => {
    const world = new World(9)
    const { near, far } = await world.pair()
    const seen = arrivals(far)
    world.network.change('server-1', 'server-2', { latency: { leastMicros: 40_000, spreadMicros: 0, tailPerMille: 0, tailMicrosMax: 1 } })
    near.send(1, [body(1)])
    await world.run(39)
    expect(seen).toEqual([])
    await world.run(2)
    expect(seen).toEqual([1])
  })

  it('T5: makes send return false, says when there is room again, and ends the connection of a sender that goes on regardless', async () => {
    const world = new World(10)
    const { near, far } = await world.pair()
    arrivals(far)
    let drains = 0
    near.onDrain(() => (drains += 1))
    world.network.change('server-1', 'server-2', { bandwidth: 10_000 })
    while (near.send(1, [body(1, 65_536)]));
    await world.run(10)
    expect(drains).toBe(1)
    while (near.isOpen) near.send(1, [body(1, 65_536)])
    await world.run(3000)
    expect(world.network.faultCounts.overflows).toBe(1)
    expect(far.isOpen).toBe(false)
  })
})
