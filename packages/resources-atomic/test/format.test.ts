import { readFileSync } from 'node:fs'
import { HeapBuffer } from '@copycat/buffer'
import { Expire, opaqueText, type Retention, Subscribe, Unsubscribe } from '@copycat/core/internal'
import { decodeResult, encodeResult, type Operation, operationTypeOf, readOperation, writeOperation } from '@copycat/protocol'
import { Serializer } from '@copycat/serializer'
import { type StateMachine, StateMachineExecutor } from '@copycat/state-machine'
import { StateMachineTester, type TestSession } from '@copycat/state-machine/testing'
import { describe, expect, it } from 'vitest'
import { IdStateMachine, TakeBlock } from '../src/distributed-id-generator.ts'
import { Add, CompareAndSetLong, GetLong, SetLong } from '../src/long-operations.ts'
import { LongStateMachine } from '../src/long-state-machine.ts'
import { CompareAndSet, Get, GetAndSet, GetVersioned, Set as SetValue, SetIfVersion } from '../src/value-operations.ts'
import { ValueStateMachine } from '../src/value-state-machine.ts'

interface Golden {
  readonly operations: Readonly<Record<string, string>>
  readonly results: Readonly<Record<string, string | null>>
  readonly snapshots: Readonly<Record<string, readonly string[]>>
}

/** What other versions wrote: each in hexadecimal digits, by the name that it has here. */
const golden = JSON.parse(readFileSync(new URL('golden/formats.json', import.meta.url), 'utf8')) as Golden

const serializer = new Serializer()
const none: Retention = { ttl: 0, isEphemeral: false }
const brief: Retention = { ttl: 300, isEphemeral: true }

const operations: Readonly<Record<string, Operation<unknown>>> = {
  'set': new SetValue('v', none), 'set for a while': new SetValue('v\xff', brief), 'getAndSet': new GetAndSet('v', none), 'compareAndSet': new CompareAndSet('e', false, 'v', brief),
  'compareAndSet, of none too': new CompareAndSet('', true, 'v', none), 'setIfVersion': new SetIfVersion(300, 'v', none), 'get': new Get(), 'getVersioned': new GetVersioned(), 'expire': new Expire('k'),
  'subscribe': new Subscribe(3, 'k'), 'unsubscribe': new Unsubscribe(3), 'add': new Add(-1n, true), 'set a long': new SetLong(2n ** 63n - 1n), 'compareAndSet a long': new CompareAndSetLong(1n, 2n), 'get a long': new GetLong(),
  'takeBlock': new TakeBlock(300),
}

const results: Readonly<Record<string, readonly [operation: Operation<unknown>, result: unknown]>> = {
  'set': [operations['set']!, undefined], 'getAndSet': [operations['getAndSet']!, 'v'], 'getAndSet, of none': [operations['getAndSet']!, undefined], 'compareAndSet': [operations['compareAndSet']!, true], 'setIfVersion': [operations['setIfVersion']!, false],
  'get': [operations['get']!, 'v\xff'], 'getVersioned': [operations['getVersioned']!, { version: 300, value: 'v' }], 'getVersioned, of none': [operations['getVersioned']!, undefined], 'add': [operations['add']!, -1n], 'takeBlock': [operations['takeBlock']!, 300],
}

interface Machine {
  readonly create: () => StateMachine
  readonly fill: (tester: StateMachineTester, sessions: readonly [TestSession, TestSession]) => void
}

const machines: Readonly<Record<string, Machine>> = {
  'an atomic value': {
    create: () => new ValueStateMachine(),
    fill: (_, [one, other]) => {
      other.submit(new Subscribe(3, ''))
      one.submit(new SetValue('v\xff', brief))
    },
  },
  'an atomic long': { create: () => new LongStateMachine(), fill: (_, [one]) => one.submit(new SetLong(-(2n ** 63n))) },
  'a generator of ids': { create: () => new IdStateMachine(), fill: (_, [one]) => one.submit(new TakeBlock(300)) },
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
