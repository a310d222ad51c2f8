import { describe, expect, it } from 'vitest'
import { checkQueryFrame, encodeQueryFrameHeader, type QueryFrame } from '../src/index.ts'

const query = Uint8Array.of(2, 0, 0, 0, 1, 2)

function framed(frame: QueryFrame): Uint8Array {
  return new Uint8Array(Buffer.concat([encodeQueryFrameHeader(frame), ...Array.from({ length: frame.count }, () => query)]))
}

function read(bytes: Uint8Array): QueryFrame {
  return checkQueryFrame(bytes, new DataView(bytes.buffer, bytes.byteOffset, bytes.length))
}

describe('frames of queries', () => {
  it('have their bytes', () => {
    const header = encodeQueryFrameHeader({ session: 1, index: 2, consistency: 'SERIALIZABLE', maxStaleness: 3_000, count: 4 })
    expect(Buffer.from(header).toString('hex')).toBe('0100000000000000' + '0200000000000000' + '02' + 'b80b0000' + '04000000')
  })

  it.each([undefined, 1, 500, 4_294_967_294, Infinity])('keep a bound of staleness of %s', (maxStaleness) => {
    const frame: QueryFrame = { session: 9, index: 4, consistency: 'SERIALIZABLE', maxStaleness, count: 2 }
    expect(read(framed(frame))).toEqual(frame)
  })

  it.each([[0.4, 1], [1.9, 1], [1e12, 4_294_967_294]])('a bound of %s is sent as %s: whole, never none and never endless', (maxStaleness, sent) => {
    expect(read(framed({ session: 9, index: 4, consistency: 'SERIALIZABLE', maxStaleness, count: 1 })).maxStaleness).toBe(sent)
  })

  it('T6: cut short, too long or empty they are refused', () => {
    const bytes = framed({ session: 9, index: 4, consistency: 'LINEARIZABLE', maxStaleness: undefined, count: 2 })
    const wrong = [...Array.from({ length: bytes.length }, (_, length) => bytes.slice(0, length)), new Uint8Array([...bytes, 0])]
    for (const each of wrong) expect(() => read(each)).toThrow(expect.objectContaining({ code: 'COPYCAT_PROTOCOL' }) as Error)
  })
})
