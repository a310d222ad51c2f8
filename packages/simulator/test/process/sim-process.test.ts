import { silentLogger } from '@copycat/utils'
import { describe, expect, it } from 'vitest'
import { setTraps } from '../../src/process/ambient-traps.ts'
import { SimClock } from '../../src/process/sim-clock.ts'
import type { SimContext } from '../../src/process/sim-context.ts'
import { ProcessEnded, SimProcess } from '../../src/process/sim-process.ts'
import { Scheduler } from '../../src/time/scheduler.ts'

interface Host {
  readonly scheduler: Scheduler
  readonly process: SimProcess
  readonly context: SimContext
  /** What the world was told. */
  readonly told: string[]
}

function host(): Host {
  const scheduler = new Scheduler()
  const told: string[] = []
  const process: SimProcess = new SimProcess(scheduler, 1, 'host', 7, {
    uncaught: (_, error) => told.push(`uncaught ${(error as Error).message}`),
    ended: () => told.push('ended'),
    published: (_, channel, message) => told.push(`${channel} ${String(message)}`),
    hasSubscribers: (channel) => channel === 'heard',
  })
  return { scheduler, process, context: process.start(silentLogger), told }
}

describe('SimProcess', () => {
  it('runs no callback of a life that is over', async () => {
    const { scheduler, process, context, told } = host()
    context.timer(context.monotonic() + 1, () => told.push('timer'))
    context.nextTurn(() => told.push('turn'))
    context.execute(() => told.push('executed'))
    process.kill()
    process.kill()
    process.start(silentLogger)
    await scheduler.run(10_000)
    expect(told).toEqual(['ended'])
  })

  it('lets nothing of a life that is over through a door', () => {
    const { process, context } = host()
    process.kill()
    expect(() => context.timer(0, () => {})).toThrow(ProcessEnded)
    process.start(silentLogger)
    expect(() => context.nextTurn(() => {})).toThrow(ProcessEnded)
    expect(() => context.execute(() => {})).toThrow(ProcessEnded)
    expect(context.monotonic()).toBeGreaterThan(0)
  })

  it('can be ended in the middle of the n-th call through a door', async () => {
    const { scheduler, process, context, told } = host()
    context.nextTurn(() => {
      process.killAfterDoors(3)
      for (const name of ['a', 'b', 'c', 'd']) {
        context.execute(() => told.push(name))
        told.push(`after ${name}`)
      }
    })
    await scheduler.run(10_000)
    expect(told).toEqual(['after a', 'after b', 'ended'])
    expect(process.isUp).toBe(false)
  })

  it('tells the world what a callback threw, and goes on', async () => {
    const { scheduler, context, told } = host()
    context.nextTurn(() => { throw new Error('lost') })
    context.nextTurn(() => told.push('next'))
    await scheduler.run(10_000)
    expect(told).toEqual(['uncaught lost', 'next'])
  })

  it('runs after a pause what was due meanwhile, timers first, without what was called off', async () => {
    const { scheduler, process, context, told } = host()
    process.pauseFor(5_000)
    process.after(1_000, 'io', () => told.push('io'))
    process.after(1_500, 'turn', () => told.push('turn'))
    context.timer(context.monotonic() + 2, () => told.push('timer'))
    const cancelled = context.timer(context.monotonic() + 2, () => told.push('cancelled'))
    scheduler.at(3_000, 'io', undefined, () => cancelled.cancel())
    process.after(5_000, 'io', () => told.push('due at that moment'))
    process.after(6_000, 'io', () => told.push('later'))
    await scheduler.run(4_999)
    expect(told).toEqual([])
    await scheduler.run(10_000)
    expect(told).toEqual(['timer', 'io', 'turn', 'due at that moment', 'later'])
    expect(process.resumedAt).toBe(1_005)
  })

  it('forgets a pause that another one, or another life, has replaced', async () => {
    const { scheduler, process, told } = host()
    process.pauseFor(1_000)
    process.pauseFor(5_000)
    process.after(500, 'io', () => told.push('io'))
    await scheduler.run(2_000)
    expect(told).toEqual([])
    process.kill()
    process.start(silentLogger)
    process.after(500, 'io', () => told.push('of the second life'))
    await scheduler.run(10_000)
    expect(told).toEqual(['ended', 'of the second life'])
  })

  it('has random streams of its own in every life', () => {
    const { process, context } = host()
    const first = context.random('a').integer(1_000_000)
    expect(context.random('a')).toBe(context.random('a'))
    expect(context.random('b').integer(1_000_000)).not.toBe(first)
    process.kill()
    expect(process.start(silentLogger).random('a').integer(1_000_000)).not.toBe(first)
    expect(host().context.random('a').integer(1_000_000)).toBe(first)
  })

  it('publishes what somebody listens to', () => {
    const { context, told } = host()
    expect([context.channel('heard').hasSubscribers, context.channel('other').hasSubscribers]).toEqual([true, false])
    context.channel('heard').publish('message')
    expect(told).toEqual(['heard message'])
    expect(context.checksum(new TextEncoder().encode('123456789'))).toBe(0xcbf4_3926)
  })
})

