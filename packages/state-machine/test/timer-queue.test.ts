import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type QueuedTimer, TimerQueue } from '../src/index.ts'

function throwIt(error: unknown): never {
  throw error
}

describe('TimerQueue', () => {
  it('fires in (due, creation) order, and not before', () => {
    const queue = new TimerQueue()
    const fired: string[] = []
    const add = (due: number, name: string): QueuedTimer => queue.add(due, 0, (at, index) => fired.push(`${name} ${at} ${index}`))
    add(20, 'late')
    add(10, 'first')
    add(10, 'second')
    add(5, 'early')
    expect(queue.nextDue).toBe(5)
    queue.fireDue(4, 1, throwIt)
    expect(fired).toEqual([])
    queue.fireDue(10, 2, throwIt)
    expect(fired).toEqual(['early 5 2', 'first 10 2', 'second 10 2'])
    expect(queue.nextDue).toBe(20)
    expect(queue.size).toBe(1)
  })

  it('repeats a timer with an interval until it is cancelled, by itself too', () => {
    const queue = new TimerQueue()
    const fired: number[] = []
    const timer = queue.add(10, 10, (due) => {
      fired.push(due)
      if (fired.length === 3) queue.cancel(timer)
    })
    queue.fireDue(100, 1, throwIt)
    expect(fired).toEqual([10, 20, 30])
    expect(queue.nextDue).toBe(Infinity)
    expect(queue.size).toBe(0)
  })

  it('fires what a timer adds for the same time, after what was there', () => {
    const queue = new TimerQueue()
    const fired: string[] = []
    queue.add(10, 0, () => {
      fired.push('a')
      queue.add(10, 0, () => fired.push('c'))
    })
    queue.add(10, 0, () => fired.push('b'))
    queue.fireDue(10, 1, throwIt)
    expect(fired).toEqual(['a', 'b', 'c'])
  })

  it('goes on behind a timer that throws', () => {
    const queue = new TimerQueue()
    const fired: string[] = []
    const errors: unknown[] = []
    queue.add(1, 0, () => throwIt('failed'))
    queue.add(2, 0, () => fired.push('next'))
    queue.fireDue(2, 1, (error) => errors.push(error))
    expect([fired, errors]).toEqual([['next'], ['failed']])
  })

  it('counts a timer once, whether it is cancelled twice or after it fired', () => {
    const queue = new TimerQueue()
    const [kept, cancelled, fired] = [queue.add(9, 0, () => {}), queue.add(8, 0, () => {}), queue.add(1, 0, () => {})]
    queue.fireDue(1, 1, throwIt)
    queue.cancel(fired)
    queue.cancel(cancelled)
    queue.cancel(cancelled)
    expect(queue.size).toBe(1)
    expect(queue.nextDue).toBe(9)
    queue.cancel(kept)
    expect([queue.size, queue.nextDue]).toEqual([0, Infinity])
  })

  it('behaves as a sorted list, whatever is added, cancelled and fired', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('add' as const), delay: fc.nat(20), interval: fc.constantFrom(0, 0, 0, 3) }),
      fc.record({ kind: fc.constant('cancel' as const), which: fc.nat(40) }),
      fc.record({ kind: fc.constant('fire' as const), delay: fc.nat(10) }),
    )
    fc.assert(fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const queue = new TimerQueue()
      const timers: QueuedTimer[] = []
      let model: { name: number, due: number, interval: number }[] = []
      const fired: [number, number][] = []
      const expected: [number, number][] = []
      let now = 0
      for (const each of steps) {
        if (each.kind === 'add') {
          const name = timers.length
          timers.push(queue.add(now + each.delay, each.interval, (due) => fired.push([name, due])))
          model.push({ name, due: now + each.delay, interval: each.interval })
        } else if (each.kind === 'cancel') {
          if (each.which < timers.length) queue.cancel(timers[each.which]!)
          model = model.filter(({ name }) => name !== each.which)
        } else {
          now += each.delay
          queue.fireDue(now, 1, throwIt)
          for (;;) {
            const next = model.filter(({ due }) => due <= now).sort((a, b) => (a.due === b.due ? a.name - b.name : a.due - b.due))[0]
            if (next === undefined) break
            expected.push([next.name, next.due])
            if (next.interval > 0) next.due += next.interval
            else model = model.filter((other) => other !== next)
          }
        }
        expect(queue.size).toBe(model.length)
        expect(queue.nextDue).toBe(Math.min(Infinity, ...model.map(({ due }) => due)))
      }
      expect(fired).toEqual(expected)
    }))
  })
})
