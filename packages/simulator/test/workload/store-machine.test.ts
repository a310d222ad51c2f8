import { testStateMachine } from '@copycat/state-machine/conformance'
import { describe, it } from 'vitest'
import { StoreMachine } from '../../src/workload/store-machine.ts'
import { Change, Look, type StoreAction } from '../../src/workload/store-operations.ts'

const actions: readonly StoreAction[] = ['put', 'put', 'putFor', 'cas', 'add', 'insert', 'remove', 'push', 'pop', 'lock', 'unlock', 'fail', 'get', 'sum', 'has']
const keys = ['a', 'b']

testStateMachine({
  test: { describe, it },
  create: () => new StoreMachine(),
  operation: (random, index) => {
    const expected = random.integer(random.chance(0.5) ? 3 : 200)
    const input = { action: random.pick(actions), key: random.pick(keys), value: random.integer(3), expected }
    return random.chance(0.2) ? new Look(input) : new Change(input, index, index)
  },
  probes: keys.flatMap((key) => [
    new Look({ action: 'get', key, value: 0, expected: 0 }), new Look({ action: 'sum', key, value: 0, expected: 0 }),
    ...[0, 1, 2].map((value) => new Look({ action: 'has', key, value, expected: 0 })),
  ]),
  logs: 20,
})
