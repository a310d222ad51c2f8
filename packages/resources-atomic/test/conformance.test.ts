import { Subscribe, Unsubscribe } from '@copycat/core/internal'
import { testStateMachine } from '@copycat/state-machine/conformance'
import { describe, it } from 'vitest'
import { Add, CompareAndSetLong, GetLong, SetLong } from '../src/long-operations.ts'
import { LongStateMachine } from '../src/long-state-machine.ts'
import { CompareAndSet, Get, GetAndSet, GetVersioned, Set, SetIfVersion } from '../src/value-operations.ts'
import { ValueStateMachine } from '../src/value-state-machine.ts'

describe('the state machine of an atomic value', () => {
  testStateMachine({
    test: { describe, it },
    create: () => new ValueStateMachine(),
    operation: (random, index) => {
      const retention = { ttl: random.chance(0.3) ? random.integer(500) : 0, isEphemeral: random.chance(0.3) }
      const [value, other] = [random.pick(['1', '2']), random.pick(['1', '2'])]
      return random.pick([
        new Set(value, retention), new GetAndSet(value, retention), new CompareAndSet(other, random.chance(0.5), value, retention),
        new SetIfVersion(random.pick([0, index - 1]), value, retention), new Subscribe(random.integer(2), ''), new Unsubscribe(random.integer(2)), new Get(),
      ])
    },
    probes: [new Get(), new GetVersioned()],
    logs: 20,
  })
})

describe('the state machine of an atomic long', () => {
  testStateMachine({
    test: { describe, it },
    create: () => new LongStateMachine(),
    operation: (random) => random.pick([
      new Add(BigInt(random.integer(5) - 2), random.chance(0.5)), new SetLong(BigInt(random.integer(3))), new SetLong(2n ** 63n),
      new CompareAndSetLong(BigInt(random.integer(3)), 1n),
    ]),
    probes: [new GetLong()],
    logs: 10,
  })
})
