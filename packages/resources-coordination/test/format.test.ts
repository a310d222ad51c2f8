import { readFileSync } from 'node:fs'
import { HeapBuffer } from '@copycat/buffer'
import { opaqueText, Subscribe, Unsubscribe } from '@copycat/core/internal'
import { decodeResult, encodeResult, type Operation, operationTypeOf, readOperation, writeOperation } from '@copycat/protocol'
import { Serializer } from '@copycat/serializer'
import { type StateMachine, StateMachineExecutor } from '@copycat/state-machine'
import { StateMachineTester, type TestSession } from '@copycat/state-machine/testing'
import { describe, expect, it } from 'vitest'
import { Arrive, BarrierState, BarrierStateMachine, HasArrived, LeaveBarrier, SetParties } from '../src/distributed-barrier.ts'
import { AwaitOpen, CountDown, GetCount, IsWaiting, LatchStateMachine, LeaveLatch, TrySetCount } from '../src/distributed-count-down-latch.ts'
import { GroupStateMachine, Join, Leave, Members } from '../src/distributed-group.ts'
import { Publish, TopicStateMachine } from '../src/distributed-topic.ts'
import { Acquire, AddPermits, Holders, IsPending, Permits, Release, WaitOver } from '../src/hold-operations.ts'
import { HoldStateMachine } from '../src/hold-state-machine.ts'

interface Golden {
  readonly operations: Readonly<Record<string, string>>
  readonly results: Readonly<Record<string, string | null>>
  readonly snapshots: Readonly<Record<string, readonly string[]>>
}

/** What other versions wrote: each in hexadecimal digits, by the name that it has here. */
const golden = JSON.parse(readFileSync(new URL('golden/formats.json', import.meta.url), 'utf8')) as Golden

const serializer = new Serializer()

const operations: Readonly<Record<string, Operation<unknown>>> = {
  'acquire': new Acquire(300, 1, -1), 'acquire for a while': new Acquire(1, 2 ** 32, 300), 'release': new Release(300), 'waitOver': new WaitOver(300), 'isPending': new IsPending(300), 'permits': new Permits(),
  'holders': new Holders(), 'addPermits': new AddPermits(-2, false), 'publish': new Publish('m\xff'), 'trySetCount': new TrySetCount(300), 'countDown': new CountDown(), 'await': new AwaitOpen(300),
  'leave a latch': new LeaveLatch(300), 'isWaiting': new IsWaiting(300), 'getCount': new GetCount(), 'setParties': new SetParties(3), 'arrive': new Arrive(300), 'leave a barrier': new LeaveBarrier(300),
  'hasArrived': new HasArrived(300), 'state': new BarrierState(), 'join': new Join(300, Uint8Array.of(1, 255)), 'leave': new Leave(300), 'members': new Members(), 'subscribe': new Subscribe(3, 'k'),
  'unsubscribe': new Unsubscribe(3),
}

const results: Readonly<Record<string, readonly [operation: Operation<unknown>, result: unknown]>> = {
  'acquire': [operations['acquire']!, 601], 'acquire, in vain': [operations['acquire']!, undefined], 'release': [operations['release']!, true], 'permits': [operations['permits']!, [3, 1]], 'holders': [operations['holders']!, [[300, 2]]], 'addPermits': [operations['addPermits']!, 3],
  'publish': [operations['publish']!, undefined], 'countDown': [operations['countDown']!, 2], 'arrive': [operations['arrive']!, 1], 'arrive, and wait': [operations['arrive']!, undefined], 'join': [operations['join']!, 300], 'leave': [operations['leave']!, true], 'members': [operations['members']!, [[300, 2, Uint8Array.of(1)]]],
}

interface Machine {
  readonly create: () => StateMachine
  readonly fill: (tester: StateMachineTester, sessions: readonly [TestSession, TestSession]) => void
}

