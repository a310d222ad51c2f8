import { testStateMachine } from '@copycat/state-machine/conformance'
import { describe, it } from 'vitest'
import * as operations from '../src/map-operations.ts'
import { MapStateMachine } from '../src/map-state-machine.ts'

const whole = { after: 0, through: 0, countMax: 1000 }

testStateMachine({
  test: { describe, it },
  create: () => new MapStateMachine(),
  operation: (random) => {
    const [key, value, other] = [random.pick(['a', 'b', 'c']), random.pick(['1', '2']), random.pick(['1', '2'])]
    return random.pick([
      new operations.Put(key, value), new operations.PutIfAbsent(key, value), new operations.Replace(key, value), new operations.Remove(key),
      new operations.ReplaceValue(key, value, other), new operations.RemoveValue(key, value), new operations.PutAll([key, value, other, value]),
      new operations.Clear(), new operations.Get(key), new operations.ContainsKey(key), new operations.ContainsValue(value), new operations.GetAll([key, other]),
    ])
  },
  probes: [
    new operations.ReadPage({ ...whole, content: 'entries' }), new operations.ReadPage({ ...whole, content: 'keys' }), new operations.Size(),
  ],
  logs: 20,
})
