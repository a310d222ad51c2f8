import { readFileSync } from 'node:fs'
import type { BufferInput, BufferOutput } from '@copycat/buffer'
import fc from 'fast-check'
import { Packr } from 'msgpackr'
import { describe, expect, it } from 'vitest'
import { Serializer } from '../src/index.ts'
import { plainValue } from './arbitrary-values.ts'

class Point {
  x = 1
  y = 2
}

class Named {
  value = 'v'
}

class Own {
  count = 3
  writeObject(output: BufferOutput): void {
    output.writeUint16(this.count)
  }

  readObject(input: BufferInput): void {
    this.count = input.readUint16()
  }
}

class OrderError extends Error {
  order = 7
}

const create = (): Serializer => new Serializer().register(Point, 1000).register(Named, { name: 'shop.Named' }).register(Own, 5).register(OrderError, 65_535)

/** What stands in the golden file, by the name that it has there. */
const values: Readonly<Record<string, unknown>> = {
  'null': null, 'undefined': undefined, 'false': false, 'true': true, '0': 0, '127': 127, '128': 128, '256': 256, '65536': 65_536, '2^32': 2 ** 32,
  '-1': -1, '-32': -32, '-33': -33, '-129': -129, '-32769': -32_769, '-0': -0, 'NaN': NaN, 'Infinity': Infinity, '1.5': 1.5, '1n': 1n, '-1n': -1n, '2n^64 - 1n': 2n ** 64n - 1n, '2n^64': 2n ** 64n,
  '-(2n^64)': -(2n ** 64n), 'empty string': '', 'a€': 'a€', '32 x': 'x'.repeat(32), '300 é': 'é'.repeat(300), 'lone surrogate': '\ud800', '[]': [], '[1, [2]]': [1, [2]], 'two holes': new Array(2),
  '{}': {}, '{ a: 1, b: null }': { a: 1, b: null }, '__proto__': JSON.parse('{"__proto__":1}'), 'Uint8Array 1, 2': Uint8Array.of(1, 2), 'Date 1': new Date(1), 'Map': new Map([['a', 1]]), 'Set': new Set([7]),
  '/a/g': /a/g, 'URL a:b': new URL('a:b'), 'ArrayBuffer': Uint8Array.of(5).buffer, 'DataView': new DataView(Uint8Array.of(5).buffer), 'Int8Array -2': Int8Array.of(-2), 'Uint8ClampedArray 2': Uint8ClampedArray.of(2),
  'Int16Array -2': Int16Array.of(-2), 'Uint16Array 2': Uint16Array.of(2), 'Int32Array -2': Int32Array.of(-2), 'Uint32Array 2': Uint32Array.of(2), 'Float32Array 1.5': Float32Array.of(1.5),
  'Float64Array 1.5': Float64Array.of(1.5), 'BigInt64Array -2n': BigInt64Array.of(-2n), 'BigUint64Array 2n': BigUint64Array.of(2n), 'TypeError m': new TypeError('m'),
  'Error with cause and code': Object.assign(new Error('m', { cause: 1 }), { code: 'E' }), 'class with id': new Point(), 'class by name': new Named(), 'class that writes itself': new Own(),
  'error class': new OrderError('m'),
}

const golden = JSON.parse(readFileSync(new URL('golden/values.json', import.meta.url), 'utf8')) as Record<string, string>

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

describe('the format', () => {
  it('is, byte for byte, what other versions wrote', () => {
    const serializer = create()
    expect(Object.fromEntries(Object.entries(values).map(([name, value]) => [name, hex(serializer.encode(value))]))).toEqual(golden)
  })

  it('of other versions is read', () => {
    const serializer = create()
    for (const [name, bytes] of Object.entries(golden)) {
      expect([name, serializer.readObject(Buffer.from(bytes, 'hex'))]).toStrictEqual([name, values[name]])
    }
  })

  it('marks a value in which an object is met twice, and says where it was met first', () => {
    const serializer = new Serializer({ keepReferences: true }).register(Point, 1000)
    const point = new Point()
    const loop: unknown[] = []
    loop.push(loop)
    const far = ['x'.repeat(300), point, point]
    expect([[point, 1], loop, [point, { a: point }]].map(value => hex(serializer.encode(value))))
      .toEqual(['92c90000000943e80782a17801a1790201', 'd4530091d45200', 'd4530092c90000000943e80782a17801a1790281a161d45201'])
    expect(hex(serializer.encode(far)).slice(-8)).toBe('d5520130')
  })

  it('of plain values is the MessagePack that msgpackr writes, and reads what msgpackr writes', () => {
    const serializer = new Serializer()
    const msgpackr = new Packr({ useRecords: false, variableMapSize: true })
    fc.assert(fc.property(plainValue, value => {
      const bytes = serializer.encode(value)
      expect(hex(bytes)).toBe(hex(msgpackr.pack(value)))
      expect(serializer.readObject(msgpackr.pack(value))).toStrictEqual(value)
      expect(serializer.readObject(new Packr({ useRecords: false }).pack(value))).toStrictEqual(value)
    }), { numRuns: 1000 })
  })
})
