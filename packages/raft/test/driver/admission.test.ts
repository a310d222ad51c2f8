import { describe, expect, it } from 'vitest'
import { Admission } from '../../src/driver/admission.ts'

/** Admission at a time that the test sets. */
class Bench {
  now = 0
  readonly lines: string[] = []
  readonly admission: Admission

  constructor(waitingCommandsMax: number, waitingBytesMax: number) {
    const warn = (line: string): void => void this.lines.push(line)
    this.admission = new Admission({ monotonic: () => this.now }, { warn }, { waitingCommandsMax, waitingBytesMax })
  }

  /** Whether a frame was taken in. */
  offer(session: number, commands: number, bytes: number): boolean {
    try {
      this.admission.check(session, commands, bytes)
    } catch (error) {
      expect(error).toMatchObject({ code: 'COPYCAT_OVERLOADED', outcome: 'not-applied' })
      return false
    }
    this.admission.take(session, commands, bytes)
    return true
  }
}

describe('Admission', () => {
  it('takes in as many commands as may wait, and more as soon as some are applied', () => {
    const bench = new Bench(40, 1_000)
    for (let session = 1; session <= 4; session++) expect(bench.offer(session, 10, 1)).toBe(true)
    expect(bench.offer(5, 1, 1)).toBe(false)
    bench.admission.settled(1, 10, 1)
    expect(bench.offer(5, 10, 1)).toBe(true)
    expect(bench.offer(1, 1, 1)).toBe(false)
  })

  it('takes in as many bytes as may wait', () => {
    const bench = new Bench(1_000, 40)
    for (let session = 1; session <= 4; session++) expect(bench.offer(session, 1, 10)).toBe(true)
    expect(bench.offer(5, 1, 1)).toBe(false)
    bench.admission.settled(3, 1, 10)
    expect(bench.offer(5, 1, 10)).toBe(true)
  })

  it('lets one session take up a quarter, however large its first frame is', () => {
    const bench = new Bench(40, 1_000)
    expect(bench.offer(1, 10, 1)).toBe(true)
    expect(bench.offer(1, 1, 1)).toBe(false)
    bench.admission.settled(1, 10, 1)
    expect(bench.offer(1, 500, 9_000)).toBe(true)
    expect(bench.offer(2, 1, 1)).toBe(false)
  })

  it('says since when it refuses, until it has not for a second, and logs every ten seconds at most', () => {
    const bench = new Bench(1, 1_000)
    expect(bench.admission.refusingSince).toBe(undefined)
    bench.offer(1, 1, 1)
    for (bench.now = 100; bench.now < 5_000; bench.now += 500) expect(bench.offer(2, 1, 1)).toBe(false)
    expect(bench.admission.refusingSince).toBe(100)
    expect(bench.lines).toHaveLength(1)
    bench.now = 6_000
    expect(bench.admission.refusingSince).toBe(undefined)
    bench.now = 20_000
    bench.offer(2, 1, 1)
    expect(bench.admission.refusingSince).toBe(20_000)
    expect(bench.lines).toHaveLength(2)
  })

  it('forgets all at the beginning of a term of office', () => {
    const bench = new Bench(1, 1_000)
    bench.offer(1, 1, 1)
    bench.admission.clear()
    expect(bench.offer(2, 1, 1)).toBe(true)
  })
})
