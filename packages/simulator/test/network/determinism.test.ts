import { describe, expect, it } from 'vitest'
import type { Depth } from '../../src/network/wire.ts'
import type { NetworkEvent } from '../../src/network/network-event.ts'
import { partitions } from '../../src/network/partitions.ts'
import { SeededRandom } from '../../src/random/seeded-random.ts'
import { arrivals, body, World } from './world.ts'

/** A run with everything that may go wrong. @returns its trace and what was counted. */
async function story(seed: number, depth: Depth, isWatched = false): Promise<{ digest: string, counts: object, events: NetworkEvent[] }> {
  const world = new World(seed, {
    chaos: { lossPerMille: 100, duplicatePerMille: 200, replayPerMille: 200, reorderPerMille: 100 },
    streamFaults: { stuckPerMillion: 5000, corruptPerMillion: 500 },
  })
  const events: NetworkEvent[] = []
  if (isWatched) world.network.onMessage = (event) => events.push(event)
  const { near, far } = await world.pair(depth)
  arrivals(far)
  const random = SeededRandom.of(seed)
  for (let number = 0; number < 300; number++) {
    near.send(1, [body(number, random.between(4, 2000))])
    if (number % 10 === 0) near.request(1, [body(number)], { timeout: 100 }).catch(() => {})
    if (number % 60 === 0) world.network.partition(partitions.oneWayIsolation(['server-1', 'server-2'], random))
    if (number % 60 === 30) world.network.healAll()
    await world.run(2)
  }
  world.kill('server-2', 'reset')
  await world.run(5000)
  return { digest: world.scheduler.trace.digest, counts: world.network.faultCounts, events }
}

describe.each(['message', 'stream'] as const)('a run at %s depth', (depth) => {
  it('is the same for the same seed, watched or not, and another for another seed', async () => {
    const first = await story(11, depth)
    const second = await story(11, depth, true)
    expect(second.digest).toBe(first.digest)
    expect(second.counts).toEqual(first.counts)
    expect((await story(12, depth)).digest).not.toBe(first.digest)
  })
})

describe('onMessage', () => {
  it('tells what arrived and what was lost, with its times, ends, kind and size', async () => {
    const world = new World(1)
    const events: NetworkEvent[] = []
    world.network.onMessage = (event) => events.push(event)
    const { near, far } = await world.pair()
    arrivals(far)
    await world.until(near.request(1, [body(1, 100)], { timeout: 1000 }))
    world.network.chaos.lossPerMille = 1000
    near.send(3, [body(1)])
    near.close()
    await world.run(50)
    const between = { from: 'server-1', to: 'server-2', fate: 'delivered', type: 1, bytes: 100 }
    expect(events).toMatchObject([
      { ...between, kind: 'connect', type: 0, bytes: 0 }, { ...between, kind: 'request' },
      { ...between, from: 'server-2', to: 'server-1', kind: 'response' }, { ...between, kind: 'message', fate: 'dropped', type: 3, bytes: 4 },
      { kind: 'close' }, { kind: 'close' },
    ])
    expect(events[1]!.at).toBeGreaterThan(events[1]!.sentAt)
  })

  it('gives handlers bytes that are overwritten afterwards, where that is asked for', async () => {
    const world = new World(2, { spoilsViews: true })
    const { near, far } = await world.pair()
    const kept: Uint8Array[] = []
    far.handle(1, (bytes) => kept.push(bytes, bytes.slice()))
    near.send(1, [body(7)])
    await world.run(50)
    expect(kept).toEqual([new Uint8Array(4).fill(0xa5), body(7)])
  })
})
