import { AbortedError } from '@copycat/utils'
import { testStateMachine } from '@copycat/state-machine/conformance'
import { installInstruments } from '@copycat/utils/instruments'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { IdStateMachine, TakeBlock } from '../src/distributed-id-generator.ts'
import { DistributedIdGenerator } from '../src/index.ts'
import { newWorld, numRuns } from './worlds.ts'

async function givesNoIdTwice(parameters: { readonly numRuns: number, readonly endOnFailure?: boolean } = { numRuns }): Promise<void> {
  const step = fc.record({ party: fc.nat(2), count: fc.integer({ min: 1, max: 5 }), blockSize: fc.integer({ min: 1, max: 4 }), ends: fc.boolean() })
  await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
    const { parties } = await newWorld(DistributedIdGenerator, 3)
    const seen: number[][] = [[], [], []]
    for (const { party, count, blockSize, ends } of steps) {
      const { resource, client } = parties[party]!
      if (ends) {
        client.end('expired')
        client.recover()
      }
      const ids = await Promise.all(Array.from({ length: count }, () => resource.nextId({ blockSize })))
      seen[party]!.push(...ids)
    }
    const all = seen.flat()
    expect(new Set(all).size).toBe(all.length)
    for (const ids of seen) expect(ids).toEqual([...ids].sort((a, b) => a - b))
  }), parameters)
}

describe('DistributedIdGenerator', () => {
  afterEach(() => installInstruments(undefined))

  it('gives no id twice, and ascending ones to each', () => givesNoIdTwice())

  it('Z11: the model notices blocks that overlap', async () => {
    installInstruments({ mutant: (name) => name === 'Z11-block', buggify: () => false, cover: () => undefined })
    await expect(givesNoIdTwice({ numRuns: 2000, endOnFailure: true })).rejects.toThrow()
  })

  it('gives an id to who waits for a block whose caller gives up', async () => {
    const { parties: [one] } = await newWorld(DistributedIdGenerator)
    one!.client.failNext(new AbortedError('on purpose', { outcome: 'unknown' }))
    const [first, second] = await Promise.allSettled([one!.resource.nextId(), one!.resource.nextId()])
    expect(first).toMatchObject({ status: 'rejected', reason: { code: 'COPYCAT_ABORTED' } })
    expect(second.status).toBe('fulfilled')
  })

  it('fetches a block for many who ask at once, and says when a block cannot be had', async () => {
    const { cluster, parties: [one] } = await newWorld(DistributedIdGenerator)
    const before = cluster.index
    const ids = await Promise.all(Array.from({ length: 250 }, () => one!.resource.nextId()))
    expect(ids).toEqual(Array.from({ length: 250 }, (_, at) => at + 1))
    expect(cluster.index - before).toBe(3)
    await expect(one!.resource.nextId({ blockSize: 0 })).rejects.toMatchObject({ code: 'COPYCAT_CONFIGURATION', option: 'blockSize' })
    one!.client.end('expired')
    await Promise.all(Array.from({ length: 50 }, () => one!.resource.nextId()))
    await expect(one!.resource.nextId()).rejects.toMatchObject({ code: 'COPYCAT_SESSION_EXPIRED' })
    one!.client.recover()
    expect(await one!.resource.nextId()).toBe(301)
  })
})

describe('the state machine of a generator of ids', () => {
  testStateMachine({
    test: { describe, it }, create: () => new IdStateMachine(), probes: [], logs: 5,
    operation: (random) => new TakeBlock(random.pick([1, 2, 100, 2 ** 52])),
  })
})
