import { StateMachineExecutor } from '@copycat/state-machine'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stateDigest } from '../../src/user/state-digest.ts'
import { Counter } from './counters.ts'

const value = (state: unknown): number => stateDigest(state).value

describe('stateDigest', () => {
  it('is equal for equal values, and differs for others', () => {
    const anything = fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withTypedArray: true })
    fc.assert(fc.property(fc.clone(anything, 2), ([a, b]) => {
      expect(value(a)).toBe(value(b))
    }))
    const different = [
      0, -0, 1, '', '0', '1', 0n, 1n, true, false, null, undefined, [], {}, [0], [[0]], [0, 0], { a: 0 }, { b: 0 }, { a: 0, b: 0 }, { b: 0, a: 0 },
      new Map(), new Map([[0, 0]]), new Set(), new Set([0]), new Set([0, 1]), new Set([1, 0]), new Uint8Array(1), new Uint8Array(2), new ArrayBuffer(3),
      new Date(0), new Date(1), new Map([['a', 1], ['b', 2]]), new Map([['b', 2], ['a', 1]]), ['ab', 'c'], ['a', 'bc'], 2 ** 53, NaN,
    ]
    expect(new Set(different.map(value)).size).toBe(different.length)
  })

  it('goes around in circles, and down long lists, once', () => {
    const circle: Record<string, unknown> = { name: 'a' }
    circle['self'] = circle
    expect(value(circle)).toBe(value(circle))
    expect(value(circle)).not.toBe(value({ name: 'a', self: { name: 'a' } }))
    let list: unknown
    for (let at = 0; at < 100_000; at++) list = { at, next: list }
    expect(stateDigest(list).parts).toBeGreaterThan(100_000)
  })

  it('leaves out what is no state: functions, and the executor', () => {
    const machine = new Counter()
    const alone = value(machine)
    const executor = new StateMachineExecutor(machine)
    Object.assign(machine, { executor, handler: () => {} })
    Object.assign(executor, { serial: 1 })
    const withExecutor = value(machine)
    Object.assign(executor, { serial: 2 })
    expect(value(machine)).toBe(withExecutor)
    machine.value = 5
    expect(value(machine)).not.toBe(withExecutor)
    expect(alone).not.toBe(withExecutor)
  })
})
