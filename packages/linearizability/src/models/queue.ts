import { unknownOutput } from '../model.ts'
import type { Model, Scalar, UnknownOutput } from '../model.ts'
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
  | { readonly type: 'enqueue', readonly value: Exclude<Scalar, null> }
  | { readonly type: 'dequeue' }
  | { readonly type: 'peek' }
  | { readonly type: 'size' }

export type QueueOutput = Scalar | undefined

/** The items, oldest first. */
export type QueueState = readonly Exclude<Scalar, null>[]

/**
 * A queue that keeps order and gives each item once. Its work grows with the number of items that are in it at a time, so give
 * a long test a new queue now and then.
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
  }
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

function isEmptyAfter({ type }: QueueInput, output: QueueOutput | UnknownOutput): boolean {
  return type === 'size' ? output === 0 : type !== 'enqueue' && (output ?? null) === null
}

function describeQueue(input: QueueInput, output: QueueOutput | UnknownOutput): string {
  if (input.type === 'enqueue') return describeCall(`enqueue ${scalarText(input.value)}`, output, okText)
  return describeCall(input.type, output, (seen) => (seen ?? null) === null ? 'empty' : scalarText(seen ?? null))
}
