import { describe, expect, it } from 'vitest'
import { arrivals, body, World } from './world.ts'

/** Sends 1000 messages, one every virtual millisecond. */
async function talk(world: World, dialler = 'server-1'): Promise<number[]> {
  const { near, far } = await world.pair('message', dialler)
  const seen = arrivals(far)
  for (let number = 0; number < 1000; number++) {
    near.send(1, [body(number)])
    await world.run(1)
  }
  await world.run(1000)
  return seen
}

describe('RaftChaos', () => {
  it('loses as many messages as it is told to', async () => {
    const world = new World(1, { chaos: { lossPerMille: 300 } })
    const seen = await talk(world)
    expect(world.network.faultCounts.losses).toBe(1000 - seen.length)
    expect(seen.length).toBeGreaterThan(600)
    expect(seen.length).toBeLessThan(800)
    expect(seen).toEqual(seen.toSorted((a, b) => a - b))
  })

  it('T1: delivers messages twice', async () => {
    const world = new World(2, { chaos: { duplicatePerMille: 500 } })
    const seen = await talk(world)
    expect(new Set(seen).size).toBe(1000)
    expect(seen.length).toBe(1000 + world.network.faultCounts.duplicates)
    expect(world.network.faultCounts.duplicates).toBeGreaterThan(400)
  })

  it('T1: delivers messages out of their order, and none twice', async () => {
    const world = new World(3, { chaos: { reorderPerMille: 200 } })
    const seen = await talk(world)
    expect(seen).not.toEqual(seen.toSorted((a, b) => a - b))
    expect(new Set(seen).size).toBe(1000)
    expect(seen.length).toBe(1000)
    expect(world.network.faultCounts.reorders).toBeGreaterThan(100)
  })

  it('T1: delivers messages of earlier lives once more, minutes later', async () => {
    const world = new World(4, { chaos: { replayPerMille: 1 } })
    await talk(world)
    world.kill('server-1', 'reset')
    world.kill('server-2', 'silent')
    await world.run(300_000)
    world.network.chaos.replayPerMille = 1000
    const { near, far } = await world.pair()
    const seen = arrivals(far)
    near.send(1, [body(5000)])
    await world.run(1000)
    expect(seen.length).toBe(2)
    expect(seen).toContain(5000)
    expect(Math.min(...seen)).toBeLessThan(1000)
  })

  it('may be switched off while messages are under way', async () => {
    const world = new World(5, { chaos: { lossPerMille: 1000 } })
    expect(await talk(world)).toEqual([])
    world.network.chaos.lossPerMille = 0
    world.kill('server-1', 'reset')
    world.kill('server-2', 'reset')
    expect((await talk(world)).length).toBe(1000)
  })

  it('leaves requests alone: they stay in order, each with its own answer', async () => {
    const world = new World(6, { chaos: { lossPerMille: 300, duplicatePerMille: 500, replayPerMille: 500, reorderPerMille: 300 } })
    const { near, far } = await world.pair()
    const seen: number[] = []
    far.handle(2, (bytes, respond) => {
      seen.push(bytes[3]!)
      respond!([bytes.slice()])
    })
    const answers = Array.from({ length: 100 }, (_, number) => {
      near.send(1, [body(number)])
      return near.request(2, [body(number)], { timeout: 5000 })
    })
    expect((await world.until(Promise.all(answers))).map((bytes) => bytes[3])).toEqual(Array.from({ length: 100 }, (_, number) => number))
    expect(seen).toEqual(Array.from({ length: 100 }, (_, number) => number))
  })

  it('leaves what clients send alone', async () => {
    const world = new World(7, { chaos: { lossPerMille: 300, duplicatePerMille: 500, replayPerMille: 500, reorderPerMille: 300 } })
    expect(await talk(world, 'client-1')).toEqual(Array.from({ length: 1000 }, (_, number) => number))
    expect(world.network.faultCounts).toMatchObject({ losses: 0, duplicates: 0, replays: 0, reorders: 0 })
  })
})
