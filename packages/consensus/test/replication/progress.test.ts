import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { InFlightWindow } from '../../src/replication/in-flight-window.ts'
import { Progress } from '../../src/replication/progress.ts'

function replicating(matchIndex: number, inFlightMax = 2): Progress {
  const progress = new Progress(2, true, inFlightMax)
  progress.startTerm(matchIndex, 0)
  progress.succeed(matchIndex)
  return progress
}

describe('Progress', () => {
  it('probes one message at a time until the logs meet', () => {
    const progress = new Progress(2, true, 4)
    progress.startTerm(10, 0)
    expect(progress.canSend(20)).toBe(true)
    progress.ask(0)
    expect(progress.canSend(20)).toBe(false)
    progress.sent(12)
    expect(progress.nextIndex).toBe(11)
    expect(progress.canSend(20)).toBe(false)
    progress.succeed(12)
    expect(progress).toMatchObject({ state: 'replicate', matchIndex: 12, nextIndex: 13 })
    expect(progress.canSend(20)).toBe(true)
  })

  it('moves nextIndex when entries are sent, and stops when the window is full', () => {
    const progress = replicating(10)
    progress.ask(0)
    progress.sent(12)
    progress.ask(0)
    progress.sent(15)
    expect(progress).toMatchObject({ nextIndex: 16, matchIndex: 10 })
    expect(progress.canSend(20)).toBe(false)
    progress.succeed(12)
    expect(progress.canSend(20)).toBe(true)
    expect(progress.window.count).toBe(1)
  })

  it('R9: ignores what was sent for a stream that is gone', () => {
    const progress = replicating(10)
    progress.ask(0)
    progress.loseStream()
    expect(progress.canSend(20)).toBe(false)
    progress.sent(15)
    expect(progress).toMatchObject({ state: 'probe', nextIndex: 11, isProbeOut: false })
    expect(progress.canSend(20)).toBe(true)
  })

  it('R10: a refusal drops all that is in flight', () => {
    const progress = replicating(10, 4)
    for (const through of [12, 14, 16]) {
      progress.ask(0)
      progress.sent(through)
    }
    expect(progress.isRefusalCurrent(14)).toBe(true)
    progress.refuse(14, 12)
    expect(progress).toMatchObject({ state: 'probe', nextIndex: 13 })
    expect(progress.window.count).toBe(0)
  })

  it('tells an old refusal from a new one', () => {
    const progress = replicating(10)
    expect(progress.isRefusalCurrent(10)).toBe(false)
    progress.ask(0)
    progress.sent(15)
    expect(progress.isRefusalCurrent(16)).toBe(false)
    progress.refuse(15, 12)
    expect(progress.nextIndex).toBe(13)
    expect(progress.isRefusalCurrent(15)).toBe(false)
    expect(progress.isRefusalCurrent(12)).toBe(true)
  })

  it('waits after the driver could not send, until a sign of life', () => {
    const progress = replicating(10)
    progress.ask(5)
    progress.sent(10)
    expect(progress).toMatchObject({ isBlocked: true, commitTold: 0, nextIndex: 11 })
    expect(progress.canSend(20)).toBe(false)
    progress.succeed(10)
    expect(progress.canSend(20)).toBe(true)
  })

  it('R11: matchIndex < nextIndex and nextIndex >= 1, whatever comes', () => {
    const action = fc.record({ kind: fc.constantFrom('ask', 'sent', 'success', 'refusal', 'stream'), index: fc.nat(30), hint: fc.nat(30) })
    fc.assert(fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
      const lastIndex = 30
      const progress = new Progress(2, true, 3)
      progress.startTerm(20, 0)
      let match = 0
      for (const { kind, index, hint } of actions) {
        if (kind === 'ask' && progress.canSend(lastIndex)) progress.ask(0)
        else if (kind === 'sent' && progress.fill !== 'none') progress.sent(Math.max(progress.fillFrom - 1, index))
        else if (kind === 'success') progress.succeed(index)
        else if (kind === 'refusal' && progress.isRefusalCurrent(index)) progress.refuse(index, hint)
        else if (kind === 'stream') progress.loseStream()
        expect(progress.matchIndex).toBeLessThan(progress.nextIndex)
        expect(progress.nextIndex).toBeGreaterThanOrEqual(1)
        expect(progress.nextIndex).toBeLessThanOrEqual(lastIndex + 1)
        expect(progress.matchIndex).toBeGreaterThanOrEqual(match)
        match = progress.matchIndex
      }
    }), { numRuns: 1_000 })
  })
})

describe('InFlightWindow', () => {
  it('frees cumulatively, in a ring of fixed size', () => {
    const window = new InFlightWindow(3)
    for (let through = 1; through <= 100; through++) {
      window.add(through)
      if (window.isFull) window.freeThrough(through - 1)
    }
    expect(window.count).toBe(2)
    window.freeThrough(100)
    expect(window.count).toBe(0)
  })

  it('refuses more than it holds', () => {
    const window = new InFlightWindow(1)
    window.add(1)
    expect(() => { window.add(2) }).toThrow('no more messages are in flight than the window holds')
  })
})
