import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ddmin } from '../src/shrink/ddmin.ts'

const items = Array.from({ length: 40 }, (_, at) => at)

describe('ddmin', () => {
  it('finds exactly what is needed when all of it is needed together', async () => {
    await fc.assert(fc.asyncProperty(fc.uniqueArray(fc.integer({ min: 0, max: 39 }), { maxLength: 6 }), async (needed) => {
      const found = await ddmin(items, async (part) => needed.every((item) => part.includes(item)))
      expect(found).toEqual([...needed].sort((a, b) => a - b))
    }))
  })

  it('keeps the failure and can leave out nothing more, whatever fails', async () => {
    // Any part has a verdict of its own, and the whole fails: as in a simulation, where less may do more.
    await fc.assert(fc.asyncProperty(fc.integer(), fc.integer({ min: 1, max: 16 }), async (salt, length) => {
      const whole = items.slice(0, length)
      const fails = async (part: readonly number[]): Promise<boolean> => part.length === length || verdict(salt, part)
      const found = await ddmin(whole, fails)
      expect(await fails(found)).toBe(true)
      for (const item of found) if (found.length > 1) expect(await fails(found.filter((kept) => kept !== item))).toBe(false)
      expect(found).toEqual(whole.filter((item) => found.includes(item)))
    }))
  })

  it('needs few runs for one item of many', async () => {
    let runs = 0
    await ddmin(items, async (part) => {
      runs += 1
      return part.includes(17)
    })
    expect(runs).toBeLessThan(25)
  })

  it('returns what it has when nothing more is judged', async () => {
    let runs = 0
    const found = await ddmin(items, async (part) => ++runs < 3 && part.includes(0))
    expect(found).toContain(0)
    expect(found.length).toBeLessThan(items.length)
  })
})

function verdict(salt: number, part: readonly number[]): boolean {
  const mixed = part.reduce((hash, item) => Math.imul(hash ^ item, 0x01000193), salt)
  return (mixed >>> 7) % 3 === 0
}
