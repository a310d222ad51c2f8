import { describe, expect, it } from 'vitest'
import { nominal, speedOf } from '../src/calibration/calibration.ts'
import { type Measurement, summarize } from '../src/measurement.ts'
import { rows } from '../src/rows.ts'
import { formatTable } from '../src/table.ts'
import { missesOf, targetOf } from '../src/verdict.ts'

function measured(id: string, median: number, system = 'copycat'): Measurement {
  return { system, row: rows.find((row) => row.id === id)!, min: median, median, max: median, p50: 1, p99: 2, serverCpu: 0.1, clientCpu: 0.1 }
}

describe('speedOf', () => {
  it('is the smaller of both ratios', () => {
    expect(speedOf([{ echo: nominal.echo / 2, disk: nominal.disk }])).toBeCloseTo(0.5)
    expect(speedOf([{ echo: nominal.echo, disk: 4 * nominal.disk }])).toBeCloseTo(0.25)
  })

  it('averages the first and the last calibration', () => {
    expect(speedOf([{ echo: nominal.echo, disk: nominal.disk }, { echo: nominal.echo / 2, disk: nominal.disk }])).toBeCloseTo(0.75)
  })

  it('is never above 1', () => {
    expect(speedOf([{ echo: 3 * nominal.echo, disk: nominal.disk / 3 }])).toBe(1)
  })
})

describe('missesOf', () => {
  it.each([
    ['write-64-leader', 26_999, 1, 1], ['write-64-leader', 27_000, 1, 0], ['write-64-leader', 13_500, 0.5, 0], ['write-64-leader', 13_499, 0.5, 1],
    ['write-512-leader', 64_999, 1, 1], ['read-512-leader', 199_999, 1, 1], ['read-512-leader', 200_000, 1, 0], ['write-1-leader', 1, 1, 0],
  ])('%s at %d with speed %d: %d misses', (id, median, speed, misses) => {
    expect(missesOf('copycat', [measured(id, median)], speed)).toHaveLength(misses)
  })

  it('judges no other system', () => {
    expect(missesOf('copycat', [measured('write-64-leader', 1, 'etcd')], 1)).toEqual([])
  })
})

describe('targetOf', () => {
  it('is a part of the own leader row where that is the target', () => {
    const all = [measured('write-64-leader', 50_000), measured('write-64-leader', 4_000, 'etcd'), measured('write-64-follower', 30_000)]
    expect(targetOf(all[2]!, all)).toBe(40_000)
  })

  it('is unknown when the leader row was not measured', () => {
    const own = measured('write-64-follower', 30_000)
    expect(targetOf(own, [own])).toBeUndefined()
  })
})

describe('summarize', () => {
  it('takes latencies from the median window and CPU from all', () => {
    const window = (operations: number, p50: number): Parameters<typeof summarize>[2][number] => ({ operations, duration: 1000, p50, p99: 2 * p50, cpu: 1, serverCpu: 2 })
    const row = rows[0]!
    expect(summarize('copycat', row, [window(3000, 1), window(1000, 3), window(2000, 2)])).toEqual({
      system: 'copycat', row, min: 1000, median: 2000, max: 3000, p50: 2, p99: 4, serverCpu: 10, clientCpu: 5,
    })
  })
})

describe('formatTable', () => {
  it('sets the target beside the median', () => {
    const lines = formatTable([measured('write-64-leader', 27_000)])
    expect(lines[1]).toMatch(/^copycat write 64 leader .* 27,000 .* 54,000 +50 % +27,000$/)
  })
})
