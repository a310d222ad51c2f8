import { checkQueryFrame, type Consistency, decodeResults, encodeQueryFrameHeader, type QueryFrame, SessionExpiredError } from '@copycat/protocol'
import type { CopycatError } from '@copycat/utils'
import { describe, expect, it } from 'vitest'
import { QueryRunner } from '../../src/driver/query-runner.ts'

/** A runner over a state that the test sets, with the frames that it is asked. */
class Bench {
  now = 1_000
  /** Milliseconds that a query takes. */
  cost = 0
  readonly core = { id: 1, leaseUntil: -Infinity, freshAt: -Infinity, commitIndex: 10 }
  readonly applier = { lastApplied: 10, lastTime: 0 }
  readonly sessions = new Set([5])
  readonly told: unknown[] = []
  ran = 0
  readonly runner: QueryRunner

  constructor() {
    const query = (): string => {
      this.ran += 1
      this.now += this.cost
      return 'value'
    }
    const context = { monotonic: () => this.now, channel: () => ({ hasSubscribers: true, publish: (event: unknown) => void this.told.push(event) }) }
    this.runner = new QueryRunner(this.core, { query }, {
      live: (id) => {
        if (this.sessions.has(id)) return { eventIndex: 0 } as never
        throw new SessionExpiredError(`session ${id} has ended`)
      },
    }, this.applier, context, 500)
  }

  ask(consistency: Consistency, rest: Partial<QueryFrame> = {}): readonly Uint8Array[] | undefined {
    const { bytes, frame } = frameOf({ session: 5, index: 10, consistency, maxStaleness: undefined, count: 1, ...rest })
    return this.runner.answerAtOnce(bytes, frame)
  }
}

function frameOf(header: QueryFrame): { bytes: Uint8Array, frame: QueryFrame } {
  const bytes = new Uint8Array(Buffer.concat([encodeQueryFrameHeader(header), Uint8Array.of(1, 0, 0, 0, 7)]))
  return { bytes, frame: checkQueryFrame(bytes, new DataView(bytes.buffer)) }
}

describe('QueryRunner', () => {
  it('answers nothing at once that is to be linearizable, lease or not', () => {
    const bench = new Bench()
    Object.assign(bench.core, { leaseUntil: 9_999, freshAt: 1_000 })
    expect(bench.ask('LINEARIZABLE')).toBeUndefined()
    expect(bench.ran).toBe(0)
  })

  it('answers by the lease while it runs', () => {
    const bench = new Bench()
    bench.core.leaseUntil = 1_001
    expect(bench.ask('LINEARIZABLE_LEASE')).toBeDefined()
    expect(bench.told).toEqual([{ type: 'answered', member: 1, consistency: 'LINEARIZABLE_LEASE', through: 10, maxStaleness: 500 }])
    bench.now = 1_001
    expect(bench.ask('LINEARIZABLE_LEASE')).toBeUndefined()
  })

  it('L4: gives no answer by a lease that has run out while the query ran', () => {
    const bench = new Bench()
    bench.core.leaseUntil = 1_400
    bench.cost = 10_000
    expect(bench.ask('LINEARIZABLE_LEASE')).toBeUndefined()
    expect(bench.ran).toBe(1)
  })

  it('gives no answer by the lease while something that is committed is not applied: a follower may have shown it', () => {
    const bench = new Bench()
    Object.assign(bench.core, { leaseUntil: 2_000, commitIndex: 11 })
    expect(bench.ask('LINEARIZABLE_LEASE')).toBeUndefined()
  })

  it.each([
    ['heard just now', 1_000, undefined, true],
    ['heard an election timeout ago', 500, undefined, true],
    ['heard longer ago', 499, undefined, false],
    ['never heard', -Infinity, undefined, false],
    ['heard within a wider bound', 100, 900, true],
    ['heard before a narrower bound', 899, 100, false],
    ['never heard, where that does not matter', -Infinity, Infinity, true],
  ])('L11: serializable, the leader was %s', (_, freshAt, maxStaleness, isAnswered) => {
    const bench = new Bench()
    bench.core.freshAt = freshAt
    expect(bench.ask('SERIALIZABLE', { maxStaleness }) !== undefined).toBe(isAnswered)
  })

  it('L10: gives no serializable answer that is older than what the client has seen, or than its session', () => {
    const bench = new Bench()
    bench.core.freshAt = 1_000
    expect(bench.ask('SERIALIZABLE', { index: 11 })).toBeUndefined()
    bench.sessions.add(11)
    expect(bench.ask('SERIALIZABLE', { session: 11, index: 0 })).toBeUndefined()
    bench.applier.lastApplied = 11
    expect(bench.ask('SERIALIZABLE', { session: 11, index: 11 })).toBeDefined()
  })

  it('tells how far the state had come, and refuses a session that has ended', () => {
    const bench = new Bench()
    const { bytes, frame } = frameOf({ session: 5, index: 0, consistency: 'LINEARIZABLE', maxStaleness: undefined, count: 1 })
    const values: string[] = []
    const header = decodeResults(new Uint8Array(Buffer.concat(bench.runner.answer(bytes, frame))), 1, {
      value: (_, value) => values.push(Buffer.from(value!).toString()), error: (_, error) => values.push(error.code),
    })
    expect([header.appliedIndex, values]).toEqual([10, ['value']])
    bench.sessions.clear()
    const refusal = new Uint8Array(Buffer.concat(bench.runner.answer(bytes, frame)))
    expect(() => decodeResults(refusal, 1, { value: () => {}, error: () => {} })).toThrow(expect.objectContaining({ code: 'COPYCAT_SESSION_EXPIRED' }) as CopycatError)
  })
})
