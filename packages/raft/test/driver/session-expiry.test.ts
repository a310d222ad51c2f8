import type { Context } from '@copycat/utils'
import { describe, expect, it } from 'vitest'
import { type ClosedBlock, OpenBlock } from '../../src/driver/open-block.ts'
import { PendingReads } from '../../src/driver/pending-reads.ts'
import { SessionExpiry } from '../../src/driver/session-expiry.ts'
import { SessionLeases } from '../../src/session/session-leases.ts'
import { SessionRegistry } from '../../src/session/session-registry.ts'

/** The expiry of one session with a time-out of a second; turns and timers come when the test says so. */
class Bench {
  now = 0
  readonly blocks: ClosedBlock[] = []
  readonly applied: (() => void)[] = []
  readonly reads: PendingReads
  readonly leases: SessionLeases
  readonly expiry: SessionExpiry
  private rounds = 0
  private timer: () => void = () => {}
  private turns: (() => void)[] = []

  constructor() {
    const context = {
      monotonic: () => this.now, checksum: () => 0,
      timer: (_at: number, callback: () => void) => {
        this.timer = callback
        return { cancel: () => {} }
      },
      nextTurn: (turn: () => void) => void this.turns.push(turn),
    } as unknown as Context
    const sessions = new SessionRegistry(10, { registered: () => {}, ended: () => {} })
    sessions.apply({ kind: 'register', client: new Uint8Array(16), timeout: 1_000, replaces: 0 }, 7)
    this.leases = new SessionLeases(context)
    this.leases.start(sessions.all())
    this.reads = new PendingReads(context, (request) => {
      this.rounds = request
    })
    const open = new OpenBlock(context, () => 0, (block) => void this.blocks.push(block))
    this.expiry = new SessionExpiry(context, sessions, this.leases, this.reads, open, (_index, applied) => void this.applied.push(applied))
    this.expiry.start()
  }

  /** The leases are looked at, and the turn ends. */
  look(): void {
    this.timer()
    this.endTurn()
  }

  endTurn(): void {
    const turns = this.turns
    this.turns = []
    for (const turn of turns) turn()
  }

  /** A majority has answered. */
  confirm(): void {
    this.reads.ready(this.rounds)
  }
}

describe('SessionExpiry', () => {
  it('ends a session in the turn in which a majority confirms the leader, before anything can come between', () => {
    const bench = new Bench()
    bench.now = 1_300
    bench.look()
    expect(bench.blocks).toEqual([])
    bench.confirm()
    expect(bench.blocks.map(({ kind, count }) => ({ kind, count }))).toEqual([{ kind: 'session', count: 1 }])
    bench.endTurn()
    expect(bench.blocks).toHaveLength(1)
  })

  it('leaves a session alone that was renewed before the majority answered', () => {
    const bench = new Bench()
    bench.now = 1_300
    bench.look()
    bench.leases.renew(7)
    bench.confirm()
    expect(bench.blocks).toEqual([])
  })

  it('has renewals wait for the verdict', () => {
    const bench = new Bench()
    const told: string[] = []
    expect(bench.expiry.whenJudged(7, () => void told.push('too early'))).toBe(false)
    bench.now = 1_300
    bench.look()
    bench.confirm()
    expect(bench.expiry.whenJudged(7, () => void told.push('judged'))).toBe(true)
    bench.blocks[0]!.placed(9)
    expect(told).toEqual([])
    bench.applied[0]!()
    expect(told).toEqual(['judged'])
    expect(bench.expiry.whenJudged(7, () => {})).toBe(false)
  })
})
