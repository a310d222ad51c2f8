import { unknownOutput } from '../model.ts'
import type { Model, Scalar, UnknownOutput } from '../model.ts'
import { describeCall, okText, scalarText } from './text.ts'

/**
 * Operations of a register. `null` stands for no value: deleting is writing `null`, put-if-absent is a compare-and-set that
 * expects it. An output of `undefined` is taken as `null`.
 *
 * | input | output |
 * |---|---|
 * | `{ type: 'read' }` | the value |
 * | `{ type: 'write', value }` | ignored |
 * | `{ type: 'exchange', value }` writes and returns what was there | the value before |
 * | `{ type: 'compareAndSet', expected, value }` | whether it was set |
 */
export type RegisterInput =
  | { readonly type: 'read' }
  | { readonly type: 'write', readonly value: Scalar }
  | { readonly type: 'exchange', readonly value: Scalar }
  | { readonly type: 'compareAndSet', readonly expected: Scalar, readonly value: Scalar }

export type RegisterOutput = Scalar | undefined

/**
 * A value that is read and written. Let every write have a value of its own: it finds more, and it is found faster.
 * @param initial the value before the first write.
 */
export function registerModel(initial: Scalar = null): Model<Scalar, RegisterInput, RegisterOutput> {
  return {
    name: 'register',
    init: () => initial,
    step: stepRegister,
    key: (state) => state,
    isRead: (input, output) => input.type === 'read' || (input.type === 'compareAndSet' && output === false),
    describe: describeRegister,
    stateAfter: registerAfter,
    overwrites: (input, output) => input.type === 'write' || (input.type === 'exchange' && output === unknownOutput),
  }
}

function stepRegister(state: Scalar, input: RegisterInput, output: RegisterOutput | UnknownOutput): Scalar | undefined {
  const isKnown = output !== unknownOutput
  switch (input.type) {
    case 'read': return isKnown && (output ?? null) !== state ? undefined : state
    case 'write': return input.value
    case 'exchange': return isKnown && (output ?? null) !== state ? undefined : input.value
    case 'compareAndSet': {
      const isSet = state === input.expected
      if (isKnown && output !== isSet) return undefined
      // Without effect, one of unknown outcome is left out.
      return isSet ? input.value : isKnown ? state : undefined
    }
  }
}

function registerAfter(input: RegisterInput, output: RegisterOutput | UnknownOutput): Scalar | undefined {
  if (input.type === 'read') return output === unknownOutput ? undefined : output ?? null
  return input.type === 'compareAndSet' && output === false ? undefined : input.value
}

function describeRegister(input: RegisterInput, output: RegisterOutput | UnknownOutput): string {
  const outputText = (value: RegisterOutput): string => value === undefined ? 'nothing' : scalarText(value)
  switch (input.type) {
    case 'read': return describeCall('read', output, outputText)
    case 'write': return describeCall(`write ${scalarText(input.value)}`, output, okText)
    case 'exchange': return describeCall(`exchange ${scalarText(input.value)}`, output, outputText)
    case 'compareAndSet':
      return describeCall(`compareAndSet ${scalarText(input.expected)}, ${scalarText(input.value)}`, output, outputText)
  }
}
