import fc from 'fast-check'
import { History, HistoryRecorder, type Operation, type PendingOperation } from '../src/index.ts'
import type { AtomicObject } from './atomic-objects.ts'

interface Turn {
  readonly client: number
  readonly input: unknown
  /** What becomes of the call that begins with this turn, if one does. */
  readonly fate: 'ok' | 'lost before' | 'lost after' | 'late' | 'failed'
}

/** Histories of clients whose calls each take effect at one moment of their life, or later when their outcome got lost, or not at all. */
export function legalHistories(object: AtomicObject, operationsMax: number): fc.Arbitrary<History> {
  const turn: fc.Arbitrary<Turn> = fc.record({
    client: fc.integer({ min: 0, max: 3 }),
    input: object.inputs,
    fate: fc.oneof(
      { weight: 9, arbitrary: fc.constant('ok' as const) },
      { weight: 4, arbitrary: fc.constantFrom('lost before' as const, 'lost after' as const, 'late' as const, 'failed' as const) },
    ),
  })
  const turns = fc.array(turn, { minLength: operationsMax * 2, maxLength: operationsMax * 4, size: 'max' })
  return turns.map((each) => play(object, each, operationsMax))
}

/** The same with some outputs, calls and outcomes changed, which makes some of them illegal. */
export function mutatedHistories(object: AtomicObject, operationsMax: number): fc.Arbitrary<History> {
  const mutation = fc.record({
    at: fc.nat(), kind: fc.constantFrom('output', 'input', 'earlier', 'later', 'unknown'),
    input: object.inputs, output: object.outputs, shift: fc.nat(9),
  })
  return fc.tuple(legalHistories(object, operationsMax), fc.array(mutation, { minLength: 1, maxLength: 3 })).map(([history, mutations]) => {
    const operations: Operation[] = [...history.operations]
    for (const { at, output, kind, input, shift } of mutations) {
      const index = at % Math.max(operations.length, 1)
      const operation = operations[index]
      if (operation?.outcome !== 'ok') continue
      const { return: returned, output: _, ...open } = operation
      if (kind === 'output') operations[index] = { ...operation, output }
      if (kind === 'input') operations[index] = { ...operation, input, output }
      if (kind === 'earlier') operations[index] = { ...operation, call: operation.call - shift }
      if (kind === 'later') operations[index] = { ...operation, return: returned! + shift }
      if (kind === 'unknown') operations[index] = { ...open, outcome: 'unknown' }
    }
    return new History(operations)
  })
}

function play(object: AtomicObject, turns: readonly Turn[], operationsMax: number): History {
  const recorder = new HistoryRecorder()
  const apply = object.create()
  const calls = new Map<number, { readonly turn: Turn, readonly pending: PendingOperation<unknown>, applied?: { readonly output: unknown } }>()
  const late: Turn[] = []
  for (const turn of turns) {
    const call = calls.get(turn.client)
    if (call === undefined) {
      if (late.length > 1) apply(late.shift()!.input)
      if (recorder.size < operationsMax) calls.set(turn.client, { turn, pending: recorder.invoke(turn.client, 'k', turn.input) })
    } else if (call.applied === undefined && (call.turn.fate === 'ok' || call.turn.fate === 'lost after')) {
      call.applied = { output: apply(call.turn.input) }
    } else {
      calls.delete(turn.client)
      if (call.turn.fate === 'ok') call.pending.ok(call.applied!.output)
      else if (call.turn.fate === 'failed') call.pending.failed()
      else call.pending.unknown()
      if (call.turn.fate === 'late') late.push(call.turn)
    }
  }
  return recorder.history()
}
