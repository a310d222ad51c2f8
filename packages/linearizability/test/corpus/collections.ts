import type { CounterInput, CounterOutput, QueueInput, QueueOutput, SetMemberInput, SetMemberOutput } from '../../src/index.ts'
import { call, done, ok, unknown } from './case.ts'
import type { Case } from './case.ts'

const add: SetMemberInput = { type: 'add' }
const remove: SetMemberInput = { type: 'remove' }
const has: SetMemberInput = { type: 'has' }

/** Something that is not in the set at first. */
export const setMemberCases: readonly Case<SetMemberInput, SetMemberOutput>[] = [
  { claim: 'what was added is there', verdict: 'linearizable', events: [done('a', add, true), done('b', has, true), done('b', add, false)] },
  {
    claim: 'what was removed is still there', verdict: 'illegal', blocked: 'has -> true',
    events: [done('a', add), done('a', remove), done('b', has, true)],
  },
  {
    claim: 'two clients add the same thing', verdict: 'illegal',
    events: [call('a', add), call('b', add), ok('a', true), ok('b', true)],
  },
  {
    claim: 'two clients add the same thing, which somebody removed in between', verdict: 'linearizable',
    events: [call('a', add), call('b', add), call('c', remove), ok('a', true), ok('b', true), ok('c', true)],
  },
  {
    claim: 'a removal of unknown outcome takes effect twice', verdict: 'illegal', blocked: 'has -> false',
    events: [
      done('a', add), call('b', remove), unknown('b'), done('a', has, false), done('a', add, true), done('a', has, false),
    ],
  },
]

const get: CounterInput = { type: 'get' }
const increment: CounterInput = { type: 'increment' }

export const counterCases: readonly Case<CounterInput, CounterOutput>[] = [
  {
    claim: 'increments count up', verdict: 'linearizable',
    events: [done('a', increment, 1), done('b', { type: 'add', delta: -3 }, -2), done('a', get, -2)],
  },
  {
    claim: 'a lost update: two increments return the same number', verdict: 'illegal',
    events: [call('a', increment), call('b', increment), ok('a', 1), ok('b', 1)],
  },
  {
    claim: 'concurrent increments return their numbers in either order', verdict: 'linearizable',
    events: [call('a', increment), call('b', increment), ok('a', 2), ok('b', 1)],
  },
  {
    claim: 'an increment of unknown outcome is counted late', verdict: 'linearizable',
    events: [call('a', increment), unknown('a'), done('b', get, 0), done('b', increment, 2)],
  },
  {
    claim: 'an increment of unknown outcome is counted twice', verdict: 'illegal', blocked: 'get -> 2',
    events: [call('a', increment), unknown('a'), done('b', get, 1), done('b', get, 2)],
  },
  {
    claim: 'a counter goes back', verdict: 'illegal', blocked: 'get -> 1',
    events: [done('a', increment), done('a', increment, 2), done('b', get, 1)],
  },
]

const enqueue = (value: number): QueueInput => ({ type: 'enqueue', value })
const dequeue: QueueInput = { type: 'dequeue' }

export const queueCases: readonly Case<QueueInput, QueueOutput>[] = [
  {
    claim: 'items come in order', verdict: 'linearizable',
    events: [
      done('a', enqueue(1)), done('a', enqueue(2)), done('b', { type: 'size' }, 2), done('b', dequeue, 1), done('c', { type: 'peek' }, 2),
      done('c', dequeue, 2), done('c', dequeue, null),
    ],
  },
  {
    claim: 'an item is delivered twice', verdict: 'illegal',
    events: [done('a', enqueue(1)), call('b', dequeue), call('c', dequeue), ok('b', 1), ok('c', 1)],
  },
  {
    claim: 'items come out of order', verdict: 'illegal', blocked: 'dequeue -> 2',
    events: [done('a', enqueue(1)), done('a', enqueue(2)), done('b', dequeue, 2), done('b', dequeue, 1)],
  },
  {
    claim: 'items enqueued at the same time come in either order', verdict: 'linearizable',
    events: [call('a', enqueue(1)), call('b', enqueue(2)), ok('a'), ok('b'), done('c', dequeue, 2), done('c', dequeue, 1)],
  },
  { claim: 'an item is lost', verdict: 'illegal', blocked: 'dequeue -> empty', events: [done('a', enqueue(1)), done('b', dequeue, null)] },
  {
    claim: 'a delivery of unknown outcome took the item', verdict: 'linearizable',
    events: [done('a', enqueue(1)), done('a', enqueue(2)), call('b', dequeue), unknown('b'), done('c', dequeue, 2), done('c', dequeue, null)],
  },
  {
    claim: 'one delivery of unknown outcome took two items', verdict: 'illegal', blocked: 'dequeue -> empty',
    events: [done('a', enqueue(1)), done('a', enqueue(2)), call('b', dequeue), unknown('b'), done('c', dequeue, null)],
  },
]
