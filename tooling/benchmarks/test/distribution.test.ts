import { describe, expect, it } from 'vitest'
import { distributionOf, formatDistribution, medianOf, missesOf, worstOf } from '../src/failover/distribution.ts'
import { distributionPlot } from '../src/failover/distribution-plot.ts'

const limits = { median: 250, worst: 1_500 }

describe('distributionOf', () => {
  it('sorts by length, and tells median and worst', () => {
    const distribution = distributionOf('killed', [300, 20, 1_000, 100], limits)
    expect(distribution.sorted).toEqual([20, 100, 300, 1_000])
    expect([medianOf(distribution), worstOf(distribution)]).toEqual([300, 1_000])
    expect(formatDistribution(distribution)).toEqual(['killed, 4 runs: min 20, median 300 (limit 250), worst 1000 ms (limit 1500)', '  20 100 300 1000'])
  })

  it('refuses an empty one', () => {
    expect(() => distributionOf('killed', [], limits)).toThrow('nothing was measured')
  })
})

describe('missesOf', () => {
  it.each<[readonly number[], readonly string[]]>([
    [[250, 250, 1_500], []],
    [[10, 251, 300], ['killed: median 251 ms, limit 250 ms']],
    [[10, 20, 1_501], ['killed: worst 1501 ms, limit 1500 ms']],
    [[9_000], ['killed: median 9000 ms, limit 250 ms', 'killed: worst 9000 ms, limit 1500 ms']],
  ])('%j: %j', (millis, misses) => {
    expect(missesOf(distributionOf('killed', millis, limits))).toEqual(misses)
  })
})

describe('distributionPlot', () => {
  it('draws a step for each run, both limits, and an axis that has room for all', () => {
    const svg = distributionPlot('a < b', [distributionOf('killed', [500, 100], limits), distributionOf('stopped', [2_000], limits)])
    // 672 pixels for 2000 ms, 272 for all runs.
    expect(svg).toContain('<path d="M64 324 H97.6 V188 H232 V52" fill="none" stroke="#1f6fb2"')
    expect(svg).toContain('<path d="M64 324 H736 V52" fill="none" stroke="#c2571a"')
    expect(svg).toContain('<line x1="148" y1="324" x2="148" y2="188" stroke="#1f6fb2" stroke-dasharray')
    expect(svg).toContain('<line x1="568" y1="324" x2="568" y2="52" stroke="#1f6fb2" stroke-dasharray')
    expect([...svg.matchAll(/text-anchor="middle"[^>]*>(\d+)</g)].map((match) => match[1])).toEqual(['0', '200', '400', '600', '800', '1000', '1200', '1400', '1600', '1800', '2000'])
    expect(svg).toContain('a &#60; b')
  })
})
