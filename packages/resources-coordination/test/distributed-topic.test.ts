import type { Listener } from '@copycat/utils'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DistributedTopic } from '../src/index.ts'
import { newWorld, numRuns, settled } from './worlds.ts'

describe('DistributedTopic', () => {
  it('Z8: brings every message once and in order to those who listen when it commits, and to nobody else', async () => {
    const step = fc.record({ kind: fc.constantFrom('publish', 'publish', 'publish', 'listen', 'close', 'end'), party: fc.nat(2), which: fc.nat(3) })
    await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const { parties } = await newWorld(DistributedTopic<number>, 3)
      const listening: { readonly party: number, readonly listener: Listener, readonly heard: number[], readonly expected: number[] }[] = []
      const open = new Set<(typeof listening)[number]>()
      for (const [message, { kind, party, which }] of steps.entries()) {
        const { resource, client } = parties[party]!
        if (kind === 'publish') {
          await resource.publish(message)
          for (const one of open) one.expected.push(message)
        } else if (kind === 'listen') {
          const heard: number[] = []
          const one = { party, listener: await resource.onMessage((each) => heard.push(each)), heard, expected: [] }
          listening.push(one)
          open.add(one)
        } else if (kind === 'close') {
          const one = [...open][which]
          one?.listener.close()
          if (one !== undefined) open.delete(one)
        } else {
          client.end('expired')
          client.recover()
        }
        await settled()
      }
      for (const { heard, expected } of listening) expect(heard).toEqual(expected)
    }), { numRuns })
  })

  it('brings messages of one session in the order in which they were published, to itself too', async () => {
    const { parties: [one] } = await newWorld(DistributedTopic<{ n: number }>)
    const heard: number[] = []
    await one!.resource.onMessage(({ n }) => heard.push(n))
    await Promise.all(Array.from({ length: 100 }, (_, n) => one!.resource.publish({ n })))
    expect(heard).toEqual(Array.from({ length: 100 }, (_, n) => n))
    await expect(one!.resource.publish((() => 0) as never)).rejects.toMatchObject({ code: 'COPYCAT_SERIALIZATION' })
  })
})
