import { describe, expect, it } from 'vitest'
import { ReadRounds } from '../../src/replication/read-rounds.ts'

describe('ReadRounds', () => {
  it('shares the next round among those who come while one is out', () => {
    const reads = new ReadRounds()
    reads.request(1)
    reads.start(5, 0)
    reads.request(2)
    reads.request(3)
    expect(reads).toMatchObject({ round: 1, isOut: true, isWaiting: true })
    reads.confirm()
    expect(reads.takeReady(5)).toBe(1)
    reads.start(6, 0)
    reads.confirm()
    expect(reads.takeReady(5)).toBe(0)
    expect(reads.takeReady(6)).toBe(3)
  })

  it('never uses a round number twice, not after losing leadership either', () => {
    const reads = new ReadRounds()
    reads.request(1)
    reads.start(5, 0)
    reads.clear()
    reads.request(2)
    reads.start(5, 0)
    expect(reads.round).toBe(2)
  })

  it('keeps a bounded number of confirmed rounds, the younger ones sharing the last place', () => {
    const reads = new ReadRounds()
    for (let request = 1; request <= 100; request++) {
      reads.request(request)
      reads.start(request, 0)
      reads.confirm()
    }
    expect(reads.takeReady(63)).toBe(63)
    expect(reads.takeReady(99)).toBe(0)
    expect(reads.takeReady(100)).toBe(100)
  })

  it('L5: remembers when a round started, and no more of those that are long past', () => {
    const reads = new ReadRounds()
    for (let now = 10; now <= 1_000; now += 10) reads.beat(now)
    expect(reads.round).toBe(100)
    expect([100, 99, 37].map((round) => reads.startedAt(round))).toEqual([1_000, 990, 370])
    expect(reads.startedAt(36)).toBe(-Infinity)
  })

  it('L3: a beat while a round of reads is out does not put the reads off', () => {
    const reads = new ReadRounds()
    reads.request(1)
    reads.start(5, 0)
    reads.beat(100)
    expect(reads).toMatchObject({ outRound: 1, round: 2, isOut: true })
  })
})
