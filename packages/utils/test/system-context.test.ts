import { channel } from 'node:diagnostics_channel'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { SystemContext } from '../src/system-context.ts'
import { recordingLogger } from './recording-logger.ts'

describe('SystemContext', () => {
  describe('timer', () => {
    beforeEach(() => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
    })

    afterEach(() => {
      vi.useRealTimers()
    })

    it('calls back once the clock has reached its time, and not before', () => {
      const context = new SystemContext()
      let calls = 0
      context.timer(context.monotonic() + 100, () => { calls += 1 })
      vi.advanceTimersByTime(99)
      expect(calls).toBe(0)
      vi.advanceTimersByTime(2)
      expect(calls).toBe(1)
    })

    it('waits longer than setTimeout can', () => {
      const context = new SystemContext()
      let calls = 0
      context.timer(context.monotonic() + 2 ** 32, () => { calls += 1 })
      vi.advanceTimersByTime(2 ** 32 - 1)
      expect(calls).toBe(0)
      vi.advanceTimersByTime(2)
      expect(calls).toBe(1)
    })

    it('calls back as soon as possible, but later, when its time has passed', () => {
      const context = new SystemContext()
      let calls = 0
      context.timer(context.monotonic() - 5, () => { calls += 1 })
      expect(calls).toBe(0)
      vi.advanceTimersByTime(1)
      expect(calls).toBe(1)
    })

    it.each([['before it was armed anew', 10], ['after it was armed anew', 2 ** 31 + 10]])('does not call back when it is cancelled %s', (_when, elapsed) => {
      const context = new SystemContext()
      let calls = 0
      const timer = context.timer(context.monotonic() + 2 ** 32, () => { calls += 1 })
      vi.advanceTimersByTime(elapsed)
      timer.cancel()
      timer.cancel()
      vi.advanceTimersByTime(2 ** 33)
      expect([calls, vi.getTimerCount()]).toEqual([0, 0])
    })
  })

  it('has a clock that does not go back, and one for people', () => {
    const context = new SystemContext()
    const first = context.monotonic()
    expect(context.monotonic()).toBeGreaterThanOrEqual(first)
    expect(Math.abs(context.wall() - Date.now())).toBeLessThan(10_000)
  })

  it('runs what execute gets after the code that runs now, in order, and nextTurn after that', async () => {
    const context = new SystemContext()
    const order: string[] = []
    await new Promise<void>((resolve) => {
      context.nextTurn(() => {
        order.push('turn')
        resolve()
      })
      context.execute(() => order.push('first'))
      context.execute(() => order.push('second'))
      order.push('now')
    })
    expect(order).toEqual(['now', 'first', 'second', 'turn'])
  })

  it('logs what a callback throws and goes on', async () => {
    const logger = recordingLogger()
    const context = new SystemContext({ logger })
    const error = new Error('mine')
    await new Promise<void>((resolve) => {
      context.execute(() => { throw error })
      context.timer(0, () => { throw error })
      context.nextTurn(() => { throw error })
      context.timer(context.monotonic() + 5, resolve)
    })
    expect(logger.lines).toEqual(Array.from({ length: 3 }, () => ['error', 'a callback threw', error]))
  })

  it('draws numbers within their bounds', () => {
    const random = new SystemContext().random()
    const drawn = Array.from({ length: 200 }, () => random.integer(3))
    expect(new Set(drawn)).toEqual(new Set([0, 1, 2]))
    const float = random.float()
    expect(float >= 0 && float < 1).toBe(true)
  })

  it('draws more random bytes than the system gives at a time', () => {
    const bytes = new SystemContext().random().bytes(200_000)
    expect(bytes).toHaveLength(200_000)
    // The end was filled too: 1000 zeros in a row do not happen.
    expect(bytes.subarray(-1000).some((byte) => byte !== 0)).toBe(true)
    expect(new SystemContext().random().bytes(0)).toHaveLength(0)
  })

  it('computes the checksum of zlib, continued from a seed', () => {
    const context = new SystemContext()
    const bytes = new TextEncoder().encode('123456789')
    expect(context.checksum(bytes)).toBe(0xcbf43926)
    expect(context.checksum(bytes.subarray(4), context.checksum(bytes.subarray(0, 4)))).toBe(0xcbf43926)
  })

  it('publishes on the diagnostics channels of Node.js', () => {
    const heard: unknown[] = []
    const subscriber = (message: unknown): void => { heard.push(message) }
    channel('copycat:test').subscribe(subscriber)
    const ours = new SystemContext().channel('copycat:test')
    expect(ours.hasSubscribers).toBe(true)
    ours.publish({ a: 1 })
    channel('copycat:test').unsubscribe(subscriber)
    expect([heard, ours.hasSubscribers]).toEqual([[{ a: 1 }], false])
  })

  describe('in a browser', () => {
    beforeEach(() => {
      vi.stubGlobal('process', undefined)
      vi.stubGlobal('setImmediate', undefined)
    })

    afterEach(() => {
      vi.unstubAllGlobals()
    })

    it('computes the same checksum', () => {
      expect(new SystemContext().checksum(new TextEncoder().encode('123456789'))).toBe(0xcbf43926)
    })

    it('has channels that nobody hears', () => {
      const ours = new SystemContext().channel('copycat:test')
      ours.publish({})
      expect(ours.hasSubscribers).toBe(false)
    })

    it('has a next turn', async () => {
      await expect(new Promise<void>((resolve) => { new SystemContext().nextTurn(resolve) })).resolves.toBeUndefined()
    })
  })
})
