import { unknownOutput } from '../model.ts'
import type { Model, UnknownOutput } from '../model.ts'
import { assign, exactly, exclude, increasingText, narrowTo, someAbove } from './increasing.ts'
import type { Increasing } from './increasing.ts'
import { describeCall, partsText, scalarText } from './text.ts'

/**
 * Operations of a leader election. An epoch is a whole number that the system gives to each leadership, larger each time.
 * A new leader takes the place of the one before, whether that one has noticed or not.
 *
 * | input | output |
 * |---|---|
 * | `{ type: 'elect', candidate }`: it became the leader | `{ epoch? }` |
 * | `{ type: 'resign', candidate, epoch }` | whether it was the leader in that epoch |
 * | `{ type: 'isLeader', candidate, epoch }` | the same; it stays the leader |
 * | `{ type: 'leader' }` | `{ candidate, epoch? }`, or `null` when there is none |
 */
export type ElectionInput =
  | { readonly type: 'elect', readonly candidate: string }
  | { readonly type: 'resign', readonly candidate: string, readonly epoch: number }
  | { readonly type: 'isLeader', readonly candidate: string, readonly epoch: number }
  | { readonly type: 'leader' }

export type ElectionOutput = { readonly candidate?: string, readonly epoch?: number } | boolean | null

export interface ElectionState {
  /** Undefined while nobody leads. */
  readonly leader: string | undefined
  /** Of the last leadership. */
  readonly epoch: Increasing
}

/** At most one leader in each epoch, and epochs that only grow. */
export function electionModel(): Model<ElectionState, ElectionInput, ElectionOutput> {
  return {
    name: 'election',
    init: () => ({ leader: undefined, epoch: exactly(0) }),
    step: stepElection,
    key: ({ leader, epoch }) => `${leader === undefined ? 'nobody' : scalarText(leader)} ${increasingText(epoch)}`,
    isRead: ({ type }, output) => type === 'isLeader' || type === 'leader' || (type === 'resign' && output === false),
    describe: describeElection,
    stateAfter: electionAfter,
    overwrites: (input) => input.type === 'elect',
  }
}

function stepElection(state: ElectionState, input: ElectionInput, output: ElectionOutput | UnknownOutput): ElectionState | undefined {
  switch (input.type) {
    case 'elect': {
      const seen = epochOf(output)
      const epoch = seen === undefined ? someAbove(state.epoch) : assign(state.epoch, seen)
      return epoch === undefined ? undefined : { leader: input.candidate, epoch }
    }
    case 'isLeader': return output === unknownOutput ? state : checkLeader(state, input, output === true)
    case 'resign': {
      const known = checkLeader(state, input, output !== false)
      return known === undefined || output === false ? known : { leader: undefined, epoch: known.epoch }
    }
    case 'leader': {
      if (output === unknownOutput) return state
      if (output === null) return state.leader === undefined ? state : undefined
      const isSame = typeof output === 'object' && state.leader !== undefined && output.candidate === state.leader
      return isSame ? withEpoch(state, epochOf(output)) : undefined
    }
  }
}

/** What is known when a candidate is, or is not, the leader in an epoch; undefined when that contradicts the state. */
function checkLeader(
  state: ElectionState, { candidate, epoch }: { readonly candidate: string, readonly epoch: number }, isLeader: boolean,
): ElectionState | undefined {
  if (state.leader !== candidate) return isLeader ? undefined : state
  if (isLeader) return withEpoch(state, epoch)
  const other = exclude(state.epoch, epoch)
  return other === undefined ? undefined : { leader: state.leader, epoch: other }
}

function withEpoch(state: ElectionState, seen: number | undefined): ElectionState | undefined {
  const epoch = seen === undefined ? state.epoch : narrowTo(state.epoch, seen)
  return epoch === undefined ? undefined : { leader: state.leader, epoch }
}

function electionAfter(input: ElectionInput, output: ElectionOutput | UnknownOutput): ElectionState | undefined {
  const epoch = epochOf(output)
  if (epoch === undefined || typeof output !== 'object' || output === null) return undefined
  const leader = input.type === 'leader' ? output.candidate : input.type === 'elect' ? input.candidate : undefined
  return leader === undefined ? undefined : { leader, epoch: exactly(epoch) }
}

function epochOf(output: ElectionOutput | UnknownOutput): number | undefined {
  return typeof output === 'object' && output !== null ? output.epoch : undefined
}

function describeElection(input: ElectionInput, output: ElectionOutput | UnknownOutput): string {
  const call = input.type === 'leader' ? 'leader'
    : `${input.type} ${scalarText(input.candidate)}${input.type === 'elect' ? '' : ` in ${input.epoch}`}`
  return describeCall(call, output, (seen) => {
    if (seen === null) return 'nobody'
    if (typeof seen === 'boolean') return String(seen)
    const candidate = seen.candidate === undefined ? undefined : scalarText(seen.candidate)
    return partsText(candidate, seen.epoch === undefined ? undefined : `epoch ${seen.epoch}`)
  })
}
