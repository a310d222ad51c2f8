import fc from 'fast-check'
import { Packr } from 'msgpackr'
import { describe, expect, it } from 'vitest'
import { Serializer } from '../src/index.ts'
import { plainValue } from './arbitrary-values.ts'

class Point {
  x = 1
  y = 2
}

const golden: readonly (readonly [unknown, string])[] = [
  [null, 'c0'], [undefined, 'd40000'], [false, 'c2'], [true, 'c3'], [0, '00'], [127, '7f'], [128, 'cc80'], [256, 'cd0100'], [65_536, 'ce00010000'],
  [2 ** 32, 'cb41f0000000000000'], [-1, 'ff'], [-32, 'e0'], [-33, 'd0df'], [-129, 'd1ff7f'], [-32_769, 'd2ffff7fff'], [-0, 'cb8000000000000000'],
  [NaN, 'cb7ff8000000000000'], [1.5, 'cb3ff8000000000000'], [1n, 'd30000000000000001'], [-1n, 'd3ffffffffffffffff'],
  [2n ** 64n - 1n, 'cfffffffffffffffff'], [2n ** 64n, 'c90000000c43830100010000000000000000'],
  ['', 'a0'], ['a€', 'a461e282ac'], ['x'.repeat(32), `d920${'78'.repeat(32)}`], [[], '90'], [[1, [2]], '92019102'], [{}, '80'],
  [{ a: 1, b: null }, '82a16101a162c0'], [Uint8Array.of(1, 2), 'c4020102'], [new Date(1), 'c90000000a4380013ff0000000000000'],
  [new Map([['a', 1]]), 'c90000000643810101a16101'],
  [new Set([7]), 'c9000000044382010107'], [/a/g, 'c900000006438601a161a167'], [new URL('a:b'), 'c900000006438701a3613a62'],
  [Int16Array.of(-2), 'c900000004438c01feff'], [new Array(2), '92d40001d40001'], ['\ud800', 'c900000004438401d800'], [new TypeError('m'), 'c900000010438501a9547970654572726f72a16d8080'], [new Point(), 'c90000000943e80782a17801a17902'],
]

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

describe('the format', () => {
  it('is, byte for byte, what other versions wrote', () => {
    const serializer = new Serializer().register(Point, 1000)
    expect(golden.map(([value]) => hex(serializer.encode(value)))).toEqual(golden.map(([, bytes]) => bytes))
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
