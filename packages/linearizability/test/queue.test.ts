import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { check, History, type Operation, queueModel, type QueueInput, type QueueOutput, report } from '../src/index.ts'
import { isLinearizable } from './brute-force.ts'

interface Drawn {
  readonly isPut: boolean
  /** When it is called, when it takes effect behind that, and when it returns behind that. */
  readonly call: number
  readonly delay: number
  readonly rest: number
  readonly fate: 'ok' | 'lost before' | 'lost after'
}

/** Histories of a queue of which every item is put once. @param span of time in which all calls fall: the shorter, the more overlap. */
function queueHistories(count: number, span: number, lostPercent: number): fc.Arbitrary<History<QueueInput, QueueOutput>> {
  const drawn: fc.Arbitrary<Drawn> = fc.record({
    isPut: fc.integer({ min: 0, max: 9 }).map((digit) => digit < 6),
    call: fc.integer({ min: 0, max: span }), delay: fc.integer({ min: 0, max: 12 }), rest: fc.integer({ min: 0, max: 12 }),
    fate: fc.oneof({ weight: 100 - lostPercent, arbitrary: fc.constant('ok' as const) }, { weight: lostPercent, arbitrary: fc.constantFrom('lost before' as const, 'lost after' as const) }),
  })
  return fc.array(drawn, { minLength: count, maxLength: count }).map((each) => new History(play(each)))
}

function play(each: readonly Drawn[]): Operation<QueueInput, QueueOutput>[] {
  const items: number[] = []
  const outputs = new Map<number, QueueOutput>()
  const order = [...each.keys()].sort((a, b) => each[a]!.call + each[a]!.delay - each[b]!.call - each[b]!.delay)
  for (const at of order) {
    if (each[at]!.fate === 'lost before') continue
    if (each[at]!.isPut) items.push(at)
    else outputs.set(at, items.shift() ?? null)
  }
  return each.map(({ isPut, call, delay, rest, fate }, at) => {
    const open = { client: at, key: 'q', call, input: isPut ? { type: 'enqueue' as const, value: at } : { type: 'dequeue' as const } }
    if (fate !== 'ok') return { ...open, outcome: 'unknown' }
    return { ...open, outcome: 'ok', return: call + delay + rest, ...(isPut ? {} : { output: outputs.get(at)! }) }
  })
}

describe('a queue whose items are put once each', () => {
  it('is judged as by trying every order, also where outputs are exchanged, looked at or lost', () => {
    const seen = { linearizable: 0, illegal: 0, unknown: 0 }
    const changes = fc.array(fc.record({ kind: fc.constantFrom('swap', 'peek', 'empty', 'lose', 'size', 'shrink'), at: fc.nat(), other: fc.nat() }), { maxLength: 3 })
    fc.assert(fc.property(queueHistories(8, 20, 20), changes, ({ operations }, changed) => {
      const history = new History(changed.reduce(withChange, operations))
      const result = check(history, queueModel())
      seen[result.verdict]++
      expect(result.verdict, report(result)).toBe(isLinearizable(history, queueModel()) ? 'linearizable' : 'illegal')
    }), { numRuns: 1_000 })
    expect(seen.linearizable).toBeGreaterThan(100)
    expect(seen.illegal).toBeGreaterThan(100)
  })

  it('is decided in few steps where two dozen operations overlap', () => {
    fc.assert(fc.property(queueHistories(24, 12, 0), (history) => {
      const result = check(history, queueModel(), { stepsMax: 20_000 })
      expect(result.verdict, report(result)).toBe('linearizable')
    }), { numRuns: 100, seed: 1 })
    fc.assert(fc.property(queueHistories(24, 12, 8), (history) => {
      const result = check(history, queueModel(), { stepsMax: 300_000 })
      expect(result.verdict, report(result)).toBe('linearizable')
    }), { numRuns: 100, seed: 1 })
  })

  it('is reported with the times and items that were recorded', () => {
    const operation = (at: number, input: QueueInput, times: readonly [number, number], output?: QueueOutput): Operation<QueueInput, QueueOutput> =>
      ({ client: at, key: 'q', input, outcome: 'ok', call: times[0], return: times[1], ...(output === undefined ? {} : { output }) })
    const result = check(new History([
      operation(1, { type: 'enqueue', value: 1 }, [1, 2]), operation(2, { type: 'enqueue', value: 2 }, [3, 4]), operation(3, { type: 'enqueue', value: 3 }, [3, 5]),
      operation(4, { type: 'dequeue' }, [6, 7], 2),
    ]), queueModel())
    expect(result.failure).toMatchObject({ state: '1 2 3', blocked: { text: 'dequeue -> 2', call: 6, return: 7 } })
  })
})

type Change = { readonly kind: string, readonly at: number, readonly other: number }

function withChange(operations: readonly Operation<QueueInput, QueueOutput>[], { kind, at, other }: Change): readonly Operation<QueueInput, QueueOutput>[] {
  const changed = [...operations]
  const known = [...changed.keys()].filter((each) => changed[each]!.outcome === 'ok' && (kind === 'shrink' || changed[each]!.input.type !== 'enqueue'))
  if (known.length === 0) return changed
  const [first, second] = [known[at % known.length]!, known[other % known.length]!]
  const [operation, partner] = [changed[first]!, changed[second]!]
  if (kind === 'swap') [changed[first], changed[second]] = [{ ...operation, output: partner.output }, { ...partner, output: operation.output }]
  else if (kind === 'peek') changed[first] = { ...operation, input: { type: 'peek' } }
  else if (kind === 'empty') changed[first] = { ...operation, output: null }
  else if (kind === 'size') changed[first] = { ...operation, input: { type: 'size' }, output: other % 4 }
  else if (kind === 'shrink') changed[first] = { ...operation, return: operation.call + other % 3 }
  else {
    const { return: _, output: __, ...open } = operation
    changed[first] = { ...open, outcome: 'unknown' }
  }
  return changed
}
