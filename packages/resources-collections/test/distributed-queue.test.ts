import { OverloadedError } from '@copycat/protocol'
import { TimeoutError } from '@copycat/utils'
import { testStateMachine } from '@copycat/state-machine/conformance'
import { installInstruments } from '@copycat/utils/instruments'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { type Delivery, DistributedQueue } from '../src/index.ts'
import { ClearQueue, IsTaking, Offer, Peek, Poll, QueueSize, Settle, Take, TakenSize } from '../src/queue-operations.ts'
import { QueueStateMachine } from '../src/queue-state-machine.ts'
import { newWorld, numRuns, settled } from './worlds.ts'

interface Item {
  readonly number: number
  readonly value: number
}

/** Somebody who has asked for an item: as he is, and as the model has him. */
class Taker {
  readonly controller = new AbortController()
  readonly party: number
  delivery: Delivery<number> | undefined
  actual: 'waiting' | 'failed' | number = 'waiting'
  expected: 'waiting' | 'failed' | 'done' | Item = 'waiting'

  constructor(party: number, take: (signal: AbortSignal) => Promise<Delivery<number>>) {
    this.party = party
    take(this.controller.signal).then((delivery) => {
      this.delivery = delivery
      this.actual = delivery.number
    }, () => {
      this.actual = 'failed'
    })
  }

  get item(): Item | undefined {
    return typeof this.expected === 'object' ? this.expected : undefined
  }
}

const step = fc.record({
  kind: fc.constantFrom('offer', 'offer', 'offer', 'take', 'take', 'poll', 'tryTake', 'acknowledge', 'giveBack', 'abort', 'clear', 'end'), party: fc.nat(2), which: fc.nat(3),
})
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

async function behavesAsAList(parameters: { readonly numRuns: number, readonly endOnFailure?: boolean } = { numRuns }): Promise<void> {
  await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 35 }), async (steps) => {
    const { parties } = await newWorld(DistributedQueue<number>, 3)
    let ready: Item[] = []
    const takers: Taker[] = []
    let offered = 0
    const comesBack = (item: Item): void => {
      ready = [...ready, item].sort((a, b) => a.number - b.number)
    }
    const handOver = (): void => {
      for (const taker of takers) if (taker.expected === 'waiting' && ready.length > 0) taker.expected = ready.shift()!
    }
    const run = async ({ kind, party, which }: Step): Promise<void> => {
      const { resource: queue, client } = parties[party]!
      const having = takers.filter((taker) => taker.item !== undefined && taker.party === party)
      const waiting = takers.filter(({ expected }) => expected === 'waiting')
      if (kind === 'offer') {
        offered += 1
        await queue.offer(offered * 10)
        ready.push({ number: offered, value: offered * 10 })
      } else if (kind === 'take') {
        takers.push(new Taker(party, (signal) => queue.take({ signal })))
      } else if (kind === 'poll') {
        expect(await queue.peek()).toBe(ready[0]?.value)
        expect(await queue.poll()).toBe(ready.shift()?.value)
      } else if (kind === 'tryTake') {
        const delivery = await queue.tryTake()
        expect(delivery?.item).toBe(ready[0]?.value)
        await delivery?.acknowledge()
        ready.shift()
      } else if (kind === 'acknowledge' && having[which] !== undefined) {
        expect(await having[which].delivery!.acknowledge()).toBe(true)
        having[which].expected = 'done'
      } else if (kind === 'giveBack' && having[which] !== undefined) {
        await having[which].delivery!.giveBack()
        comesBack(having[which].item!)
        having[which].expected = 'done'
      } else if (kind === 'abort' && waiting[which] !== undefined) {
        waiting[which].controller.abort()
        waiting[which].expected = 'failed'
      } else if (kind === 'clear') {
        await queue.clear()
        ready = []
      } else if (kind === 'end') {
        client.end('expired')
        client.recover()
        for (const taker of waiting) if (taker.party === party) taker.expected = 'failed'
        for (const taker of having) {
          comesBack(taker.item!)
          taker.expected = 'done'
        }
      }
    }
    for (const one of steps) {
      await run(one)
      handOver()
      await settled()
      for (const { actual, expected, item, delivery } of takers) {
        if (expected === 'waiting' || expected === 'failed') expect(actual).toBe(expected)
        if (item !== undefined) expect([delivery?.number, delivery?.item]).toEqual([item.number, item.value])
      }
      expect(await parties[0]!.resource.size()).toBe(ready.length)
      expect(await parties[0]!.resource.isEmpty()).toBe(ready.length === 0)
      expect(await parties[0]!.resource.taken()).toBe(takers.filter(({ item }) => item !== undefined).length)
    }
  }), parameters)
}

