import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { check, History, HistoryRecorder, registerModel } from '../src/index.ts'
import { atomicObjects } from './atomic-objects.ts'
import { mutatedHistories } from './random-histories.ts'

describe('HistoryRecorder', () => {
  it('counts calls and returns on one clock, and keeps the times for people apart', () => {
    const recorder = new HistoryRecorder<string, number>()
    const first = recorder.invoke('a', 'x', 'one', 100)
    const second = recorder.invoke(2, 'y', 'two')
    second.ok(7, 250)
    first.failed(300)
    recorder.invoke('a', 'x', 'three', 400).unknown(500)
    expect(recorder.size).toBe(3)
    expect(recorder.history().operations).toEqual([
      { client: 'a', key: 'x', input: 'one', outcome: 'failed', call: 1, return: 4, calledAt: 100, returnedAt: 300 },
      { client: 2, key: 'y', input: 'two', outcome: 'ok', output: 7, call: 2, return: 3, returnedAt: 250 },
      { client: 'a', key: 'x', input: 'three', outcome: 'unknown', call: 5, calledAt: 400, returnedAt: 500 },
    ])
  })

  it('takes one outcome for each operation', () => {
    const pending = new HistoryRecorder().invoke('a', 'x', 'one')
    pending.unknown()
    for (const again of [() => pending.ok(1), () => pending.failed(), () => pending.unknown()]) expect(again).toThrow('recorded already')
  })

  it('gives a history that does not change when the recorder goes on', () => {
    const recorder = new HistoryRecorder<string, number>()
    const pending = recorder.invoke('a', 'x', 'one')
    const history = recorder.history()
    pending.ok(1)
    recorder.invoke('a', 'x', 'two')
    expect(history.operations).toEqual([{ client: 'a', key: 'x', input: 'one', outcome: 'unknown', call: 1 }])
  })
})

describe('History', () => {
  it('comes back from JSON as it was, with the same verdict', () => {
    for (const object of atomicObjects) {
      fc.assert(fc.property(mutatedHistories(object, 7), (history) => {
        const copy = History.fromJSON(JSON.parse(JSON.stringify(history)))
        expect(JSON.stringify(copy)).toBe(JSON.stringify(history))
        expect(check(copy, object.model)).toEqual(check(history, object.model))
      }))
    }
  })

  it('puts operations of several clients, written one after another, in the order of their calls', () => {
    const read = { client: 'b', key: 'x', input: { type: 'read' }, outcome: 'ok', output: 1, call: 20, return: 21 }
    const write = { client: 'a', key: 'x', input: { type: 'write', value: 1 }, outcome: 'ok', call: 10, return: 11 }
    const history = History.fromJSON<never, never>({ version: 1, operations: [read, write] })
    expect(history.operations.map(({ client }) => client)).toEqual(['a', 'b'])
    expect(check(history, registerModel()).verdict).toBe('linearizable')
  })

  it('refuses JSON of another shape, and says what is wrong', () => {
    const operation = { client: 1, key: 'x', input: 1, outcome: 'ok', output: 1, call: 1, return: 2 }
    const faults: readonly (readonly [object, string])[] = [
      [{ client: {} }, 'client'], [{ key: 3 }, 'key'], [{ outcome: 'info' }, 'outcome'], [{ call: 'now' }, 'call'], [{ call: null }, 'call'],
      [{ return: undefined }, 'return'], [{ return: 0 }, 'return'], [{ outcome: 'unknown' }, 'return'], [{ calledAt: 'noon' }, 'calledAt'],
    ]
    for (const [fault, word] of faults) {
      const json = { version: 1, operations: [operation, { ...operation, ...fault }] }
      expect(() => History.fromJSON(json)).toThrow(new RegExp(`^operation 1: .*${word}`))
    }
    for (const json of [null, [], { version: 2, operations: [] }, { version: 1 }, { version: 1, operations: [7] }]) {
      expect(() => History.fromJSON(json)).toThrow(TypeError)
    }
  })
})
