import { describe, expect, it } from 'vitest'
import { ReadRounds } from '../../src/replication/read-rounds.ts'

describe('ReadRounds', () => {
  it('shares the next round among those who come while one is out', () => {
    const reads = new ReadRounds()
    reads.request(1)
    reads.start(5)
    reads.request(2)
    reads.request(3)
    expect(reads).toMatchObject({ round: 1, isOut: true, isWaiting: true })
    reads.confirm()
    expect(reads.takeReady(5)).toBe(1)
    reads.start(6)
    reads.confirm()
    expect(reads.takeReady(5)).toBe(0)
    expect(reads.takeReady(6)).toBe(3)
  })

  it('never uses a round number twice, not after losing leadership either', () => {
    const reads = new ReadRounds()
    reads.request(1)
    reads.start(5)
    reads.clear()
    reads.request(2)
    reads.start(5)
    expect(reads.round).toBe(2)
  })

  it('keeps a bounded number of confirmed rounds, the younger ones sharing the last place', () => {
    const reads = new ReadRounds()
    for (let request = 1; request <= 100; request++) {
      reads.request(request)
      reads.start(request)
      reads.confirm()
    }
    expect(reads.takeReady(63)).toBe(63)
    expect(reads.takeReady(99)).toBe(0)
    expect(reads.takeReady(100)).toBe(100)
  })
})
