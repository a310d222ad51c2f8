import { type History, type Model, type Operation, type UnknownOutput, unknownOutput } from '../src/index.ts'

/**
 * Whether a history on one key is linearizable, by trying every order that real time allows. It shares no code with the search
 * and believes nothing that a model says but `init` and `step`. For small histories.
 */
export function isLinearizable<State, Input, Output>(history: History<Input, Output>, model: Model<State, Input, Output>): boolean {
  return hasOrder(history, model.init(), (state, input, output) => {
    const next = model.step(state, input, output)
    return next === undefined ? [] : [next]
  })
}

/** The same for an object of which an operation can make several states. */
export function hasOrder<State, Input, Output>(
  history: History<Input, Output>, init: State, steps: (state: State, input: Input, output: Output | UnknownOutput) => readonly State[],
): boolean {
  const tryAll = (left: readonly Operation<Input, Output>[], state: State): boolean => {
    const deadline = Math.min(...left.map((operation) => operation.return ?? Infinity))
    if (deadline === Infinity) return true
    return left.some((operation) => {
      if (operation.call > deadline) return false
      const output = operation.outcome === 'ok' ? operation.output as Output : unknownOutput
      return steps(state, operation.input, output).some((next) => tryAll(left.filter((other) => other !== operation), next))
    })
  }
  return tryAll(history.operations.filter(({ outcome }) => outcome !== 'failed'), init)
}
