import { Subscribe, Unsubscribe } from '@copycat/core/internal'
import { testStateMachine } from '@copycat/state-machine/conformance'
import { describe, it } from 'vitest'
import * as operations from '../src/map-operations.ts'
import { MapStateMachine } from '../src/map-state-machine.ts'

const whole = { after: 0, through: 0, countMax: 1000 }

testStateMachine({
  test: { describe, it },
  create: () => new MapStateMachine(),
  operation: (random, index) => {
    const [key, value, other] = [random.pick(['a', 'b', 'c']), random.pick(['1', '2']), random.pick(['1', '2'])]
    const retention = { ttl: random.chance(0.2) ? random.integer(500) : 0, isEphemeral: random.chance(0.2) }
    return random.pick([
      new Subscribe(random.integer(2), random.pick(['', 'a'])), new Unsubscribe(random.integer(2)),
      new operations.PutIfVersion(key, random.pick([0, index - 1]), value, retention), new operations.RemoveIfVersion(key, index - 1),
      new operations.Put(key, value, retention), new operations.PutIfAbsent(key, value, retention), new operations.Replace(key, value, retention), new operations.Remove(key),
      new operations.ReplaceValue(key, value, other, retention), new operations.RemoveValue(key, value), new operations.PutAll([key, value, other, value], retention),
      new operations.Clear(), new operations.RemoveKey(key), new operations.Get(key), new operations.ContainsKey(key), new operations.ContainsValue(value), new operations.GetAll([key, other]),
    ])
  },
  probes: [
    new operations.ReadPage({ ...whole, content: 'entries' }), new operations.ReadPage({ ...whole, content: 'keys' }), new operations.Size(),
    new operations.ReadPage({ ...whole, content: 'versions' }), new operations.ReadChanges('', 1), new operations.ReadChanges('a', 50), new operations.GetVersioned('a'),
  ],
  logs: 8,
})
