import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hmacSha256, isSameDigest } from '../../src/stream/hmac-sha256.ts'

describe('hmacSha256', () => {
  it('gives the digest of RFC 4231, test case 2', () => {
    const text = (value: string): Uint8Array => new TextEncoder().encode(value)
    expect(Buffer.from(hmacSha256(text('Jefe'), text('what do ya want for nothing?'))).toString('hex'))
      .toBe('5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843')
  })

  it('agrees with node:crypto for keys and texts of any length', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), fc.uint8Array({ maxLength: 400 }), (key, bytes) => {
      expect(Buffer.from(hmacSha256(key, bytes)).equals(createHmac('sha256', key).update(bytes).digest())).toBe(true)
    }))
  })

  it('agrees with node:crypto at every length around a block', () => {
    for (let length = 50; length < 135; length++) {
      const bytes = new Uint8Array(length).fill(length)
      expect(Buffer.from(hmacSha256(bytes, bytes)).equals(createHmac('sha256', bytes).update(bytes).digest())).toBe(true)
    }
  })
})

describe('isSameDigest', () => {
  it('compares every byte, and lengths', () => {
    const digest = new Uint8Array(32).fill(7)
    expect(isSameDigest(digest, digest.slice())).toBe(true)
    for (let at = 0; at < 32; at++) expect(isSameDigest(digest, digest.with(at, 8))).toBe(false)
    expect(isSameDigest(digest, digest.subarray(1))).toBe(false)
  })
})
