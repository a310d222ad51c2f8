import type { Operation } from '../history.ts'
import { unknownOutput } from '../model.ts'
import type { Foreseen, Model, Question, Scalar, Turn, UnknownOutput } from '../model.ts'
import { isEmptyAfter, QueueForesight, type Span } from './queue-foresight.ts'
import { describeCall, okText, scalarText } from './text.ts'

/**
 * Operations of a first-in-first-out queue. Items are never `null`.
 *
 * | input | output |
 * |---|---|
 * | `{ type: 'enqueue', value }` | ignored |
 * | `{ type: 'dequeue' }` | the oldest item, or `null` when there is none |
 * | `{ type: 'peek' }` | the same, and it stays |
 * | `{ type: 'size' }` | the number of items |
 */
export type QueueInput =
  | { readonly type: 'enqueue', readonly value: QueueItem }
  | { readonly type: 'dequeue' }
  | { readonly type: 'peek' }
  | { readonly type: 'size' }

export type QueueOutput = Scalar | undefined

/** What a queue has. */
export type QueueItem = Exclude<Scalar, null>

/** The items, oldest first. */
export type QueueState = readonly QueueItem[]

/**
 * A queue that keeps order and gives each item once. Its work grows with the number of items that are in it at a time, so give
 * a long test a new queue now and then, and each item once: of those it is known beforehand in which order they must have come.
 */
export function queueModel(): Model<QueueState, QueueInput, QueueOutput> {
  return {
    name: 'queue',
    init: () => [],
    step: stepQueue,
    key: (state) => state.map(scalarText).join(' '),
    isRead: (input, output) => input.type === 'peek' || input.type === 'size' || (input.type === 'dequeue' && (output ?? null) === null),
    describe: describeQueue,
    stateAfter: (input, output) => isEmptyAfter(input, output) ? [] : undefined,
    foresee: foreseeQueue,
  }
}

/**
 * Knows from the outputs when each item is taken: one that is taken before another must have come before it. Without this, all orders of items that were put in at
 * once are tried until the first of them is taken out.
 */
function foreseeQueue({ definite, uncertain }: Question<QueueInput, QueueOutput>): Foreseen<QueueState, QueueInput, QueueOutput> {
  const foresight = new QueueForesight(definite, uncertain)
  const { takings, named, anyItem, blindTakes } = foresight
  const takenFrom = (item: QueueItem): number => takings.get(item)?.from ?? (named.has(item) ? -Infinity : foresight.blindFrom)
  const mayStandBehind = (state: QueueState, { to }: Span): boolean =>
    state.every((item) => takenFrom(item) <= to) && state.filter((item) => item === anyItem).length <= blindTakes
  const step: Model<QueueState, QueueInput, QueueOutput>['step'] = (state, input, output) => {
    // What somebody is known to have taken is taken by nobody else.
    if (input.type === 'dequeue' && output === unknownOutput) return state[0] === undefined || takings.has(state[0]) ? undefined : state.slice(1)
    if (input.type !== 'enqueue') return stepQueue(state, input, output)
    const taking = takings.get(input.value)
    if (taking !== undefined && !mayStandBehind(state, taking)) return undefined
    return [...state, named.has(input.value) ? input.value : anyItem]
  }
  const turnOf = ({ input, output, call, return: returned }: Operation<QueueInput, QueueOutput>): Turn | undefined => {
    // It finds nothing: behind all that is taken before, and before all that is taken later.
    if (isEmptyAfter(input, output)) return { from: call, to: returned! }
    if (input.type !== 'enqueue') return undefined
    if (named.has(input.value)) return takings.get(input.value)
    // Behind all that is taken, but for those that takers of unknown outcome may have got.
    return { from: foresight.blindFrom, usualFrom: Infinity, to: Infinity }
  }
  return { model: { ...queueModel(), step }, definite: foresight.definite, uncertain: foresight.uncertain, turnOf, exceptionsMax: blindTakes }
}

function stepQueue(state: QueueState, input: QueueInput, output: QueueOutput | UnknownOutput): QueueState | undefined {
  const isSeen = output !== unknownOutput
  const isOldest = (output ?? null) === (state[0] ?? null)
  switch (input.type) {
    case 'enqueue': return [...state, input.value]
    case 'dequeue': return isSeen && !isOldest ? undefined : state.slice(1)
    case 'peek': return isSeen && !isOldest ? undefined : state
    case 'size': return isSeen && output !== state.length ? undefined : state
  }
}

function describeQueue(input: QueueInput, output: QueueOutput | UnknownOutput): string {
  if (input.type === 'enqueue') return describeCall(`enqueue ${scalarText(input.value)}`, output, okText)
  return describeCall(input.type, output, (seen) => (seen ?? null) === null ? 'empty' : scalarText(seen ?? null))
}
