import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SerializationError, Serializer } from '../src/index.ts'
import { anyValue } from './arbitrary-values.ts'

class Point {
  x = 1
}

const serializer = new Serializer().register(Point, 1).register(class Named { y = 2 })

/** Reads, and fails on anything but a value or a SerializationError. */
function survives(bytes: Uint8Array): void {
  try {
    serializer.readObject(bytes)
  } catch (error) {
    if (!(error instanceof SerializationError)) throw error
  }
}

function refuses(bytes: Uint8Array): boolean {
  try {
    serializer.readObject(bytes)
    return false
  } catch (error) {
    return error instanceof SerializationError
  }
}

const bytesOf = (...parts: (number | string)[]): Uint8Array =>
  Uint8Array.from(parts.flatMap(part => typeof part === 'number' ? [part] : [...Buffer.from(part, 'latin1')]))

describe('reading hostile bytes', () => {
  it('ends in a value or a SerializationError for random bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 120 }), survives), { numRuns: 15_000 })
  })

  it('ends in a value or a SerializationError for values with bytes changed, cut out and put in', () => {
    const change = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }), fc.constantFrom('set', 'insert', 'delete'))
    fc.assert(fc.property(anyValue, fc.array(change, { minLength: 1, maxLength: 6 }), (value, changes) => {
      const bytes = [...serializer.encode(value)]
      for (const [at, byte, how] of changes) {
        const place = at % (bytes.length + 1)
        bytes.splice(place, how === 'insert' ? 0 : 1, ...(how === 'delete' ? [] : [byte]))
      }
      survives(Uint8Array.from(bytes))
    }), { numRuns: 6000 })
  })

  it('refuses every value that is cut short or followed by a byte', () => {
    fc.assert(fc.property(anyValue, value => {
      const bytes = serializer.encode(value)
      for (let end = 0; end < Math.min(bytes.length, 60); end++) {
        if (!refuses(bytes.subarray(0, end))) throw new Error(`${end} of ${bytes.length} bytes were a value`)
      }
      for (const extra of [0, 0x80, 0xc9]) {
        if (!refuses(Uint8Array.from([...bytes, extra]))) throw new Error(`a value with ${extra} behind it was one`)
      }
    }), { numRuns: 300 })
  })

  it.each<[string, Uint8Array]>([
    ['array', bytesOf(0xdd, 255, 255, 255, 255)], ['map', bytesOf(0xdf, 255, 255, 255, 255)], ['string', bytesOf(0xdb, 255, 255, 255, 255)],
    ['binary', bytesOf(0xc6, 255, 255, 255, 255)], ['extension', bytesOf(0xc9, 255, 255, 255, 255, 0x43)],
    ['Map', bytesOf(0xc7, 9, 0x43, 0x81, 1, 255, 255, 255, 255, 255, 255, 15)], ['short array', bytesOf(0xdc, 255, 255, 0)],
    ['padding', bytesOf(0xc0, 0xc9, 255, 255, 255, 255, 0x50)],
  ])('believes no length that the bytes do not hold: %s', (_name, bytes) => {
    expect(() => serializer.readObject(bytes)).toThrow(SerializationError)
  })

  it.each<[string, Uint8Array]>([
    ['unused token', bytesOf(0xc1)], ['record definition', bytesOf(0xd4, 0x72, 0x40, 0x91, 0xa1, 'a', 1)], ['unknown extension', bytesOf(0xd4, 9, 0)],
    ['fixed extension', bytesOf(0xd6, 0xff, 0, 0, 0, 0)], ['unknown built-in', bytesOf(0xc7, 2, 0x43, 0xff, 1)], ['map with number keys', bytesOf(0x81, 1, 1)],
    ['broken UTF-8', bytesOf(0xa2, 0xc0, 0x80)], ['broken regular expression', bytesOf(0xc7, 5, 0x43, 0x86, 1, 0xa1, '(', 0xa0)],
    ['broken URL', bytesOf(0xc7, 4, 0x43, 0x87, 1, 0xa1, 'x')], ['half an element', bytesOf(0xc7, 3, 0x43, 0x8c, 1, 7)],
    ['error of no class', bytesOf(0xc7, 8, 0x43, 0x85, 1, 0xa1, 'M', 0xa0, 0x80, 0x80)], ['Map with a key twice', bytesOf(0xc7, 7, 0x43, 0x81, 1, 2, 5, 1, 5, 2)],
    ['type with bytes over', bytesOf(0xc7, 5, 0x43, 0x82, 1, 0, 0)], ['number as an id too large', bytesOf(0xc7, 3, 0x43, 0x80, 0x80)],
    ['registered type without fields', bytesOf(0xc7, 2, 0x43, 1, 0xc0)],
  ])('refuses what no writer wrote: %s', (_name, bytes) => {
    expect(() => serializer.readObject(bytes)).toThrow(SerializationError)
  })

  it('refuses nesting that would overflow the stack', () => {
    expect(() => serializer.readObject(new Uint8Array(5_000_000).fill(0x91))).toThrow(/deeper/)
    expect(() => new Serializer({ depthMax: 1000 }).readObject(new Uint8Array(5_000_000).fill(0x91))).toThrow(/deeper/)
  })

  it('pollutes no prototype', () => {
    const bytes = bytesOf(0x81, 0xa9, '__proto__', 0x81, 0xa1, 'p', 1)
    const value = serializer.readObject<object>(bytes)
    expect([Object.keys(value), Object.getPrototypeOf(value), 'p' in {}]).toEqual([['__proto__'], Object.prototype, false])
    const instance = serializer.readObject<Point>(bytesOf(0xc7, bytes.length + 1, 0x43, 1, ...bytes))
    expect([Object.getPrototypeOf(instance), 'p' in instance]).toEqual([Point.prototype, false])
  })

  it('allocates no more than 16 times the bytes and 64 KiB', () => {
    const cases: [string, Uint8Array][] = [['empty objects', bytesOf(0xdd, 0, 1, 0x86, 0xa0, ...new Array<number>(100_000).fill(0x80))],
      ['empty arrays', bytesOf(0xdd, 0, 1, 0x86, 0xa0, ...new Array<number>(100_000).fill(0x90))],
      ['empty binaries', bytesOf(0xdc, 0x27, 0x10, ...new Array<number[]>(10_000).fill([0xc4, 0]).flat())],
      ['empty sets', bytesOf(0xdc, 0x27, 0x10, ...new Array<number[]>(10_000).fill([0xc7, 3, 0x43, 0x82, 1, 0]).flat())]]
    for (const [, bytes] of cases) expect(() => serializer.readObject(bytes)).toThrow(/16 times/)
  })

  it('still reads whatever can be written, however many tiny parts it has', () => {
    for (const part of [{}, [], new Uint8Array(0), new Map(), new Set(), new Error('e'), new Date(0), 1n, '', new Point()]) {
      const value = Array.from({ length: 20_000 }, () => part)
      const bytes = serializer.encode(value)
      expect(serializer.readObject<unknown[]>(bytes).length).toBe(20_000)
      expect(serializer.copy({ inner: new Map([['value', value]]) }).inner.get('value')!.length).toBe(20_000)
    }
  })
})
