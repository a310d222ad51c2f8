import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { SimProcess } from '../../src/process/sim-process.ts'
import { EventHeap } from '../../src/time/event-heap.ts'
import { Scheduler } from '../../src/time/scheduler.ts'
import type { SimEvent } from '../../src/time/sim-event.ts'
import { TraceHash } from '../../src/time/trace-hash.ts'

function eventAt(time: number, tie: number, sequence: number): SimEvent {
  return { time, tie, sequence, kind: 'io', process: undefined, life: 0, isCancelled: false, run() {} }
}

describe('EventHeap', () => {
  it('gives events by time, then tie, then the order in which they came', () => {
    fc.assert(fc.property(fc.array(fc.tuple(fc.nat(5), fc.integer({ min: -2, max: 1 })), { maxLength: 60 }), (keys) => {
      const heap = new EventHeap()
      const events = keys.map(([time, tie], at) => eventAt(time, tie, at))
      for (const event of events) heap.push(event)
      const out: SimEvent[] = []
      while (heap.size > 0) {
        expect(heap.first).toBeDefined()
        out.push(heap.pop()!)
      }
      expect(out).toEqual(events.toSorted((a, b) => (a.time !== b.time ? a.time - b.time : a.tie !== b.tie ? a.tie - b.tie : a.sequence - b.sequence)))
      expect(heap.pop()).toBeUndefined()
    }))
  })
})

describe('Scheduler', () => {
  it('runs events in order, at their times, and stops the clock at the end', async () => {
    const scheduler = new Scheduler()
    const seen: string[] = []
    const note = (name: string) => (): void => void seen.push(`${name}@${scheduler.now}`)
    scheduler.at(20, 'io', undefined, note('late'))
    scheduler.at(10, 'timer', undefined, note('first'))
    scheduler.at(10, 'io', undefined, note('second'))
    scheduler.insert(10, -1, 'io', undefined, note('before both'))
    scheduler.at(31, 'io', undefined, note('never'))
    await scheduler.run(30)
    expect(seen).toEqual(['before both@10', 'first@10', 'second@10', 'late@20'])
    expect(scheduler.now).toBe(30)
    expect(scheduler.events).toBe(4)
  })

  it('takes what is due in the past for now, and a part of a microsecond for a whole one', async () => {
    const scheduler = new Scheduler()
    const times: number[] = []
    scheduler.at(10, 'io', undefined, () => {
      scheduler.at(3, 'io', undefined, () => times.push(scheduler.now))
      scheduler.at(10.2, 'io', undefined, () => times.push(scheduler.now))
    })
    await scheduler.run(100)
    expect(times).toEqual([10, 11])
  })

  it('leaves out events that were called off, also by one of their own time', async () => {
    const scheduler = new Scheduler()
    let ran = 0
    const later = scheduler.at(10, 'io', undefined, () => {
      ran += 1
    })
    scheduler.insert(10, -1, 'io', undefined, () => {
      later.isCancelled = true
    })
    await scheduler.run(100)
    expect([ran, scheduler.events]).toEqual([0, 1])
  })

  it('runs what is queued for soon before the next event, in order, and what that queues too', async () => {
    const scheduler = new Scheduler()
    const seen: string[] = []
    scheduler.at(10, 'io', undefined, () => {
      scheduler.execute(() => {
        seen.push('a')
        scheduler.execute(() => seen.push('c'))
      })
      scheduler.execute(() => seen.push('b'))
    })
    scheduler.at(10, 'io', undefined, () => seen.push('next'))
    await scheduler.run(100)
    expect(seen).toEqual(['a', 'b', 'c', 'next'])
  })

  it('lets promises go on before the next event, however long they take', async () => {
    const scheduler = new Scheduler()
    const seen: string[] = []
    scheduler.at(10, 'io', undefined, () => {
      void Promise.resolve().then(() => Promise.resolve()).then(() => {
        seen.push('promise')
        scheduler.execute(() => seen.push('executed'))
      })
    })
    scheduler.at(11, 'io', undefined, () => seen.push('next'))
    await scheduler.run(100)
    expect(seen).toEqual(['promise', 'executed', 'next'])
  })

  it('stops in the middle when it is told to, and goes on from there', async () => {
    const scheduler = new Scheduler()
    const seen: number[] = []
    for (const time of [10, 20, 30]) {
      scheduler.at(time, 'io', undefined, () => {
        seen.push(time)
        if (time === 20) scheduler.stop()
      })
    }
    await scheduler.run(100)
    expect([seen, scheduler.now]).toEqual([[10, 20], 20])
    await scheduler.run(100)
    expect([seen, scheduler.now]).toEqual([[10, 20, 30], 100])
  })

  it('tells each step, and hashes what happened', async () => {
    const trial = async (times: readonly number[]): Promise<string> => {
      const scheduler = new Scheduler()
      const steps: (SimProcess | undefined)[] = []
      scheduler.onStep = (process) => steps.push(process)
      for (const time of times) scheduler.at(time, 'io', undefined, () => {})
      await scheduler.run(100)
      expect(steps).toEqual(times.map(() => undefined))
      return scheduler.trace.digest
    }
    expect(await trial([1, 2, 3])).toBe(await trial([3, 2, 1]))
    expect(await trial([1, 2, 3])).not.toBe(await trial([1, 2, 4]))
    expect(await trial([1, 2])).not.toBe(await trial([1, 2, 2]))
  })
})

describe('TraceHash', () => {
  it('differs by order, by high bits and by text', () => {
    const digest = (...values: readonly (number | string)[]): string => {
      const hash = new TraceHash()
      for (const value of values) {
        if (typeof value === 'string') hash.addText(value)
        else hash.add(value)
      }
      return hash.digest
    }
    const all = [digest(1, 2), digest(2, 1), digest(1), digest(1 + 2 ** 40), digest('ab'), digest('ba'), digest('a', 'b')]
    expect(new Set(all).size).toBe(all.length)
    expect(digest(1, 'ab', 3)).toBe(digest(1, 'ab', 3))
  })
})
