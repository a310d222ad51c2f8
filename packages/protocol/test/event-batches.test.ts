import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeEvents, decodeSessionEnded, encodeEvents, encodeSessionEnded, type EventsMessage, SessionExpiredError } from '../src/index.ts'

const number = fc.nat({ max: Number.MAX_SAFE_INTEGER })
const message: fc.Arbitrary<EventsMessage> = fc.record({
  session: number, binding: fc.nat({ max: 0xffff_ffff }),
  batches: fc.array(fc.record({ index: number, previousIndex: number, events: fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 4 }) }), { maxLength: 4 }),
})

describe('messages of events', () => {
  it('have their bytes', () => {
    const bytes = encodeEvents({ session: 1, binding: 2, batches: [{ index: 4, previousIndex: 3, events: [Uint8Array.of(7), Uint8Array.of(8, 9)] }, { index: 6, previousIndex: 4, events: [] }] })
    expect(Buffer.from(bytes).toString('hex')).toBe(
      '0100000000000000' + '02000000'
      + '0400000000000000' + '0300000000000000' + '02000000' + '01000000' + '07' + '02000000' + '0809'
      + '0600000000000000' + '0400000000000000' + '00000000',
    )
  })

  it('say what they said', () => {
    fc.assert(fc.property(message, (said) => {
      expect(decodeEvents(encodeEvents(said))).toEqual(said)
    }))
  })

  it('T6: are read, or refused, wherever they are cut', () => {
    fc.assert(fc.property(message, fc.nat(), (said, cut) => {
      const bytes = encodeEvents(said)
      const part = bytes.subarray(0, cut % bytes.length)
      try {
        // Between two batches: then it is a message too.
        expect(encodeEvents(decodeEvents(part))).toEqual(part)
      } catch (error) {
        expect(error).toMatchObject({ code: 'COPYCAT_PROTOCOL' })
      }
    }))
  })
})

describe('the end of a session', () => {
  it('carries the reason', () => {
    const { session, error } = decodeSessionEnded(encodeSessionEnded({ session: 5, error: new SessionExpiredError('ended by an operator') }))
    expect(session).toBe(5)
    expect(error).toMatchObject({ code: 'COPYCAT_SESSION_EXPIRED', message: 'ended by an operator', outcome: 'unknown' })
    expect(() => decodeSessionEnded(new Uint8Array(7))).toThrow(expect.objectContaining({ code: 'COPYCAT_PROTOCOL' }) as Error)
  })
})
