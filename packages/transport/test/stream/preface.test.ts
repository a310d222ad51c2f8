import { checksumTable } from '@copycat/utils'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodePreface, negotiateVersion, PrefaceReader, prefaceBytes } from '../../src/stream/preface.ts'
import type { Preface } from '../../src/stream/preface.ts'
import { golden } from '../golden/golden.ts'

const preface: Preface = { versionMin: 1, versionMax: 1, flags: 0, heartbeatInterval: 1000, frameBytesMax: 16 * 1024 * 1024, transportName: 'tcp/1' }
const encoded = encodePreface(preface, checksumTable)

describe('preface', () => {
  it('has the bytes of the golden file, and always will', () => {
    expect(Buffer.from(encoded).toString('hex')).toBe(Buffer.from(golden('preface')).toString('hex'))
  })

  it('is read alike in every chunking', () => {
    for (let size = 1; size <= prefaceBytes; size++) {
      const reader = new PrefaceReader(checksumTable)
      let at = 0
      while (reader.preface() === undefined) at += reader.push(encoded.subarray(at, at + size))
      expect(at).toBe(prefaceBytes)
      expect(reader.preface()).toEqual(preface)
    }
  })

  it('leaves what follows it in the chunk', () => {
    const reader = new PrefaceReader(checksumTable)
    expect(reader.push(new Uint8Array([...encoded, 1, 2, 3]))).toBe(prefaceBytes)
  })

  it('T7: refuses what does not start with the magic at its first wrong byte', () => {
    for (const [text, hint] of [['GET / HTTP/1.1\r\n', 'HTTP'], ['\x16\x03\x01\x02', 'TLS'], ['COPYDOG', 'does not speak'], ['\0', 'does not speak']] as const) {
      expect(() => new PrefaceReader(checksumTable).push(new TextEncoder().encode(text))).toThrow(hint)
    }
  })

  it('T8: refuses every flipped bit', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: prefaceBytes * 8 - 1 }), (bit) => {
      const bytes = encoded.slice()
      bytes[bit >> 3]! ^= 1 << (bit & 7)
      const reader = new PrefaceReader(checksumTable)
      expect(() => {
        reader.push(bytes)
        reader.preface()
      }).toThrow(expect.objectContaining({ code: 'COPYCAT_TRANSPORT_HANDSHAKE' }))
    }))
  })

  it('refuses a transport name that does not fit', () => {
    expect(() => encodePreface({ ...preface, transportName: 'a-name-beyond-16-bytes' }, checksumTable)).toThrow(RangeError)
  })
})

describe('negotiateVersion', () => {
  it('takes the highest common version', () => {
    expect(negotiateVersion({ ...preface, versionMin: 1, versionMax: 3 }, { ...preface, versionMin: 2, versionMax: 5 })).toBe(3)
    expect(negotiateVersion({ ...preface, versionMin: 2, versionMax: 5 }, { ...preface, versionMin: 1, versionMax: 3 })).toBe(3)
  })

  it.each([
    ['no common version', { versionMin: 2, versionMax: 3 }, /1 to 1.*2 to 3/],
    ['another transport', { transportName: 'ws/1' }, /"tcp\/1".*"ws\/1"/],
    ['another way of authentication', { flags: 1 }, /no authentication.*a shared secret/],
  ])('refuses %s and names both sides', (_, difference, message) => {
    expect(() => negotiateVersion(preface, { ...preface, ...difference })).toThrow(message)
    expect(() => negotiateVersion(preface, { ...preface, ...difference })).toThrow(expect.objectContaining({ code: 'COPYCAT_TRANSPORT_HANDSHAKE' }))
  })
})
