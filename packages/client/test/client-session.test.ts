import fc from 'fast-check'
import { silentLogger } from '@copycat/utils'
import { describe, expect, it } from 'vitest'
import { ClientSession } from '../src/index.ts'
import { VirtualContext } from './virtual-context.ts'

const noListener = { close() {}, [Symbol.dispose]() {} }

function session(context: VirtualContext, timeout = 1_000): ClientSession {
  return new ClientSession(7, timeout, { monotonic: context.monotonic(), wall: context.wall() }, context, silentLogger, { onReceive: () => noListener, onGap: () => noListener })
}

describe('ClientSession', () => {
  it('is suspended in time, and has another lease when it is renewed', async () => {
    const context = new VirtualContext()
    const it = session(context)
    const { lease } = it
    const { signal } = lease
    const states: string[] = []
    it.onStateChange((state) => states.push(state))
    await context.advance(749)
    expect([lease.isCertain(), signal.aborted]).toEqual([true, false])
    await context.advance(1)
    expect(signal.reason).toMatchObject({ code: 'COPYCAT_SESSION_SUSPENDED' })
    it.renew({ monotonic: context.monotonic() - 10, wall: context.wall() - 10 })
    expect([states, lease.isCertain(), it.lease.isCertain(), it.lease.signal.aborted]).toEqual([['SUSPENDED', 'CONNECTED'], false, true, false])
    it.end('CLOSED')
    expect(context.timerCount).toBe(0)
  })

  it('P1: is not certain any more right behind a stall, before any callback has run', () => {
    const context = new VirtualContext()
    const it = session(context)
    const { lease } = it
    context.stall(800)
    expect(lease.isCertain()).toBe(false)
    expect(() => lease.assertCertain()).toThrow(expect.objectContaining({ code: 'COPYCAT_SESSION_SUSPENDED' }) as Error)
  })

  it('P13: is not certain when the wall clock ran ahead, as on a machine that was suspended', () => {
    const context = new VirtualContext()
    const it = session(context)
    context.suspended = 50
    expect(it.isCertain).toBe(true)
    context.suspended = 51
    expect(it.isCertain).toBe(false)
    it.renew({ monotonic: context.monotonic() + 1, wall: context.wall() + 1 })
    expect(it.isCertain).toBe(true)
  })

  it('X16: tells each change to all listeners before the next, also when a listener causes it', () => {
    const context = new VirtualContext()
    const it = session(context)
    const told: string[] = []
    it.onStateChange((state) => {
      told.push(`first ${state}`)
      if (state === 'SUSPENDED') it.end('EXPIRED')
    })
    it.onStateChange((state) => told.push(`second ${state}`))
    context.stall(800)
    it.assess()
    expect(told).toEqual(['first SUSPENDED', 'second SUSPENDED', 'first EXPIRED', 'second EXPIRED'])
  })

  it('L6: lapses a margin before any server can end it, whatever the rates of the clocks within their bound', () => {
    fc.assert(fc.property(fc.integer({ min: 100, max: 60_000 }), fc.double({ min: 0.95, max: 1.05, noNaN: true }), fc.double({ min: 0.95, max: 1.05, noNaN: true }), (timeout, clientRate, serverRate) => {
      const context = new VirtualContext()
      const it = session(context, timeout)
      // The server heard of it when it left, at the earliest.
      const trulyExpired = timeout / serverRate
      const trulyLapsed = (it.certainUntil - context.monotonic()) / clientRate
      it.end('CLOSED')
      expect(trulyLapsed + timeout * 0.05).toBeLessThan(trulyExpired)
    }))
  })
})
