import { describe, expect, it } from 'vitest'
import { SessionTally } from '../../src/user/session-tally.ts'

/** Three commands of session 5: one was acknowledged, one denied, of one nothing is known. */
function tally(): SessionTally {
  const made = new SessionTally()
  made.command(5).acknowledged += 1
  made.command(5).denied += 1
  made.command(5)
  return made
}

describe('SessionTally', () => {
  it('takes an unknown outcome for either', () => {
    expect(tally().compare(new Map([[5, 1]]))).toBeUndefined()
    expect(tally().compare(new Map([[5, 2], [6, 9]]))).toBeUndefined()
  })

  it('I30: names an acknowledged command without an effect, and more effects than commands', () => {
    expect(tally().compare(new Map())).toMatchObject({ invariant: 'I30', text: expect.stringContaining('only 0 did') })
    expect(tally().compare(new Map([[5, 4]]))).toMatchObject({ invariant: 'I30' })
  })

  it('I41: names a denied command that took effect', () => {
    expect(tally().compare(new Map([[5, 3]]))).toMatchObject({ invariant: 'I41', text: expect.stringContaining('1 of which were said not to be applied') })
  })
})
