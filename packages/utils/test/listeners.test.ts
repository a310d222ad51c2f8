import { describe, expect, it } from 'vitest'
import { Listeners } from '../src/listeners.ts'
import { silentLogger } from '../src/logger.ts'
import { recordingLogger } from './recording-logger.ts'

describe('Listeners', () => {
  it('calls listeners in the order of their registration', () => {
    const listeners = new Listeners<number>(silentLogger)
    const calls: string[] = []
    listeners.add((news) => calls.push(`a${news}`))
    listeners.add((news) => calls.push(`b${news}`))
    listeners.notify(1)
    expect(calls).toEqual(['a1', 'b1'])
  })

  it('takes the same function twice as two registrations', () => {
    const listeners = new Listeners<number>(silentLogger)
    let calls = 0
    const callback = (): void => { calls += 1 }
    const first = listeners.add(callback)
    listeners.add(callback)
    listeners.notify(1)
    first.close()
    listeners.notify(2)
    expect(calls).toBe(3)
  })

  it('starts no callback after close, twice or not', () => {
    const listeners = new Listeners<number>(silentLogger)
    const calls: number[] = []
    const listener = listeners.add((news) => calls.push(news))
    listener.close()
    listener.close()
    listeners.notify(1)
    expect([calls, listeners.size]).toEqual([[], 0])
  })

  it('is closed by `using`', () => {
    const listeners = new Listeners<number>(silentLogger)
    listeners.add(() => {})[Symbol.dispose]()
    expect(listeners.size).toBe(0)
  })

  it('does not call one that an earlier one closed in the same round', () => {
    const listeners = new Listeners<number>(silentLogger)
    const calls: string[] = []
    listeners.add(() => second.close())
    const second = listeners.add(() => calls.push('second'))
    listeners.notify(1)
    expect(calls).toEqual([])
  })

  it('does not call one that was added in the same round', () => {
    const listeners = new Listeners<number>(silentLogger)
    const calls: number[] = []
    listeners.add((news) => { listeners.add((later) => calls.push(news * 10 + later)) })
    listeners.notify(1)
    expect(calls).toEqual([])
    listeners.notify(2)
    expect(calls).toEqual([12])
  })

  it('X16: a listener that throws disturbs neither the others nor the caller', () => {
    const logger = recordingLogger()
    const listeners = new Listeners<number>(logger)
    const calls: number[] = []
    const error = new Error('mine')
    listeners.add(() => { throw error })
    listeners.add((news) => calls.push(news))
    listeners.notify(1)
    expect(calls).toEqual([1])
    expect(logger.lines).toEqual([['error', 'a listener threw', error]])
  })

  it('logs the rejection of an async listener', async () => {
    const logger = recordingLogger()
    const listeners = new Listeners<number>(logger)
    const error = new Error('later')
    const callback: (news: number) => unknown = () => Promise.reject(error)
    listeners.add(callback)
    listeners.notify(1)
    await Promise.resolve()
    expect(logger.lines).toEqual([['error', 'a listener rejected', error]])
  })

  it('forgets all at clear', () => {
    const listeners = new Listeners<number>(silentLogger)
    const calls: number[] = []
    listeners.add((news) => calls.push(news))
    listeners.clear()
    listeners.notify(1)
    expect(calls).toEqual([])
  })
})
