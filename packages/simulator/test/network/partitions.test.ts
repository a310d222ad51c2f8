import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { everyLink, partitions } from '../../src/network/partitions.ts'
import type { Partition } from '../../src/network/partitions.ts'
import { swizzleClog } from '../../src/network/swizzle-clog.ts'
import { SeededRandom } from '../../src/random/seeded-random.ts'

/** How many hosts each host hears and is heard by, itself included; ascending. */
function neighbours(hosts: readonly string[], partition: Partition, seed: number): number[] {
  const cut = new Set(partition(hosts, SeededRandom.of(seed)).map(({ from, to }) => `${from}>${to}`))
  const counts = hosts.map((host) => hosts.filter((other) => !cut.has(`${host}>${other}`) && !cut.has(`${other}>${host}`)).length)
  return counts.sort((a, b) => a - b)
}

function named(count: number): string[] {
  return Array.from({ length: count }, (_, at) => `server-${at + 1}`)
}

describe('partitions', () => {
  it('halves: of five servers three see three and two see two', () => {
    expect(neighbours(named(5), partitions.halves, 1)).toEqual([2, 2, 3, 3, 3])
  })

  it('isolateOne: one sees itself, the others one another', () => {
    expect(neighbours(named(5), partitions.isolateOne, 1)).toEqual([1, 4, 4, 4, 4])
  })

  it('bridge: one of five sees all, the others three', () => {
    expect(neighbours(named(5), partitions.bridge, 1)).toEqual([3, 3, 3, 3, 5])
  })

  it('bridge: of three servers one sees both others, which do not see each other', () => {
    expect(neighbours(named(3), partitions.bridge, 1)).toEqual([2, 2, 3])
  })

  it('oneWayIsolation: cuts either what one server hears or what it says', () => {
    for (let seed = 0; seed < 20; seed++) {
      const cuts = partitions.oneWayIsolation(named(5), SeededRandom.of(seed))
      expect(cuts).toHaveLength(4)
      const [senders, receivers] = [new Set(cuts.map(({ from }) => from)), new Set(cuts.map(({ to }) => to))]
      expect(Math.min(senders.size, receivers.size)).toBe(1)
    }
  })

  it('majoritiesRing: everybody sees a majority, no two the same, and nobody sees all', () => {
    fc.assert(fc.property(fc.integer({ min: 4, max: 9 }), fc.integer(), (count, seed) => {
      const hosts = named(count)
      const cuts = new Set(partitions.majoritiesRing(hosts, SeededRandom.of(seed)).map(({ from, to }) => `${from}>${to}`))
      const seen = hosts.map((host) => hosts.filter((other) => !cuts.has(`${host}>${other}`)).join())
      expect(new Set(seen).size).toBe(count)
      for (const size of neighbours(hosts, partitions.majoritiesRing, seed)) {
        expect(size).toBeGreaterThan(count / 2)
        expect(size).toBeLessThan(count)
      }
    }))
  })

  it('every partition cuts links between different hosts of the list, each once', () => {
    fc.assert(fc.property(fc.constantFrom(...Object.values(partitions)), fc.integer({ min: 0, max: 9 }), fc.integer(), (partition, count, seed) => {
      const possible = everyLink(named(count)).map(({ from, to }) => `${from}>${to}`)
      const cuts = partition(named(count), SeededRandom.of(seed)).map(({ from, to }) => `${from}>${to}`)
      expect(new Set(cuts).size).toBe(cuts.length)
      expect(cuts.every((link) => possible.includes(link))).toBe(true)
    }))
  })
})

describe('swizzleClog', () => {
  it('clogs links one by one, then lets each of them go on, in another order', () => {
    const steps = swizzleClog(named(5), SeededRandom.of(3), 1_000_000)
    const links = (action: string): string[] => steps.filter((step) => step.action === action).map(({ from, to }) => `${from}>${to}`)
    expect(links('clog').length).toBeGreaterThan(0)
    expect(links('unclog').toSorted()).toEqual(links('clog').toSorted())
    expect(links('unclog')).not.toEqual(links('clog'))
    expect(steps.map(({ delay }) => delay)).toEqual(steps.map(({ delay }) => delay).toSorted((a, b) => a - b))
    expect(steps.at(-1)!.delay).toBeLessThanOrEqual(1_000_000)
  })
})
