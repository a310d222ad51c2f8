import { unknownOutput } from '../model.ts'
import type { Model, UnknownOutput } from '../model.ts'
import { describeCall, okText } from './text.ts'

/**
 * Operations of a counter.
 *
 * | input | output |
 * |---|---|
 * | `{ type: 'get' }` | the value |
 * | `{ type: 'increment' }` | the value afterwards. Absent: not checked |
 * | `{ type: 'add', delta }`; `delta` may be negative | the value afterwards. Absent: not checked |
 */
export type CounterInput =
  | { readonly type: 'get' }
  | { readonly type: 'increment' }
  | { readonly type: 'add', readonly delta: number }

export type CounterOutput = number | undefined

/** A number that is added to. */
export function counterModel(initial: number = 0): Model<number, CounterInput, CounterOutput> {
  return {
    name: 'counter',
    init: () => initial,
    step: stepCounter,
    key: (state) => state,
    isRead: (input) => input.type === 'get',
    describe: (input, output) => describeCall(
      input.type === 'add' ? `add ${input.delta}` : input.type, output, (value) => value === undefined ? okText() : String(value),
    ),
    stateAfter: (_input, output) => output === unknownOutput ? undefined : output,
  }
}

function stepCounter(state: number, input: CounterInput, output: CounterOutput | UnknownOutput): number | undefined {
  const next = input.type === 'get' ? state : state + (input.type === 'add' ? input.delta : 1)
  return output === unknownOutput || output === undefined || output === next ? next : undefined
}
