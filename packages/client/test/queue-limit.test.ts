import { describe, expect, it } from 'vitest'
import { QueueLimit } from '../src/queue-limit.ts'

const open = (): { limit: QueueLimit, at: (time: number) => void, admits: (waiting: number) => boolean } => {
  let now = 0
  const limit = new QueueLimit({ context: { monotonic: () => now }, queueMax: 1_000, queueDelayMax: 2_000, inFlightMax: 10 })
  const admits = (waiting: number): boolean => {
    try {
      limit.check(waiting)
      return true
    } catch (error) {
      expect(error).toMatchObject({ code: 'COPYCAT_OVERLOADED', outcome: 'not-applied' })
      return false
    }
  }
  return { limit, admits, at: (time) => void (now = time) }
}

/** The most that may wait. */
const most = (admits: (waiting: number) => boolean): number => Array.from({ length: 1_001 }, (_, waiting) => waiting).filter(admits).length

describe('QueueLimit', () => {
  it('is queueMax until a pace is known, so that a burst is taken whatever came before it', () => {
    const { limit, at, admits } = open()
    for (let time = 0; time <= 5_000; time += 100) {
      at(time)
      limit.answered(1, false)
    }
    expect(most(admits)).toBe(1_000)
    limit.answered(1, true)
    at(5_400)
    limit.answered(1, true)
    expect(most(admits)).toBe(1_000)
  })

  it.each([
    ['what is answered in queueDelayMax', 100, 400],
    ['never more than queueMax', 10_000, 1_000],
    ['never less than what may be under way', 1, 10],
  ])('is, while others wait, %s', (_, perHalfSecond, expected) => {
    const { limit, at, admits } = open()
    limit.answered(1, true)
    at(500)
    limit.answered(perHalfSecond, true)
    expect(most(admits)).toBe(expected)
  })

  it('follows the pace, and is queueMax again when nothing waits or another server answers', () => {
    const { limit, at, admits } = open()
    const busy = (from: number): void => {
      at(from)
      limit.answered(1, true)
      at(from + 1_000)
      limit.answered(100, true)
    }
    busy(0)
    expect(most(admits)).toBe(200)
    at(2_000)
    limit.answered(50, true)
    expect(most(admits)).toBe(100)
    limit.answered(50, false)
    expect(most(admits)).toBe(1_000)
    busy(3_000)
    limit.reset()
    expect(most(admits)).toBe(1_000)
  })
})