describe('DistributedQueue', () => {
  afterEach(() => installInstruments(undefined))

  it('behaves as a list does, from which items are taken that come back to their place when their taker goes away', () => behavesAsAList())

  it('Z2: the model notices an item that goes with the session of its taker', async () => {
    installInstruments({ mutant: (name) => name === 'Z2-item', buggify: () => false, cover: () => undefined })
    await expect(behavesAsAList({ numRuns: 2000, endOnFailure: true })).rejects.toThrow()
  })

  it('is consumed item by item; what was not acknowledged comes again', async () => {
    const { parties: [one, other] } = await newWorld(DistributedQueue<string>)
    for (const item of ['a', 'b', 'c']) await other!.resource.offer(item)
    const seen: string[] = []
    for await (const delivery of one!.resource.consume()) {
      seen.push(delivery.item)
      if (seen.length !== 2) await delivery.acknowledge()
      if (seen.length === 4) break
    }
    expect(seen).toEqual(['a', 'b', 'b', 'c'])
    expect([await other!.resource.size(), await other!.resource.taken()]).toEqual([0, 0])
  })

  it('has its item back from a taker who never heard of it, from one whose giving back was refused, and from none that gave it back before', async () => {
    const { parties: [one, other] } = await newWorld(DistributedQueue<string>)
    await other!.resource.offer('a')
    one!.client.failNext(new TimeoutError('on purpose', { outcome: 'unknown' }))
    await expect(one!.resource.tryTake()).rejects.toMatchObject({ code: 'COPYCAT_TIMEOUT' })
    await settled()
    expect(await other!.resource.peek()).toBe('a')
    const delivery = (await one!.resource.tryTake())!
    one!.client.failNext(new OverloadedError('on purpose'))
    await delivery.giveBack()
    expect(await other!.resource.size()).toBe(1)
    expect(await delivery.acknowledge()).toBe(false)
    const again = (await one!.resource.tryTake())!
    one!.client.failNext(new TimeoutError('on purpose', { outcome: 'unknown' }))
    await expect(again.acknowledge()).rejects.toMatchObject({ code: 'COPYCAT_TIMEOUT' })
    await again.giveBack()
    expect([await other!.resource.size(), await other!.resource.taken()]).toEqual([0, 0])
  })

  it('tells a taker whose session has ended that its item is not its own any more', async () => {
    const { parties: [one, other] } = await newWorld(DistributedQueue<string>)
    await one!.resource.offer('a')
    const delivery = await one!.resource.take()
    one!.client.end('expired')
    one!.client.recover()
    const again = await other!.resource.take()
    expect(again.number).toBe(delivery.number)
    expect(await delivery.acknowledge()).toBe(false)
    expect(await again.acknowledge()).toBe(true)
  })
})

describe('the state machine of a queue', () => {
  testStateMachine({
    test: { describe, it }, create: () => new QueueStateMachine(), logs: 10,
    operation: (random) => random.pick([
      new Offer(random.pick(['a', 'b'])), new Offer('c'), new Poll(), new Take(random.integer(4), random.chance(0.7)), new Take(random.integer(4), true),
      new Settle(random.integer(4), random.chance(0.5)), new ClearQueue(),
    ]),
    probes: [new Peek(), new QueueSize(), new TakenSize(), new IsTaking(1)],
  })
})
