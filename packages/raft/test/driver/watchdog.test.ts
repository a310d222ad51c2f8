import { describe, expect, it } from 'vitest'
import { Watchdog } from '../../src/driver/watchdog.ts'

/** A watchdog of a server with an election timeout of 400 whose timers fire when the test says so. */
class Bench {
  now = 0
  owed = 0
  isLeading = true
  unfit = 0
  readonly lines: string[] = []
  readonly turns: (() => void)[] = []
  private timer: (() => void) | undefined
  private due = 0
  readonly watchdog: Watchdog

  constructor() {
    const context = {
      monotonic: () => this.now,
      timer: (at: number, callback: () => void) => {
        this.due = at
        this.timer = callback
        return { cancel: () => { this.timer = undefined } }
      },
      nextTurn: (turn: () => void) => void this.turns.push(turn),
    }
    this.watchdog = new Watchdog(context, { warn: (line) => void this.lines.push(line) }, { electionTimeout: 400, heartbeatInterval: 100 }, {
      owedFor: () => this.owed, isLeading: () => this.isLeading, unfit: () => void (this.unfit += 1),
    })
    this.watchdog.start()
  }

  /** The timer fires `late` milliseconds after its time. */
  fire(late: number): void {
    this.now = this.due + late
    this.timer!()
  }
}

describe('Watchdog', () => {
  it('is silent while all is well, and looks again and again', () => {
    const bench = new Bench()
    for (let look = 0; look < 10; look++) bench.fire(5)
    expect([bench.unfit, bench.lines, bench.now]).toEqual([0, [], 10 * 105])
  })

  it('D1: a leader whose disk owes an answer for longer than an election timeout is unfit', () => {
    const bench = new Bench()
    bench.owed = 400
    bench.fire(0)
    expect(bench.unfit).toBe(0)
    bench.owed = 401
    bench.fire(0)
    expect(bench.unfit).toBe(1)
    expect(bench.lines).toEqual(['the disk has owed an answer for 401 ms: this server gives leadership away'])
  })

  it('names a loop that stood still for longer than a heartbeat, with the number', () => {
    const bench = new Bench()
    bench.fire(150.4)
    expect([bench.unfit, bench.lines]).toEqual([0, ['the event loop stood still for 150 ms']])
  })

  it('L16: a leader whose loop stood still for longer than an election timeout is unfit, after it has read its sockets', () => {
    const bench = new Bench()
    bench.fire(3_000)
    expect([bench.unfit, bench.turns.length]).toEqual([0, 1])
    bench.turns[0]!()
    expect(bench.unfit).toBe(1)
    expect(bench.lines.at(-1)).toMatch(/stood still for 3000 ms, longer than an election timeout/)
  })

  it('L16: one that has learnt from its sockets that another leads does nothing', () => {
    const bench = new Bench()
    bench.fire(3_000)
    bench.isLeading = false
    bench.turns[0]!()
    bench.fire(3_000)
    expect([bench.unfit, bench.turns.length]).toEqual([0, 1])
  })
})
