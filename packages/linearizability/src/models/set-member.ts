import { unknownOutput } from '../model.ts'
import type { Model, UnknownOutput } from '../model.ts'
import { describeCall, okText } from './text.ts'

/**
 * Operations of one possible member of a set; the key of an operation names set and member.
 *
 * | input | output |
 * |---|---|
 * | `{ type: 'add' }` | whether it was added; `false` when it was there. Absent: not checked |
 * | `{ type: 'remove' }` | whether it was removed; `false` when it was not there. Absent: not checked |
 * | `{ type: 'has' }` | whether it is there |
 */
export interface SetMemberInput {
  readonly type: 'add' | 'remove' | 'has'
}

export type SetMemberOutput = boolean | undefined

/** Whether something is in a set. */
export function setMemberModel(isMember: boolean = false): Model<boolean, SetMemberInput, SetMemberOutput> {
  return {
    name: 'set member',
    init: () => isMember,
    step: stepSetMember,
    key: (state) => state,
    isRead: (input) => input.type === 'has',
    describe: ({ type }, output) => describeCall(type, output, (value) => value === undefined ? okText() : String(value)),
    stateAfter: ({ type }, output) => type !== 'has' ? type === 'add' : output === unknownOutput ? undefined : output,
    overwrites: (input, output) => input.type !== 'has' && (output === unknownOutput || output === undefined),
  }
}

function stepSetMember(state: boolean, { type }: SetMemberInput, output: SetMemberOutput | UnknownOutput): boolean | undefined {
  const isSeen = output !== unknownOutput && output !== undefined
  if (type === 'has') return isSeen && output !== state ? undefined : state
  const next = type === 'add'
  return isSeen && output !== (next !== state) ? undefined : next
}
