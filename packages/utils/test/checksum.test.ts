import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checksumTable } from '../src/checksum.ts'

describe('checksumTable', () => {
  it('gives the check value of CRC-32', () => {
    expect(checksumTable(new TextEncoder().encode('123456789'))).toBe(0xcbf43926)
  })

  it('gives the values of zlib, from any seed', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(0xffff_ffff), (bytes, seed) => {
      expect(checksumTable(bytes, seed)).toBe(crc32(bytes, seed))
    }))
  })

  it('can be continued', () => {
    fc.assert(fc.property(fc.uint8Array(), fc.uint8Array(), (first, second) => {
      expect(checksumTable(second, checksumTable(first))).toBe(checksumTable(new Uint8Array([...first, ...second])))
    }))
  })
})
