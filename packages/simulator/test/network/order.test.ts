import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { arrivals, body, numberIn, World } from './world.ts'

/** What happens in one virtual millisecond or several. */
interface Step {
  readonly send: number
  readonly request: number
  readonly fault: 'cut' | 'heal' | 'clog' | 'cutBack' | 'healBack' | 'none'
  readonly millis: number
}

const step: fc.Arbitrary<Step> = fc.record({
  send: fc.integer({ min: 0, max: 3 }), request: fc.integer({ min: 0, max: 3 }),
  fault: fc.constantFrom('cut', 'heal', 'clog', 'cutBack', 'healBack', 'none'), millis: fc.integer({ min: 0, max: 40 }),
})

function happen(world: World, fault: Step['fault']): void {
  const { network } = world
  if (fault === 'cut') network.cut('server-1', 'server-2')
  if (fault === 'heal') network.heal('server-1', 'server-2')
  if (fault === 'cutBack') network.cut('server-2', 'server-1')
  if (fault === 'healBack') network.heal('server-2', 'server-1')
  if (fault === 'clog') network.clog('server-1', 'server-2', 10_000)
}

describe.each([['message', 60], ['stream', 30]] as const)('order at %s depth', (depth, runs) => {
  it('holds for requests and one-way messages, each delivered once and answered once, whatever links and chunks do', async () => {
    await fc.assert(fc.asyncProperty(fc.integer(), fc.array(step, { minLength: 1, maxLength: 30 }), async (seed, steps) => {
      const world = new World(seed, { latency: { leastMicros: 1, spreadMicros: 5000, tailPerMille: 200, tailMicrosMax: 50_000 } })
      const { near, far } = await world.pair(depth)
      const seen = arrivals(far)
      const answers: Promise<number>[] = []
      let next = 0
      for (const { send, request, fault, millis } of steps) {
        happen(world, fault)
        for (let count = 0; count < send; count++) near.send(1, [body(next++)])
        for (let count = 0; count < request; count++) answers.push(near.request(1, [body(next++, 3000)], { timeout: 60_000 }).then(numberIn))
        await world.run(millis)
      }
      world.network.healAll()
      const answered = await world.until(Promise.all(answers))
      await world.run(3000)
      expect(seen).toEqual(Array.from({ length: next }, (_, number) => number))
      expect(answered).toEqual(answered.toSorted((a, b) => a - b))
      expect(new Set(answered).size).toBe(answers.length)
      expect(world.errors).toEqual([])
    }), { numRuns: runs })
  })
})
