import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  isWellFormed, latin1FromBytes, MalformedBytesError, readSafeInteger, readVarint, utf8FromBytes, utf8Length, varintLength, writeLatin1,
  writeSafeInteger, writeUtf8, writeVarint,
} from '../src/index.ts'
import { latin1InChunks, writeLatin1InLoop } from '../src/latin1.ts'
import { isWellFormedInLoop, strictUtf8, utf8LengthInLoop, writeUtf8WithEncoder } from '../src/utf8.ts'

const anyText = fc.string({ unit: 'binary', maxLength: 80 })
const brokenText = fc.array(fc.constantFrom('a', 'é', '€', '\ud800', '\udc00', '\udbff', '\udfff')).map(parts => parts.join(''))
const anyBytes = fc.uint8Array({ maxLength: 80 })

describe('readSafeInteger and writeSafeInteger', () => {
  it('R17: keep every index from 2^15 to 2^53 - 1, one below, at and above each power', () => {
    const view = new DataView(new ArrayBuffer(24))
    for (let power = 15; power <= 53; power++) {
      for (const value of [2 ** power - 1, 2 ** power, 2 ** power + 1].filter(Number.isSafeInteger)) {
        writeSafeInteger(view, 11, value)
        expect(readSafeInteger(view, 11)).toBe(value)
        expect(view.getBigUint64(11, true)).toBe(BigInt(value))
      }
    }
  })

  it('R17: refuse what is not a non-negative safe integer, and a place without room, leaving the bytes alone', () => {
    const view = new DataView(new ArrayBuffer(8))
    for (const value of [-1, 0.5, NaN, Infinity, 2 ** 53]) expect(() => writeSafeInteger(view, 0, value)).toThrow(RangeError)
    expect(() => writeSafeInteger(view, 4, 2 ** 40)).toThrow(RangeError)
    expect(view.getBigUint64(0)).toBe(0n)
    view.setBigUint64(0, 2n ** 53n, true)
    expect(() => readSafeInteger(view, 0)).toThrow(MalformedBytesError)
  })
})

describe('readVarint and writeVarint', () => {
  it('R17: agree on the value and the length at every power of two', () => {
    const bytes = new Uint8Array(16)
    for (let power = 0; power <= 53; power++) {
      for (const value of [2 ** power - 1, 2 ** power, 2 ** power + 1].filter(Number.isSafeInteger)) {
        const length = writeVarint(bytes, 3, value)
        expect(length).toBe(varintLength(value))
        expect(readVarint(bytes, 3, 3 + length)).toBe(value)
        expect(readVarint(bytes, 3, 2 + length)).toBeUndefined()
      }
    }
  })
})

describe('latin1', () => {
  it('gives back any bytes, from and to any place', () => {
    fc.assert(fc.property(anyBytes, fc.nat({ max: 9 }), (bytes, at) => {
      const padded = new Uint8Array(at + bytes.length + 3)
      padded.set(bytes, at)
      const text = latin1FromBytes(padded, at, at + bytes.length)
      expect(text.length).toBe(bytes.length)
      expect(latin1InChunks(padded, at, at + bytes.length)).toBe(text)
      for (const write of [writeLatin1, writeLatin1InLoop]) {
        const copy = new Uint8Array(padded.length)
        write(copy, at, text)
        expect(copy).toEqual(padded)
      }
    }))
  })

  it('takes texts longer than one chunk of the fallback', () => {
    const bytes = Uint8Array.from({ length: 10_000 }, (_, i) => i * 7)
    expect(latin1InChunks(bytes, 0, bytes.length)).toBe(latin1FromBytes(bytes))
  })

  it('refuses ranges outside the bytes', () => {
    const bytes = new Uint8Array(20)
    for (const [start, end] of [[-1, 2], [3, 2], [0, 21], [NaN, 2]] as const) {
      expect(() => latin1FromBytes(bytes, start, end)).toThrow(RangeError)
    }
    expect(() => writeLatin1(bytes, 18, 'abc')).toThrow(RangeError)
    expect(() => writeLatin1(bytes, 1, 'x'.repeat(20))).toThrow(RangeError)
  })
})

describe('utf8', () => {
  it('gives back any text, and writes what TextEncoder writes', () => {
    fc.assert(fc.property(anyText, text => {
      const expected = new TextEncoder().encode(text)
      expect(utf8Length(text)).toBe(expected.length)
      const bytes = new Uint8Array(expected.length + 2)
      expect(writeUtf8(bytes, 1, text)).toBe(expected.length)
      expect(bytes.subarray(1, 1 + expected.length)).toEqual(expected)
      expect(utf8FromBytes(bytes, 1, 1 + expected.length)).toBe(text)
    }))
  })

  it('reads any bytes alike with and without native code: the same text or the same refusal', () => {
    fc.assert(fc.property(anyBytes, bytes => {
      const outcome = (read: () => string): string => {
        try {
          return read()
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedBytesError)
          return 'refused'
        }
      }
      expect(outcome(() => utf8FromBytes(bytes))).toBe(outcome(() => strictUtf8(bytes, 0, bytes.length)))
    }), { numRuns: 1000 })
  })

  it('keeps a replacement character and a byte order mark that were meant', () => {
    const bytes = new TextEncoder().encode('\ufeffa\ufffd')
    expect(utf8FromBytes(bytes)).toBe('\ufeffa\ufffd')
  })

  it('writes nothing where the text does not fit', () => {
    const bytes = new Uint8Array(4)
    expect(() => writeUtf8(bytes, 0, '€€')).toThrow(RangeError)
    expect(() => writeUtf8(bytes, 3, 'é')).toThrow(RangeError)
    expect(bytes).toEqual(new Uint8Array(4))
    expect(writeUtf8(bytes, 1, '€')).toBe(3)
  })

  it('counts and judges broken text as the engine does', () => {
    fc.assert(fc.property(brokenText, text => {
      expect(utf8LengthInLoop(text)).toBe(new TextEncoder().encode(text).length)
      const isKept = new TextDecoder().decode(new TextEncoder().encode(text)) === text
      expect(isWellFormed(text)).toBe(isKept)
      expect(isWellFormedInLoop(text)).toBe(isKept)
    }))
  })
})

describe('utf8 without native code', () => {
  it('reads and writes memory that threads share, which browsers refuse to decode and to encode into', () => {
    fc.assert(fc.property(anyText, text => {
      const bytes = new Uint8Array(new SharedArrayBuffer(400))
      const length = writeUtf8WithEncoder(bytes, 3, text)
      expect(length).toBe(utf8Length(text))
      expect(strictUtf8(bytes, 3, 3 + length)).toBe(text)
    }))
  })

  it('refuses broken bytes in shared memory, and says where', () => {
    const bytes = new Uint8Array(new SharedArrayBuffer(8)).fill(0xff)
    expect(() => strictUtf8(bytes, 2, 5, 102)).toThrow('bytes 102 to 105 are not UTF-8')
  })
})