const machines: Readonly<Record<string, Machine>> = {
  'holds': {
    create: () => new HoldStateMachine(2),
    fill: (_, [one, other]) => {
      one.submit(new Acquire(1, 1, -1))
      other.submit(new Acquire(2, 2, 300))
      one.submit(new AddPermits(-1, false))
      one.submit(new Acquire(3, 1, -1))
    },
  },
  'a topic': { create: () => new TopicStateMachine(), fill: (_, [one]) => one.submit(new Subscribe(3, '')) },
  'a latch': {
    create: () => new LatchStateMachine(),
    fill: (_, [one, other]) => {
      one.submit(new TrySetCount(300))
      other.submit(new AwaitOpen(1))
    },
  },
  'a barrier': {
    create: () => new BarrierStateMachine(),
    fill: (_, [one, other]) => {
      one.submit(new SetParties(3))
      other.submit(new Arrive(1))
    },
  },
  'a group': {
    create: () => new GroupStateMachine(),
    fill: (_, [one, other]) => {
      one.submit(new Join(1, Uint8Array.of(1, 255)))
      other.submit(new Subscribe(3, ''))
    },
  },
}

const hex = (bytes: Uint8Array | string): string => Buffer.from(bytes as string, 'latin1').toString('hex')
const unhex = (digits: string): Uint8Array => new Uint8Array(Buffer.from(digits, 'hex'))

function mapped<T, R>(record: Readonly<Record<string, T>>, change: (one: T) => R): Record<string, R> {
  return Object.fromEntries(Object.entries(record).map(([name, one]) => [name, change(one)]))
}

function operationHex(operation: Operation<unknown>): string {
  const out = HeapBuffer.allocate(64)
  writeOperation(operation, out, serializer)
  return hex(out.flip().readBytes(out.remaining))
}

function resultHex([operation, result]: readonly [operation: Operation<unknown>, result: unknown]): string | null {
  const encoded = encodeResult(operationTypeOf(operation), result, serializer)
  return encoded === undefined ? null : hex(encoded)
}

function chunksOf(tester: StateMachineTester): string[] {
  return Array.from(tester.snapshot().chunks, hex)
}

describe('the format', () => {
  it('of operations is, byte for byte, what other versions wrote, and comes back from it', () => {
    expect(mapped(operations, operationHex)).toEqual(golden.operations)
    for (const [name, operation] of Object.entries(operations)) {
      const bytes = unhex(golden.operations[name]!)
      const type = operationTypeOf(operation)
      expect(readOperation(type, bytes, 1 + type.operation.length, bytes.length, serializer), name).toEqual(operation)
    }
  })

  it('of results is, byte for byte, what other versions wrote, and comes back from it', () => {
    expect(mapped(results, resultHex)).toEqual(golden.results)
    for (const [name, [operation, result]] of Object.entries(results)) {
      const digits = golden.results[name]
      expect(text(decodeResult(operationTypeOf(operation), digits === null ? undefined : unhex(digits!), serializer)), name).toEqual(text(result))
    }
  })

  it.each(Object.keys(machines))('of a snapshot of %s is, byte for byte, what other versions wrote, and comes back from it', (name) => {
    const { create, fill } = machines[name]!
    const tester = new StateMachineTester(create())
    fill(tester, [tester.register(), tester.register()])
    expect(chunksOf(tester)).toEqual(golden.snapshots[name])
    const restored = new StateMachineTester(create(), { snapshot: { ...tester.snapshot(), chunks: golden.snapshots[name]!.map(unhex) } })
    expect(chunksOf(restored)).toEqual(golden.snapshots[name])
  })

  it('is pinned for every operation', () => {
    const names = Object.values(machines).flatMap(({ create }) => new StateMachineExecutor(create()).operations)
    const pinned = Object.values(operations).map((operation) => operationTypeOf(operation).operation)
    expect(new Set(pinned)).toEqual(new Set(names))
  })
})

/** Opaques as text, whether they came as text or as bytes. */
function text(value: unknown): unknown {
  if (value instanceof Uint8Array) return opaqueText(value)
  if (Array.isArray(value)) return value.map(text)
  return value !== null && typeof value === 'object' ? mapped(value as Record<string, unknown>, text) : value
}
