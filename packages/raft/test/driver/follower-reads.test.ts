import { type Consistency, encodeQueryFrameHeader } from '@copycat/protocol'
import { describe, expect, it } from 'vitest'
import { FollowerReads } from '../../src/driver/follower-reads.ts'

/** Reads of a follower whose leader answers when the test says so. */
class Bench {
  readonly applier = { lastApplied: 10 }
  isInStep = true
  readonly turns: (() => void)[] = []
  readonly asked: { resolve: (index: number) => void, reject: (error: Error) => void }[] = []
  readonly answers: string[] = []
  readonly reads = new FollowerReads(
    { nextTurn: (turn) => void this.turns.push(turn) },
    { answerAtOnce: () => undefined, isInStep: () => this.isInStep, answer: () => [Uint8Array.of(0, this.applier.lastApplied)] },
    this.applier,
    () => new Promise((resolve, reject) => void this.asked.push({ resolve, reject })),
  )

  ask(name: string, consistency: Consistency = 'LINEARIZABLE'): boolean {
    const header = encodeQueryFrameHeader({ session: 5, index: 0, consistency, maxStaleness: undefined, count: 1 })
    const bytes = new Uint8Array(Buffer.concat([header, Uint8Array.of(0, 0, 0, 0)]))
    return this.reads.receive(bytes, (parts) => void this.answers.push(parts[0]![0] === 0 ? `${name} at ${parts[0]![1]}` : `${name} failed`))
  }

  turn(): void {
    for (const turn of this.turns.splice(0)) turn()
  }

  /** The leader names `index` to whoever asked first. */
  async confirm(index: number): Promise<void> {
    this.asked.shift()!.resolve(index)
    await Promise.resolve()
  }
}

describe('FollowerReads', () => {
  it('asks once for all that comes in a turn, after it has come', async () => {
    const bench = new Bench()
    for (const name of ['a', 'b', 'c']) expect(bench.ask(name)).toBe(true)
    expect(bench.asked).toHaveLength(0)
    bench.turn()
    expect(bench.asked).toHaveLength(1)
    await bench.confirm(10)
    expect(bench.answers).toEqual(['a at 10', 'b at 10', 'c at 10'])
  })

  it('L12: what comes after the question left waits for the next', async () => {
    const bench = new Bench()
    bench.ask('a')
    bench.turn()
    bench.ask('b')
    await bench.confirm(10)
    expect(bench.answers).toEqual(['a at 10'])
    bench.turn()
    await bench.confirm(10)
    expect(bench.answers).toEqual(['a at 10', 'b at 10'])
  })

  it('answers when it has applied what the leader named', async () => {
    const bench = new Bench()
    bench.ask('a')
    bench.turn()
    await bench.confirm(12)
    bench.applier.lastApplied = 11
    bench.reads.applied(11)
    expect(bench.answers).toEqual([])
    bench.applier.lastApplied = 12
    bench.reads.applied(12)
    expect(bench.answers).toEqual(['a at 12'])
  })

  it('hands on what needs a lease, and everything while it is not in step', () => {
    const bench = new Bench()
    expect([bench.ask('a', 'LINEARIZABLE_LEASE'), bench.ask('b', 'SERIALIZABLE')]).toEqual([false, false])
    bench.isInStep = false
    expect(bench.ask('c')).toBe(false)
    expect(bench.turns).toEqual([])
  })

  it('hands on what is more than it keeps', () => {
    const bench = new Bench()
    for (let at = 0; at < 4_096; at++) bench.ask('kept')
    expect(bench.ask('more')).toBe(false)
    bench.reads.failAll()
    expect(bench.ask('again')).toBe(true)
  })

  it('E16: whoever waits is told when the leader does not answer, or changes, once', async () => {
    const bench = new Bench()
    bench.ask('a')
    bench.turn()
    bench.asked.shift()!.reject(new Error('gone'))
    await Promise.resolve()
    await Promise.resolve()
    bench.ask('b')
    bench.turn()
    bench.ask('c')
    bench.reads.failAll()
    await bench.confirm(1)
    bench.turn()
    expect(bench.answers).toEqual(['a failed', 'b failed', 'c failed'])
    expect(bench.asked).toEqual([])
  })
})
