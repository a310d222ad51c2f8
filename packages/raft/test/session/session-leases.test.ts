import { describe, expect, it } from 'vitest'
import { Session } from '../../src/session/session.ts'
import { SessionLeases } from '../../src/session/session-leases.ts'

/** Leases at a time that the test sets. */
function start(...sessions: readonly Session[]): { leases: SessionLeases, at(now: number): SessionLeases } {
  let now = 10_000
  const leases = new SessionLeases({ monotonic: () => now } as ConstructorParameters<typeof SessionLeases>[0])
  leases.start(sessions)
  const at = (millis: number): SessionLeases => {
    now = 10_000 + millis
    return leases
  }
  return { leases, at }
}

describe('SessionLeases', () => {
  it('X5: grant every session a whole time-out from the start, and no more', () => {
    const { at } = start(new Session(1, 'a', 1_000), new Session(2, 'b', 5_000))
    expect(at(1_000).overdue()).toEqual([])
    expect(at(1_200).overdue()).toEqual([1])
    expect(at(5_200).overdue()).toEqual([1, 2])
  })

  it('tell an overdue session again until it is renewed or has ended', () => {
    const { leases, at } = start(new Session(1, 'a', 1_000), new Session(2, 'b', 1_000))
    at(1_200).overdue()
    expect(at(1_300).overdue()).toEqual([1, 2])
    leases.renew(1)
    leases.remove(2)
    expect([leases.isOverdue(1), leases.isOverdue(2)]).toEqual([false, false])
    expect(at(2_200).overdue()).toEqual([])
    expect(at(2_500).overdue()).toEqual([1])
  })

  it('X6: a lease that is renewed now and then never ends, one whose end is logged takes no renewal', () => {
    const { leases, at } = start(new Session(1, 'a', 1_000))
    for (let time = 0; time < 20_000; time += 400) {
      expect(at(time).overdue()).toEqual([])
      leases.renew(1)
    }
    leases.setExpiring(1, true)
    at(30_000).renew(1)
    expect(leases.age(1)).toBeGreaterThan(5_000)
    expect([at(30_100).overdue(), leases.isOverdue(1)]).toEqual([[], false])
    leases.setExpiring(1, false)
    expect(at(31_300).overdue()).toEqual([1])
  })
})