describe('SimClock', () => {
  it('drifts at its rate, without a jump when that changes, while the wall clock may jump', () => {
    const scheduler = new Scheduler()
    const clock = new SimClock(scheduler)
    const start = clock.monotonic()
    const wall = clock.wall()
    scheduler.now = 1_000_000
    expect(clock.monotonic() - start).toBe(1_000)
    clock.setRate(1.05)
    expect(clock.monotonic() - start).toBe(1_000)
    scheduler.now = 2_000_000
    expect(clock.monotonic() - start).toBeCloseTo(2_050, 6)
    expect(clock.microsUntil(clock.monotonic() + 105)).toBeCloseTo(100_000, 3)
    expect(clock.microsUntil(0)).toBe(0)
    expect(clock.wall() - wall).toBe(2_000)
    clock.wallOffset = -5_000
    expect(clock.wall() - wall).toBe(-3_000)
  })

  it('makes timers wait until its own time has come, also when its rate changes meanwhile', async () => {
    const { scheduler, process, context } = host()
    const due = context.monotonic() + 100
    let firedAt = 0
    context.timer(due, () => {
      firedAt = scheduler.now
      expect(context.monotonic()).toBeGreaterThanOrEqual(due - 0.001)
    })
    await scheduler.run(50_000)
    process.clock.setRate(0.5)
    await scheduler.run(1_000_000)
    expect(firedAt).toBeGreaterThanOrEqual(149_999)
    expect(firedAt).toBeLessThan(150_100)
  })
})

describe('setTraps', () => {
  it('catches every way to ambient time and chance, by name, and puts all back', () => {
    const before = [Math.random, Date, Date.now, setTimeout, setInterval, performance.now]
    const sprung: string[] = []
    const restore = setTraps((name, stack) => {
      sprung.push(name)
      expect(stack.split('\n')[0]).toMatch(/sim-process\.test\.ts/)
    })
    const uses: readonly (() => unknown)[] = [
      () => Math.random(), () => Date.now(), () => new Date(), () => Date(), () => setTimeout(() => {}, 1), () => setInterval(() => {}, 1),
      () => performance.now(), () => crypto.randomUUID(), () => crypto.getRandomValues(new Uint8Array(1)),
    ]
    for (const use of uses) expect(use).toThrow(/does not repeat/)
    const given = new Date(5)
    restore()
    expect(sprung).toEqual([
      'Math.random', 'Date.now', 'new Date()', 'Date()', 'setTimeout', 'setInterval', 'performance.now', 'crypto.randomUUID', 'crypto.getRandomValues',
    ])
    expect([given.getTime(), given instanceof Date]).toEqual([5, true])
    expect([Math.random, Date, Date.now, setTimeout, setInterval, performance.now]).toEqual(before)
    expect(Math.random()).toBeLessThan(1)
  })
})
