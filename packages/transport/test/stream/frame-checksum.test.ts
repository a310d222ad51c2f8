import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { frameChecksum } from '../../src/stream/frame-checksum.ts'

describe('frameChecksum', () => {
  it('is CRC-32, wherever the bytes stand, however many they are, and whatever went before', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 600 }), fc.nat(20), fc.nat(600), fc.integer({ min: 0, max: 0xffffffff }), (bytes, start, length, seed) => {
      const from = Math.min(start, bytes.length)
      const to = Math.min(from + length, bytes.length)
      // zlib forgets the seed where there is nothing to sum.
      expect(frameChecksum(crc32, bytes, from, to, seed)).toBe(from === to ? seed : crc32(bytes.subarray(from, to), seed))
    }))
  })

  it('asks the context only where the bytes are many', () => {
    let asked = 0
    const checksum = (): number => ++asked
    frameChecksum(checksum, new Uint8Array(300), 0, 255, 0)
    expect(asked).toBe(0)
    expect(frameChecksum(checksum, new Uint8Array(300), 0, 256, 0)).toBe(1)
  })
})
