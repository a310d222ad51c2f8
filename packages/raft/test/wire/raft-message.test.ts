import type { RaftMessage } from '@copycat/consensus'
import { describe, expect, it } from 'vitest'
import { decodeRaftMessage, encodeRaftMessage } from '../../src/wire/raft-message.ts'
import { decodeReadIndex, encodeReadIndex } from '../../src/wire/read-index.ts'
import { decodeSettingRecord, encodeSettingRecord } from '../../src/wire/setting-record.ts'

const noChecksum = (): number => 0

/** Type and bytes, as they stand on the wire. */
const golden: readonly (readonly [RaftMessage, number, string])[] = [
  [{ type: 'TimeoutNowRequest', term: 7 }, 71, '0700000000000000'],
  [
    { type: 'RequestVoteRequest', term: 2, lastLogIndex: 3, lastLogTerm: 1 }, 67,
    '0200000000000000' + '0300000000000000' + '0100000000000000' + '0000000000000000',
  ],
  [
    { type: 'RequestVoteRequest', term: 2, lastLogIndex: 3, lastLogTerm: 1, transfer: true }, 67,
    '0200000000000000' + '0300000000000000' + '0100000000000000' + '0100000000000000',
  ],
  [{ type: 'RequestVoteResponse', term: 258, granted: true }, 68, '0201000000000000' + '0100000000000000'],
]

describe('messages between servers', () => {
  it.each(golden)('%o has its bytes, and comes back from them', (message, type, hex) => {
    const encoded = encodeRaftMessage(message)
    expect([encoded.type, Buffer.concat(encoded.parts).toString('hex')]).toEqual([type, hex])
    expect(decodeRaftMessage(type, new Uint8Array(Buffer.from(hex, 'hex')), noChecksum)).toEqual(message)
  })

  it.each(golden)('T6: %o cut short or too long is refused', (_, type, hex) => {
    const bytes = new Uint8Array(Buffer.from(hex, 'hex'))
    for (const wrong of [bytes.subarray(1), new Uint8Array([...bytes, 0]), new Uint8Array(0)]) {
      expect(() => decodeRaftMessage(type, wrong, noChecksum)).toThrow(expect.objectContaining({ code: 'COPYCAT_PROTOCOL' }) as Error)
    }
  })

  it('a read index is 8 bytes', () => {
    expect(Buffer.from(encodeReadIndex(4_294_967_296)).toString('hex')).toBe('0000000001000000')
    expect(decodeReadIndex(encodeReadIndex(4_294_967_296))).toBe(4_294_967_296)
    expect(() => decodeReadIndex(new Uint8Array(7))).toThrow(expect.objectContaining({ code: 'COPYCAT_PROTOCOL' }) as Error)
  })

  it('a switch of leases is 2 bytes, and nothing else is taken for one', () => {
    for (const isOn of [true, false]) {
      expect([...encodeSettingRecord({ kind: 'leases', isOn })]).toEqual([0, Number(isOn)])
      expect(decodeSettingRecord(encodeSettingRecord({ kind: 'leases', isOn }))).toEqual({ kind: 'leases', isOn })
    }
    expect(() => decodeSettingRecord(Uint8Array.of(9, 0))).toThrow('a setting has the unknown kind 9')
  })
})
