import { HeapBuffer } from '@copycat/buffer'
import { type Operation, operationTypeOf, Query, writeOperation } from '@copycat/protocol'
import { forGood } from '@copycat/core/internal'
import { Serializer } from '@copycat/serializer'
import { StateMachineExecutor } from '@copycat/state-machine'
import { CopycatError } from '@copycat/utils'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as operations from '../src/map-operations.ts'
import { MapStateMachine } from '../src/map-state-machine.ts'

const serializer = new Serializer()

function bytesOf(operation: Operation<unknown>): Uint8Array {
  const out = HeapBuffer.allocate(64)
  writeOperation(operation, out, serializer)
  return out.flip().readBytes(out.remaining)
}

const text = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes).toString('latin1'))
const list = fc.array(text, { maxLength: 10 })
const retention = fc.record({ ttl: fc.nat(), isEphemeral: fc.boolean() })
const operation: fc.Arbitrary<Operation<unknown>> = fc.oneof(
  fc.tuple(text, text, retention, fc.maxSafeNat()).chain(([key, value, retention, version]) => fc.constantFrom<Operation<unknown>>(
    new operations.Put(key, value, retention), new operations.PutIfAbsent(key, value, retention), new operations.Replace(key, value, retention),
    new operations.RemoveValue(key, value), new operations.ReplaceValue(key, value, key, retention), new operations.Remove(key), new operations.Get(key), new operations.ContainsKey(key),
    new operations.ContainsValue(value), new operations.Clear(), new operations.Size(), new operations.GetVersioned(key),
    new operations.PutIfVersion(key, version, value, retention), new operations.RemoveIfVersion(key, version), new operations.RemoveKey(key),
  )),
  list.map((fields) => new operations.PutAll([...fields, ...fields], forGood)), list.map((keys) => new operations.GetAll(keys)),
  fc.record({
    content: fc.constantFrom('entries' as const, 'keys' as const, 'values' as const), after: fc.nat(), through: fc.nat(), countMax: fc.nat(),
  }).map((request) => new operations.ReadPage(request)),
)

describe('operations of a map', () => {
  it('are read as they were written, wherever they stand', () => {
    fc.assert(fc.property(operation, fc.nat(5), (written, shift) => {
      const type = operationTypeOf(written)
      const bytes = bytesOf(written)
      const shifted = new Uint8Array(bytes.length + shift + 3).fill(0xff)
      shifted.set(bytes, shift)
      const read = type.codec!.read(shifted, shift + 1 + type.operation.length, shift + bytes.length)
      expect(read).toEqual(written)
      expect(read).toBeInstanceOf(written.constructor)
    }))
  })

  it('are the same bytes from keys as bytes and from keys as text', () => {
    fc.assert(fc.property(text, text, (key, value) => {
      const asBytes = new operations.ReplaceValue(Buffer.from(key, 'latin1'), Buffer.from(value, 'latin1'), Buffer.from(key, 'latin1'), forGood)
      expect(bytesOf(asBytes)).toEqual(bytesOf(new operations.ReplaceValue(key, value, key, forGood)))
    }))
  })

  it('are all registered, each under its own name', () => {
    const names = [...new StateMachineExecutor(new MapStateMachine()).operations]
    expect(names.sort()).toEqual([...Object.values(operations).map((type) => type.operation), 'expire', 'subscribe', 'unsubscribe'].sort())
    expect(new Set(names).size).toBe(names.length)
  })

  it('end in a result or in an error that every server comes to, whatever the bytes', () => {
    fc.assert(fc.property(operation, fc.uint8Array({ maxLength: 20 }), fc.nat(300), (written, noise, at) => {
      const type = operationTypeOf(written)
      const bytes = bytesOf(written)
      const fields = 1 + type.operation.length
      bytes.set(noise.subarray(0, Math.max(0, bytes.length - fields - at)), Math.min(bytes.length, fields + at))
      const outcomes = [0, 1].map(() => {
        const executor = new StateMachineExecutor(new MapStateMachine())
        const run = written instanceof Query ? executor.query : executor.command
        try {
          return JSON.stringify(run.call(executor, bytes, 0, bytes.length - 1, { index: 1, time: 1 }, 1))
        } catch (error) {
          if (!CopycatError.is(error)) throw error
          return error.message
        }
      })
      expect(outcomes[0]).toBe(outcomes[1])
    }))
  })
})
