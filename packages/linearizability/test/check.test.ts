import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  check, counterModel, History, HistoryRecorder, type Model, type RegisterInput, registerModel, type RegisterOutput, report, type UnknownOutput,
  type VersionedRegisterInput, type VersionedRegisterOutput, unknownOutput,
} from '../src/index.ts'
import { checkWith } from '../src/check.ts'
import { ExactMemo, HashMemo } from '../src/memo.ts'
import { partition } from '../src/partition.ts'
import { Search } from '../src/search.ts'
import { atomicObjects } from './atomic-objects.ts'
import { hasOrder, isLinearizable } from './brute-force.ts'
import { mutatedHistories } from './random-histories.ts'
import { simulatedRegisterHistory } from './simulated-register.ts'

describe('memo', () => {
  it('never makes a wrong verdict of a collision, though collisions make the quick search fail', () => {
    let misled = 0
    for (const object of atomicObjects) {
      for (const hashMask of [0, 1, 5]) {
        fc.assert(fc.property(mutatedHistories(object, 7), (history) => {
          const expected = isLinearizable(history, object.model) ? 'linearizable' : 'illegal'
          const memos = { quick: () => new HashMemo(hashMask), exact: () => new ExactMemo() }
          expect(checkWith(history, object.model, {}, memos).verdict).toBe(expected)
          const quick = partition(history, object.model).map((part) => new Search(object.model, part, new HashMemo(hashMask), Infinity).run().verdict)
          if (expected === 'linearizable' && quick.includes('illegal')) misled++
          // A search that succeeds has found an order, whatever its memo forgot.
          if (expected === 'illegal') expect(quick).toContain('illegal')
        }), { numRuns: 200 })
      }
    }
    expect(misled).toBeGreaterThan(0)
  })

  it('finds the same with hashes and with sets where many operations overlap', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const history = simulatedRegisterHistory({ operations: 300, keys: 1, clients: 8, unknownPercent: 3, seed })
      const broken = new History(history.operations.map((operation, at) =>
        at % 100 === 99 && operation.input.type === 'read' && operation.outcome === 'ok' ? { ...operation, output: 0 } : operation))
      for (const each of [history, broken]) {
        const [part] = partition(each, registerModel())
        const quick = new Search(registerModel(), part!, new HashMemo(), 1_000_000).run()
        expect(new Search(registerModel(), part!, new ExactMemo(), 1_000_000).run()).toEqual(quick)
      }
    }
  })
})

describe('versions that nobody saw', () => {
  it('are judged as by trying every number that they may have been', () => {
    interface Concrete { readonly value: unknown, readonly version: number }
    const versionMax = 13
    const steps = (state: Concrete, input: VersionedRegisterInput, output: VersionedRegisterOutput | UnknownOutput): Concrete[] => {
      const seen = output === unknownOutput ? {} : output
      const isSeen = (version: number): boolean => seen.version === undefined || seen.version === version
      if (input.type === 'get') return (seen.value === undefined || seen.value === state.value) && isSeen(state.version) ? [state] : []
      if (input.type === 'set' && seen.previous !== undefined && seen.previous !== state.value) return []
      const isSet = input.type === 'set' || input.expected === (input.type === 'compareAndSet' ? state.value : state.version)
      if (input.type !== 'set' && isSet !== (seen.isSet ?? isSet)) return []
      if (!isSet) return isSeen(state.version) ? [state] : []
      const versions = Array.from({ length: versionMax - state.version }, (_, above) => state.version + 1 + above)
      return versions.filter(isSeen).map((version) => ({ value: input.value, version }))
    }
    const object = atomicObjects.find(({ model }) => model.name === 'versioned register')!
    const seen = { linearizable: 0, illegal: 0, unknown: 0 }
    fc.assert(fc.property(mutatedHistories(object, 6), (history) => {
      const { verdict } = check(history, object.model)
      seen[verdict]++
      const isLegal = hasOrder<Concrete, unknown, unknown>(history, { value: null, version: 0 }, steps as never)
      expect(verdict, JSON.stringify(history)).toBe(isLegal ? 'linearizable' : 'illegal')
    }), { numRuns: 500 })
    expect(Math.min(seen.linearizable, seen.illegal)).toBeGreaterThan(50)
  })
})

describe('check', () => {
  it('says unknown, and which key, when the limit of steps comes first', () => {
    const history = simulatedRegisterHistory({ operations: 400, keys: 2, clients: 8, unknownPercent: 0, seed: 3 })
    const result = check(history, registerModel(), { stepsMax: 20 })
    expect(result).toMatchObject({ verdict: 'unknown', partitions: 2, operations: 399, undecided: ['key-0', 'key-1'] })
    expect(report(result)).toContain('Not decided within the limit of steps: "key-0", "key-1"')
  })

  it('reports an illegal key even when another one is not decided', () => {
    const { operations } = simulatedRegisterHistory({ operations: 200, keys: 1, clients: 8, unknownPercent: 0, seed: 3 })
    const illegal = { client: 1, key: 'other', input: { type: 'read' as const }, outcome: 'ok' as const, output: 7, call: 0, return: 1 }
    expect(check(new History([...operations, illegal]), registerModel(), { stepsMax: 20 }).failure?.key).toBe('other')
  })

  it('refuses a limit of steps that is no positive number', () => {
    for (const stepsMax of [0, -1, NaN]) expect(() => check(new History([]), registerModel(), { stepsMax })).toThrow(RangeError)
  })

  it('takes operations that touch as concurrent', () => {
    const read = { client: 1, key: 'k', input: { type: 'read' as const }, outcome: 'ok' as const }
    const write = { client: 2, key: 'k', input: { type: 'write' as const, value: 1 }, outcome: 'ok' as const }
    const historyWith = (readAt: number): History<RegisterInput, RegisterOutput> =>
      new History<RegisterInput, RegisterOutput>([{ ...write, call: 0, return: 5 }, { ...read, output: null, call: readAt, return: 6 }])
    expect(check(historyWith(5), registerModel()).verdict).toBe('linearizable')
    expect(check(historyWith(5.5), registerModel()).verdict).toBe('illegal')
  })

  it('judges keys apart, and together where an operation ties them', () => {
    type Transfer = { readonly from?: string, readonly to?: string }
    // Adds 1 to the sum of two accounts, which a single account cannot know.
    const model: Model<number, Transfer, number> = {
      ...counterModel() as unknown as Model<number, Transfer, number>,
      step: (state, _input, output) => output === unknownOutput || output === state + 1 ? state + 1 : undefined,
      isRead: () => false,
      stateAfter: () => undefined,
      describe: () => 'transfer',
      partition: ({ from, to }, key) => from === undefined || to === undefined ? key : [from, to],
    }
    const recorder = new HistoryRecorder<Transfer, number>()
    const run = (key: string, input: Transfer, output: number): void => recorder.invoke('c', key, input).ok(output)
    run('a', {}, 1)
    run('d', {}, 1)
    expect(check(recorder.history(), model)).toMatchObject({ verdict: 'linearizable', partitions: 2 })
    run('a', { from: 'a', to: 'b' }, 2)
    run('b', { from: 'b', to: 'c' }, 3)
    run('c', {}, 4)
    expect(check(recorder.history(), model)).toMatchObject({ verdict: 'linearizable', partitions: 2 })
    run('a', {}, 9)
    expect(check(recorder.history(), model)).toMatchObject({ verdict: 'illegal', failure: { key: 'a, b, c' } })
  })
})
