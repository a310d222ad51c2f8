import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DistributedAtomicLong } from '../src/index.ts'
import { newWorld, numRuns } from './worlds.ts'

const most = 2n ** 63n - 1n

describe('DistributedAtomicLong', () => {
  it('behaves as a bigint does within 64 bits, whoever counts', async () => {
    const kind = fc.constantFrom('add', 'getAndAdd', 'set', 'getAndSet', 'compareAndSet', 'up', 'down', 'upAfter', 'downAfter')
    const step = fc.record({ kind, party: fc.nat(1), by: fc.oneof(fc.bigInt({ min: -3n, max: 3n }), fc.bigInt({ min: -most - 1n, max: most })) })
    await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const { parties } = await newWorld(DistributedAtomicLong)
      let model = 0n
      const moved = async (real: Promise<bigint>, to: bigint, returned: bigint): Promise<void> => {
        if (BigInt.asIntN(64, to) === to) {
          expect(await real).toBe(returned)
          model = to
        } else {
          await expect(real).rejects.toMatchObject({ code: 'COPYCAT_APPLICATION', outcome: 'applied' })
        }
      }
      for (const { kind, party, by } of steps) {
        const { resource } = parties[party]!
        if (kind === 'add') await moved(resource.addAndGet(by), model + by, model + by)
        if (kind === 'getAndAdd') await moved(resource.getAndAdd(by), model + by, model)
        if (kind === 'getAndSet') await moved(resource.getAndSet(by), by, model)
        if (kind === 'set') await moved(resource.set(by).then(() => by), by, by)
        if (kind === 'up') await moved(resource.incrementAndGet(), model + 1n, model + 1n)
        if (kind === 'down') await moved(resource.decrementAndGet(), model - 1n, model - 1n)
        if (kind === 'upAfter') await moved(resource.getAndIncrement(), model + 1n, model)
        if (kind === 'downAfter') await moved(resource.getAndDecrement(), model - 1n, model)
        if (kind === 'compareAndSet') {
          expect(await resource.compareAndSet(by, 7)).toBe(model === by)
          if (model === by) model = 7n
        }
        expect(await parties[1 - party]!.resource.get()).toBe(model)
      }
    }), { numRuns })
  })

  it('takes numbers that have all their digits, and no others', async () => {
    const { parties: [one] } = await newWorld(DistributedAtomicLong)
    await one!.resource.set(2 ** 53 - 1)
    expect(await one!.resource.addAndGet(1)).toBe(2n ** 53n)
    for (const value of [1.5, 2 ** 53, NaN, 2n ** 63n]) {
      await expect(one!.resource.set(value)).rejects.toMatchObject({ code: 'COPYCAT_CONFIGURATION', option: 'value' })
    }
  })
})
