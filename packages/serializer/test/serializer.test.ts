import { isDeepStrictEqual } from 'node:util'
import { BufferOverflowError, HeapBuffer } from '@copycat/buffer'
import { CopycatError } from '@copycat/utils'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SerializationError, Serializer } from '../src/index.ts'
import { anyValue } from './arbitrary-values.ts'

const circular: unknown[] = []
circular.push([circular])

function nested(depth: number): unknown {
  let value: unknown = 1
  for (let i = 0; i < depth; i++) value = i % 2 === 0 ? [value] : { value }
  return value
}

describe('Serializer', () => {
  it('gives back any nested value', () => {
    const serializer = new Serializer()
    fc.assert(fc.property(anyValue, value => {
      expect(isDeepStrictEqual(serializer.copy(value), value)).toBe(true)
    }), { numRuns: 2000 })
  })

  it('gives the same bytes for the same value, whatever was written before and by whichever serializer', () => {
    const serializer = new Serializer()
    fc.assert(fc.property(anyValue, anyValue, (value, other) => {
      const bytes = new Uint8Array(serializer.encode(value))
      serializer.encode(other)
      expect(isDeepStrictEqual(new Uint8Array(serializer.encode(value)), bytes)).toBe(true)
      expect(isDeepStrictEqual(new Uint8Array(new Serializer().encode(serializer.readObject(bytes))), bytes)).toBe(true)
    }), { numRuns: 500 })
  })

  it('gives back numbers, strings and bytes of every width at its borders', () => {
    const serializer = new Serializer()
    const values: unknown[] = [-0, 0, 0.1, Number.MIN_VALUE, Number.MAX_VALUE, 2n ** 63n, -(2n ** 63n), 2n ** 64n, -(2n ** 63n) - 1n, 2n ** 5000n]
    for (const power of [5, 7, 8, 15, 16, 31, 32, 33, 52, 53]) {
      for (const offset of [-1, 0, 1]) values.push(2 ** power + offset, -(2 ** power) + offset, BigInt(2 ** power) + BigInt(offset))
    }
    for (const length of [0, 1, 10, 11, 15, 16, 31, 32, 63, 64, 85, 86, 127, 128, 255, 256, 4095, 4096, 21_845, 65_535, 65_536, 100_000]) {
      values.push('x'.repeat(length), 'é'.repeat(length), `${'x'.repeat(length)}€`, new Uint8Array(length).fill(7),
        Array.from({ length }, (_, i) => i))
    }
    for (const value of values) expect(isDeepStrictEqual(serializer.copy(value), value)).toBe(true)
  })

  it('keeps the class of built-in values, and the fields of errors', () => {
    const serializer = new Serializer()
    const copy = serializer.copy([new Uint8Array(3), Buffer.from('abc'), new ArrayBuffer(2), new DataView(new ArrayBuffer(3)), new Uint8ClampedArray(1)])
    expect(copy.map(value => value.constructor)).toEqual([Uint8Array, Uint8Array, ArrayBuffer, DataView, Uint8ClampedArray])
    expect(serializer.copy(new Date(NaN)).getTime()).toBe(NaN)
    const error = Object.assign(new RangeError('too far', { cause: new Map([[1, 2]]) }), { code: 'E_FAR' })
    const read = serializer.copy(error)
    expect(read).toBeInstanceOf(RangeError)
    expect([read.message, read.code, read.cause, Object.keys(read)]).toEqual(['too far', 'E_FAR', new Map([[1, 2]]), ['code']])
    const aggregate = serializer.copy(new AggregateError([new Error('a'), 7], 'both'))
    expect([aggregate.constructor, aggregate.message, aggregate.errors]).toEqual([AggregateError, 'both', [new Error('a'), 7]])
    expect(Object.hasOwn(serializer.copy(new Error()), 'message')).toBe(false)
  })

  it('keeps keys that name what objects inherit, and pollutes nothing', () => {
    const serializer = new Serializer()
    const value = JSON.parse('{"__proto__":{"polluted":true},"constructor":1,"toJSON":2,"hasOwnProperty":3}') as object
    const copy = serializer.copy(value)
    expect(Object.keys(copy)).toEqual(['__proto__', 'constructor', 'toJSON', 'hasOwnProperty'])
    expect(Object.getPrototypeOf(copy)).toBe(Object.prototype)
    expect('polluted' in {}).toBe(false)
  })

  it.each<[string, unknown]>([['a function', () => 1], ['a symbol', Symbol('x')], ['a WeakMap', new WeakMap()], ['a Promise', Promise.resolve()],
    ['a boxed number', Object(1)], ['a value that contains itself', circular], ['a getter that throws', { get a() { throw new Error('no') } }],
  ])('refuses %s, at any depth', (_name, value) => {
    const serializer = new Serializer()
    for (const whole of [value, [value], { a: { b: value } }, new Map([[1, value]]), new Map([[value, 1]]), new Set([value])]) {
      expect(() => serializer.encode(whole)).toThrow(SerializationError)
    }
    expect(serializer.copy('still works')).toBe('still works')
  })

  it('takes values as deep as the limit and refuses deeper ones, both ways', () => {
    const shallow = new Serializer({ depthMax: 10 })
    const deep = new Serializer()
    expect(shallow.copy(nested(10))).toEqual(nested(10))
    expect(() => shallow.encode(nested(11))).toThrow(/deeper than 10/)
    expect(() => shallow.readObject(deep.encode(nested(11)))).toThrow(/deeper than 10/)
    expect(deep.copy(nested(100))).toEqual(nested(100))
    expect(() => deep.encode(nested(101))).toThrow(SerializationError)
    expect(() => new Serializer({ depthMax: 0 })).toThrow(CopycatError)
  })

  it('reads a value in the middle of a larger buffer, and keeps nothing of it', () => {
    const serializer = new Serializer()
    fc.assert(fc.property(anyValue, fc.nat({ max: 20 }), (value, at) => {
      const bytes = serializer.encode(value)
      const block = new Uint8Array(at + bytes.length + 9).fill(0xc1)
      block.set(bytes, at)
      const read = serializer.readObject(block, at, at + bytes.length)
      block.fill(0)
      expect(isDeepStrictEqual(read, value)).toBe(true)
    }), { numRuns: 300 })
    expect(() => serializer.readObject(new Uint8Array(3), 2, 1)).toThrow(SerializationError)
    expect(() => serializer.readObject(new Uint8Array(3), 0, 4)).toThrow(SerializationError)
    expect(() => serializer.readObject(new Uint8Array(3), 3)).toThrow(SerializationError)
  })

  it('writes values one behind the other to an output, and reads them one by one', () => {
    const serializer = new Serializer()
    const values = [1, 'two', [3], new Map([[4, 'four']]), Array.from({ length: 20_000 }, () => ({}))]
    const buffer = HeapBuffer.allocate(4)
    for (const value of values) expect(serializer.writeObject(value, buffer)).toBe(buffer)
    buffer.flip()
    for (const value of values) expect(isDeepStrictEqual(serializer.readObject(buffer), value)).toBe(true)
    expect(buffer.remaining).toBe(0)
    expect(() => serializer.readObject(buffer)).toThrow(SerializationError)
  })

  it('moves neither output nor input where it fails', () => {
    const serializer = new Serializer()
    const output = HeapBuffer.allocate(4, 4)
    expect(() => serializer.writeObject('longer than that', output)).toThrow(BufferOverflowError)
    expect(() => serializer.writeObject(() => 1, output)).toThrow(SerializationError)
    const input = HeapBuffer.wrap(Uint8Array.of(0x92, 1))
    expect(() => serializer.readObject(input)).toThrow(SerializationError)
    expect(() => serializer.readObject(HeapBuffer.allocate(8))).toThrow(/flip it/)
    expect([output.position, input.position]).toEqual([0, 0])
  })

  it('never touches bytes that it has handed out', () => {
    const serializer = new Serializer()
    const results = Array.from({ length: 3000 }, (_, i) => serializer.encode([i, 'x'.repeat(i % 50)]))
    serializer.encode('y'.repeat(40_000))
    results.forEach((bytes, i) => expect(serializer.readObject(bytes)).toEqual([i, 'x'.repeat(i % 50)]))
  })
})
