import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SessionEvents } from '../../src/session/session-events.ts'

const event = Uint8Array.of(1)
const roomy = { eventsMax: 1_000, eventBytesMax: 1_000_000 }

function filled(indexes: readonly number[], limits: typeof roomy = roomy): SessionEvents {
  const events = new SessionEvents()
  for (const index of indexes) events.publish(index, event, limits)
  return events
}

function chain(events: SessionEvents, cursor: number = 0): readonly (readonly [number, number, number])[] {
  return events.behind(cursor, Infinity).map(({ index, previousIndex, events: list }) => [index, previousIndex, list.length] as const)
}

describe('SessionEvents', () => {
  it('keeps a batch for each index, each with the one before it', () => {
    expect(chain(filled([3, 3, 7, 9]))).toEqual([[3, 0, 2], [7, 3, 1], [9, 7, 1]])
    expect(chain(filled([3, 3, 7, 9]), 3)).toEqual([[7, 3, 1], [9, 7, 1]])
    expect(chain(filled([3, 3, 7, 9]), 9)).toEqual([])
  })

  it('gives up to so many bytes at a time, and at least one batch', () => {
    const events = filled([3, 7, 9])
    expect(events.behind(0, 1).map(({ index }) => index)).toEqual([3])
    expect(events.behind(3, 2 * events.bytes / 3).map(({ index }) => index)).toEqual([7, 9])
  })

  it('X10: keeps what was not acknowledged, and remembers what came before it', () => {
    const events = filled([3, 7, 9])
    events.acknowledge(8)
    expect(chain(events)).toEqual([[9, 7, 1]])
    expect([events.acknowledged, events.count]).toEqual([8, 1])
    events.acknowledge(20)
    events.publish(30, event, roomy)
    expect(chain(events)).toEqual([[30, 9, 1]])
    expect(events.isUnacknowledged(30)).toBe(true)
    expect(events.isUnacknowledged(9)).toBe(false)
  })

  it('drops the oldest batches beyond its limits, and says through which', () => {
    const events = filled([3, 3, 7, 9, 9], { eventsMax: 3, eventBytesMax: 1_000 })
    expect(chain(events)).toEqual([[7, 3, 1], [9, 7, 2]])
    expect([events.lostThrough, events.count]).toEqual([3, 3])
  })

  it('drops all that an entry publishes which alone is too much', () => {
    const events = filled([3, 7, 7, 7, 7, 9], { eventsMax: 2, eventBytesMax: 1_000 })
    expect(chain(events)).toEqual([[9, 7, 1]])
    expect([events.lostThrough, events.lastIndex, events.count]).toEqual([7, 9, 1])
  })

  it('is the same list with less at its front, whatever is published, acknowledged and dropped', () => {
    const step = fc.oneof(fc.record({ kind: fc.constant('publish' as const), by: fc.nat({ max: 2 }) }), fc.record({ kind: fc.constant('acknowledge' as const), by: fc.nat({ max: 60 }) }))
    fc.assert(fc.property(fc.array(step, { maxLength: 200 }), fc.integer({ min: 1, max: 30 }), (steps, eventsMax) => {
      const events = new SessionEvents()
      const all: number[] = []
      let index = 1
      for (const { kind, by } of steps) {
        // An acknowledgement is an entry too: nothing is published at or below what it names any more.
        if (kind === 'acknowledge') events.acknowledge(Math.max(0, index++ - by))
        else {
          index += by
          all.push(index)
          events.publish(index, event, { eventsMax, eventBytesMax: 1_000_000 })
        }
        const from = Math.max(events.acknowledged, events.lostThrough)
        const kept = all.filter((each) => each > from)
        expect(chain(events).flatMap(([at, , count]) => Array.from({ length: count }, () => at))).toEqual(kept)
        expect(events.count).toBe(kept.length)
        expect(events.count).toBeLessThanOrEqual(eventsMax)
      }
    }))
  })
})
