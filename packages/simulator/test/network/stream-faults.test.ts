import { describe, expect, it } from 'vitest'
import { arrivals, body, World } from './world.ts'

describe('streams', () => {
  it('T10: arrive in chunks down to single bytes, and make the same messages', async () => {
    const world = new World(1, { streamFaults: { chunkBytesMax: 1 } })
    const { near, far } = await world.pair('stream')
    const seen = arrivals(far)
    for (let number = 0; number < 50; number++) near.send(1, [body(number, 4 + number)])
    await world.run(200)
    expect(seen).toEqual(Array.from({ length: 50 }, (_, number) => number))
    expect(world.network.faultCounts.chunksSplit).toBeGreaterThan(1000)
  })

  it('T8: never deliver a message with a wrong byte: the frame\'s checksum ends the connection', async () => {
    let broken = 0
    for (let seed = 0; seed < 20; seed++) {
      const world = new World(seed)
      const { near, far } = await world.pair('stream')
      world.network.streamFaults.corruptPerMillion = 30_000
      const seen = arrivals(far)
      for (let number = 0; number < 100; number++) {
        near.send(1, [body(number, 500)])
        await world.run(1)
      }
      await world.run(100)
      expect(seen).toEqual(Array.from(seen, (_, number) => number))
      if (!near.isOpen && world.network.faultCounts.chunksCorrupted > 0) broken += 1
    }
    expect(broken).toBeGreaterThan(10)
  })

  it('T8: that are damaged while they are set up fail the dial or end it', async () => {
    const world = new World(2, { streamFaults: { corruptPerMillion: 1_000_000 } })
    await world.start('server-2', 'stream').listen({ host: 'server-2', port: 5001 }, () => {})
    await expect(world.until(world.start('server-1', 'stream').connect({ host: 'server-2', port: 5001 })))
      .rejects.toMatchObject({ code: 'COPYCAT_TRANSPORT_HANDSHAKE' })
  })

  it('T5: make send return false while the receiver takes nothing in, and lose nothing', async () => {
    const world = new World(3)
    const { near, far } = await world.pair('stream')
    const seen = arrivals(far)
    Object.assign(world.network.streamFaults, { stuckPerMillion: 1_000_000, stuckMicrosMax: 300_000 })
    let sent = 0
    do {
      near.send(1, [body(sent, 65_536)])
      sent += 1
      await world.run(0.1)
    } while (sent < 60)
    expect(near.send(1, [body(sent, 65_536)])).toBe(false)
    let drains = 0
    near.onDrain(() => (drains += 1))
    world.network.streamFaults.stuckPerMillion = 0
    await world.run(2000)
    expect(drains).toBe(1)
    expect(seen).toEqual(Array.from({ length: 61 }, (_, number) => number))
    expect(world.network.faultCounts.stuckWindows).toBeGreaterThan(0)
  })

  it('T5: end the connection of a sender that goes on regardless', async () => {
    const world = new World(4)
    const { near, far } = await world.pair('stream')
    arrivals(far)
    Object.assign(world.network.streamFaults, { stuckPerMillion: 1_000_000, stuckMicrosMax: 1_000_000 })
    for (let sent = 0; near.isOpen && sent < 1000; sent++) near.send(1, [body(sent, 65_536)])
    expect(near.isOpen).toBe(false)
    await world.run(100)
    expect(world.network.faultCounts.overflows).toBe(1)
  })
})
