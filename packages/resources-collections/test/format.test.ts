import { readFileSync } from 'node:fs'
import { HeapBuffer } from '@copycat/buffer'
import { Expire, opaqueText, type Retention, Subscribe, Unsubscribe } from '@copycat/core/internal'
import { decodeResult, encodeResult, type Operation, operationTypeOf, readOperation, writeOperation } from '@copycat/protocol'
import { Serializer } from '@copycat/serializer'
import { type StateMachine, StateMachineExecutor } from '@copycat/state-machine'
import { StateMachineTester, type TestSession } from '@copycat/state-machine/testing'
import { describe, expect, it } from 'vitest'
import * as map from '../src/map-operations.ts'
import { MapStateMachine } from '../src/map-state-machine.ts'
import { CountOf, PairsOf, ReplaceAllOf } from '../src/multi-map-operations.ts'
import { MultiMapStateMachine } from '../src/multi-map-state-machine.ts'
import { ClearQueue, IsTaking, Offer, Peek, Poll, QueueSize, Settle, Take, TakenSize } from '../src/queue-operations.ts'
import { QueueStateMachine } from '../src/queue-state-machine.ts'

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
  'put': new map.Put('k', 'v\xff', none), 'put for a while': new map.Put('', '', brief), 'putIfAbsent': new map.PutIfAbsent('k', 'v', none), 'replace': new map.Replace('k', 'v', none),
  'replaceValue': new map.ReplaceValue('k', 'e', 'v', brief), 'putIfVersion': new map.PutIfVersion('k', 300, 'v', none), 'removeIfVersion': new map.RemoveIfVersion('k', 300), 'remove': new map.Remove('k'),
  'removeKey': new map.RemoveKey('k'), 'removeValue': new map.RemoveValue('k', 'v'), 'putAll': new map.PutAll(['k', 'v', 'l', ''], brief), 'clear': new map.Clear(), 'get': new map.Get('k'),
  'getVersioned': new map.GetVersioned('k'), 'containsKey': new map.ContainsKey('k'), 'containsValue': new map.ContainsValue('v'), 'size': new map.Size(), 'getAll': new map.GetAll(['k', '']),
  'page': new map.ReadPage({ content: 'versions', after: 1, through: 300, countMax: 1000 }), 'changes': new map.ReadChanges('k', 300), 'expire': new Expire('k'), 'subscribe': new Subscribe(3, 'k'),
  'unsubscribe': new Unsubscribe(3), 'pairsOf': new PairsOf('\x01k'), 'countOf': new CountOf('\x01k'), 'replaceAllOf': new ReplaceAllOf('\x01k', ['\x01kv', '\x01kw'], none), 'offer': new Offer('i\xff'),
  'poll': new Poll(), 'take': new Take(300, true), 'take what is there': new Take(1, false), 'settle': new Settle(300, true), 'isTaking': new IsTaking(300), 'peek': new Peek(), 'size of a queue': new QueueSize(),
  'taken': new TakenSize(), 'clear a queue': new ClearQueue(),
}

const change = ['update', 300, Uint8Array.of(107), Uint8Array.of(118), undefined]

const results: Readonly<Record<string, readonly [operation: Operation<unknown>, result: unknown]>> = {
  'put': [operations['put']!, 'v\xff'], 'put, of none': [operations['put']!, undefined], 'replaceValue': [operations['replaceValue']!, true], 'removeKey': [operations['removeKey']!, false], 'putAll': [operations['putAll']!, undefined], 'size': [operations['size']!, 300],
  'getVersioned': [operations['getVersioned']!, { version: 300, value: 'v' }], 'pairsOf': [operations['pairsOf']!, ['\x01kv', '']], 'countOf': [operations['countOf']!, 2], 'page': [operations['page']!, { through: 300, next: 2, fields: ['k', '', 'v\xff'] }],
  'changes': [operations['changes']!, { through: 301, isComplete: true, changes: [change] }], 'take': [operations['take']!, { number: 300, item: 'i\xff' }], 'take, of none': [operations['take']!, undefined], 'settle': [operations['settle']!, true],
  'poll': [operations['poll']!, 'i'], 'size of a queue': [operations['size of a queue']!, 0],
}

interface Machine {
  readonly create: () => StateMachine
  readonly fill: (tester: StateMachineTester, sessions: readonly [TestSession, TestSession]) => void
}

const machines: Readonly<Record<string, Machine>> = {
  'a map': {
    create: () => new MapStateMachine(),
    fill: (_, [one, other]) => {
      one.submit(new map.Put('a', 'v\xff', none))
      other.submit(new Subscribe(3, 'k'))
      one.submit(new map.Put('k', 'w', brief))
      one.submit(new map.Put('k', 'x', brief))
      one.submit(new map.Remove('a'))
    },
  },
  'a multimap': {
    create: () => new MultiMapStateMachine(),
    fill: (_, [one]) => one.submit(new ReplaceAllOf('\x01k', ['\x01kw', '\x01kv'], none)),
  },
  'a queue': {
    create: () => new QueueStateMachine(),
    fill: (_, [one, other]) => {
      for (const item of ['a', 'b', 'c']) one.submit(new Offer(item))
      other.submit(new Take(2, false))
      one.submit(new Take(1, false))
      one.submit(new Poll())
      other.submit(new Take(3, true))
      one.submit(new Settle(1, true))
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
