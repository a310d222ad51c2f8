import { describe, expect, it } from 'vitest'
import { check, History, registerModel, report } from '../src/index.ts'
import { simulatedRegisterHistory } from './simulated-register.ts'

const millisMax = 2000

/** The best of three, because others may use the machine too. */
function millisOf(run: () => void): number {
  return Math.min(...[1, 2, 3].map(() => {
    const start = performance.now()
    run()
    return performance.now() - start
  }))
}

describe('speed of check', () => {
  it(`judges 100 000 operations of 20 clients on 500 keys, 1 % of unknown outcome, in less than ${millisMax} ms`, () => {
    const history = simulatedRegisterHistory({ operations: 100_000, keys: 500, clients: 20, unknownPercent: 1, seed: 1 })
    const result = check(history, registerModel())
    expect(result.verdict, report(result)).toBe('linearizable')
    const millis = millisOf(() => check(history, registerModel()))
    console.log(`${Math.round(millis)} ms: ${report(result).trim()}`)
    expect(millis).toBeLessThan(millisMax)
  })

  it('judges 10 000 operations of 10 clients on one key', () => {
    const history = simulatedRegisterHistory({ operations: 10_000, keys: 1, clients: 10, unknownPercent: 0, seed: 1 })
    expect(check(history, registerModel()).verdict).toBe('linearizable')
    const operations = history.operations.map((operation, at) =>
      at === 9000 ? { ...operation, input: { type: 'read' as const }, output: -1 } : operation)
    expect(check(new History(operations), registerModel()).verdict).toBe('illegal')
  })

  it('needs a step per operation where none overlaps another', () => {
    const history = simulatedRegisterHistory({ operations: 1000, keys: 1, clients: 1, unknownPercent: 0, seed: 1 })
    expect(check(history, registerModel()).steps).toBeLessThan(3 * history.operations.length)
  })
})
