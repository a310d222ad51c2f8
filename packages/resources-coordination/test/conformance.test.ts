import { Subscribe, Unsubscribe } from '@copycat/core/internal'
import { testStateMachine } from '@copycat/state-machine/conformance'
import { installInstruments } from '@copycat/utils/instruments'
import { afterEach, describe, expect, it } from 'vitest'
import { StateMachineTester } from '@copycat/state-machine/testing'
import { Arrive, BarrierState, BarrierStateMachine, HasArrived, LeaveBarrier, SetParties } from '../src/distributed-barrier.ts'
import { AwaitOpen, CountDown, GetCount, IsWaiting, LatchStateMachine, LeaveLatch, TrySetCount } from '../src/distributed-count-down-latch.ts'
import { GroupStateMachine, Join, Leave, Members } from '../src/distributed-group.ts'
import { Publish, TopicStateMachine } from '../src/distributed-topic.ts'
import { Acquire, AddPermits, Holders, IsPending, Permits, Release } from '../src/hold-operations.ts'
import { HoldStateMachine } from '../src/hold-state-machine.ts'

describe('the state machine of holds', () => {
  testStateMachine({
    test: { describe, it },
    create: () => new HoldStateMachine(2),
    operation: (random) => random.pick([
      new Acquire(random.integer(4), 1 + random.integer(2), random.pick([0, -1, -1, 300])), new Acquire(random.integer(4), 1, -1),
      new Release(random.integer(4)), new Release(random.integer(4)), new AddPermits(random.integer(3) - 1, random.chance(0.2)),
    ]),
    probes: [new Permits(), new Holders(), new IsPending(1)],
    logs: 12,
  })
})

describe('the state machine of a topic', () => {
  testStateMachine({
    test: { describe, it }, create: () => new TopicStateMachine(), probes: [], logs: 5,
    operation: (random) => random.pick([
      new Publish(random.pick(['a', 'b'])), new Subscribe(random.integer(2), random.pick(['', 'x'])), new Unsubscribe(random.integer(2)),
    ]),
  })
})

describe('the state machine of a latch', () => {
  testStateMachine({
    test: { describe, it }, create: () => new LatchStateMachine(), probes: [new GetCount(), new IsWaiting(1)], logs: 5,
    operation: (random) => random.pick([
      new TrySetCount(1 + random.integer(3)), new CountDown(), new AwaitOpen(random.integer(3)), new AwaitOpen(random.integer(3)), new LeaveLatch(random.integer(3)),
    ]),
  })
})

describe('the state machine of a barrier', () => {
  testStateMachine({
    test: { describe, it }, create: () => new BarrierStateMachine(), probes: [new BarrierState(), new HasArrived(1)], logs: 5,
    operation: (random) => random.pick([
      new SetParties(2 + random.integer(2)), new Arrive(random.integer(3)), new Arrive(random.integer(3)), new Arrive(random.integer(3)), new LeaveBarrier(random.integer(3)),
    ]),
  })
})

describe('the state machine of a group', () => {
  testStateMachine({
    test: { describe, it }, create: () => new GroupStateMachine(), probes: [new Members()], logs: 5,
    operation: (random) => random.pick([
      new Join(random.integer(3), Uint8Array.of(random.integer(3))), new Leave(random.integer(3)), new Subscribe(random.integer(2), ''), new Unsubscribe(random.integer(2)),
    ]),
  })
})

describe('a request that is repeated', () => {
  afterEach(() => installInstruments(undefined))

  const twice = (): readonly [first: number | undefined, again: number | undefined, holders: number] => {
    const tester = new StateMachineTester(new HoldStateMachine(2))
    const session = tester.register()
    const first = session.submit(new Acquire(1, 1, -1))
    return [first, session.submit(new Acquire(1, 1, -1)), session.submit(new Holders()).length]
  }

  it('Z3: is the same request: who holds already is told so, and waits for nothing', () => {
    const [first, again, holders] = twice()
    expect(again).toBe(first)
    expect(holders).toBe(1)
  })

  it('Z3: is noticed when it is taken for another', () => {
    installInstruments({ mutant: (name) => name === 'Z3', buggify: () => false, cover: () => undefined })
    expect(twice()[2]).toBe(2)
  })
})
