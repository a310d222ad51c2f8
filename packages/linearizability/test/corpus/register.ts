import type { RegisterInput, RegisterOutput } from '../../src/index.ts'
import { call, done, failed, ok, unknown } from './case.ts'
import type { Case } from './case.ts'

const read: RegisterInput = { type: 'read' }
const write = (value: number): RegisterInput => ({ type: 'write', value })
const exchange = (value: number): RegisterInput => ({ type: 'exchange', value })
const compareAndSet = (expected: number | null, value: number): RegisterInput => ({ type: 'compareAndSet', expected, value })

/** A register that holds nothing at first. */
export const registerCases: readonly Case<RegisterInput, RegisterOutput>[] = [
  { claim: 'nothing at all happens', verdict: 'linearizable', events: [] },
  { claim: 'a read before any write sees nothing', verdict: 'linearizable', events: [done('a', read, null)] },
  { claim: 'a read after a write sees it', verdict: 'linearizable', events: [done('a', write(1)), done('b', read, 1)] },
  {
    claim: 'a stale read after an acknowledged write', verdict: 'illegal', blocked: 'read -> 1',
    events: [done('a', write(1)), done('a', write(2)), done('b', read, 1)],
  },
  {
    claim: 'a read of nothing after an acknowledged write', verdict: 'illegal', blocked: 'read -> null',
    events: [done('a', write(1)), done('b', read, null)],
  },
  { claim: 'a read of what nobody wrote', verdict: 'illegal', blocked: 'read -> 9', events: [done('a', write(1)), done('b', read, 9)] },
  {
    claim: 'a read that overlaps a write sees the old value', verdict: 'linearizable',
    events: [call('a', write(1)), done('b', read, null), ok('a')],
  },
  {
    claim: 'a read that overlaps a write sees the new value', verdict: 'linearizable',
    events: [call('a', write(1)), done('b', read, 1), ok('a')],
  },
  {
    claim: 'two reads during one write see new, then old', verdict: 'illegal', blocked: 'read -> null',
    events: [call('a', write(1)), done('b', read, 1), done('c', read, null), ok('a')],
  },
  {
    claim: 'two overlapping reads during one write see new and old', verdict: 'linearizable',
    events: [call('a', write(1)), call('b', read), call('c', read), ok('b', 1), ok('c', null), ok('a')],
  },
  {
    claim: 'concurrent writes settle in either order: the first', verdict: 'linearizable',
    events: [call('a', write(1)), call('b', write(2)), ok('a'), ok('b'), done('c', read, 1)],
  },
  {
    claim: 'concurrent writes settle in either order: the second', verdict: 'linearizable',
    events: [call('a', write(1)), call('b', write(2)), ok('a'), ok('b'), done('c', read, 2)],
  },
  {
    claim: 'readers see concurrent writes in opposite orders', verdict: 'illegal',
    events: [
      call('a', write(1)), call('b', write(2)), ok('a'), ok('b'),
      done('c', read, 1), done('d', read, 2),
    ],
  },
  {
    claim: 'writes of different clients take effect against real time', verdict: 'illegal', blocked: 'read -> 1',
    events: [done('a', write(1)), done('b', write(2)), done('c', read, 1), done('c', read, 1)],
  },
  {
    claim: 'a failed write is not seen', verdict: 'linearizable',
    events: [done('a', write(1)), call('b', write(2)), failed('b'), done('a', read, 1)],
  },
  {
    claim: 'a read of a write that definitely failed', verdict: 'illegal', blocked: 'read -> 2',
    events: [done('a', write(1)), call('b', write(2)), failed('b'), done('a', read, 2)],
  },
  {
    claim: 'a write of unknown outcome takes effect late', verdict: 'linearizable',
    events: [done('a', write(1)), call('b', write(2)), unknown('b'), done('a', read, 1), done('a', write(3)), done('a', read, 3), done('a', read, 2)],
  },
  {
    claim: 'a write of unknown outcome never takes effect', verdict: 'linearizable',
    events: [call('b', write(2)), unknown('b'), done('a', write(1)), done('a', read, 1)],
  },
  {
    claim: 'a write of unknown outcome flips back after it was overwritten', verdict: 'illegal', blocked: 'read -> 2',
    events: [
      done('a', write(1)), call('b', write(2)), unknown('b'), done('a', read, 2), done('a', write(3)), done('a', read, 3), done('a', read, 2),
    ],
  },
  {
    claim: 'a write of unknown outcome is seen, forgotten and seen again', verdict: 'illegal',
    events: [done('a', write(1)), call('b', write(2)), unknown('b'), done('a', read, 2), done('a', read, 1), done('a', read, 2)],
  },
  {
    claim: 'a write of unknown outcome is seen before it was called', verdict: 'illegal', blocked: 'read -> 2',
    events: [done('a', read, 2), call('b', write(2)), unknown('b')],
  },
  {
    claim: 'two writes of unknown outcome take effect in the order against their calls', verdict: 'linearizable',
    events: [call('a', write(1)), unknown('a'), call('b', write(2)), unknown('b'), done('c', read, 2), done('c', read, 1)],
  },
  {
    claim: 'an operation still open is of unknown outcome', verdict: 'linearizable',
    events: [call('a', write(1)), done('b', read, null), done('b', read, 1)],
  },
  {
    claim: 'a read of unknown outcome constrains nothing', verdict: 'linearizable',
    events: [done('a', write(1)), call('b', read), unknown('b'), done('a', read, 1)],
  },
  {
    claim: 'a compare-and-set succeeds on the value that is there', verdict: 'linearizable',
    events: [done('a', write(1)), done('b', compareAndSet(1, 2), true), done('a', read, 2)],
  },
  {
    claim: 'two compare-and-sets succeed from the same value', verdict: 'illegal',
    events: [done('a', write(1)), call('b', compareAndSet(1, 2)), call('c', compareAndSet(1, 3)), ok('b', true), ok('c', true)],
  },
  {
    claim: 'of two concurrent compare-and-sets the later one wins', verdict: 'linearizable',
    events: [
      done('a', write(1)), call('b', compareAndSet(1, 2)), call('c', compareAndSet(1, 3)), ok('b', false), ok('c', true), done('a', read, 3),
    ],
  },
  {
    claim: 'a compare-and-set fails although its value is there', verdict: 'illegal', blocked: 'compareAndSet 1, 2 -> false',
    events: [done('a', write(1)), done('b', compareAndSet(1, 2), false)],
  },
  {
    claim: 'a compare-and-set of unknown outcome explains the value of the next', verdict: 'linearizable',
    events: [done('a', write(1)), call('b', compareAndSet(1, 2)), unknown('b'), done('c', compareAndSet(2, 3), true), done('a', read, 3)],
  },
  {
    claim: 'a compare-and-set of unknown outcome cannot have found what was never there', verdict: 'illegal', blocked: 'read -> 2',
    events: [done('a', write(1)), call('b', compareAndSet(7, 2)), unknown('b'), done('a', read, 2)],
  },
  {
    claim: 'put-if-absent succeeds for two clients', verdict: 'illegal',
    events: [call('a', compareAndSet(null, 1)), done('b', compareAndSet(null, 2), true), ok('a', true)],
  },
  {
    claim: 'a lost update: two exchanges return the same value', verdict: 'illegal',
    events: [done('a', write(1)), call('a', exchange(2)), call('b', exchange(3)), ok('a', 1), ok('b', 1)],
  },
  {
    claim: 'exchanges hand the value on', verdict: 'linearizable',
    events: [call('a', exchange(2)), call('b', exchange(3)), ok('a', 3), ok('b', null), done('a', read, 2)],
  },
]
