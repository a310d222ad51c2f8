import { describe, expect, it } from 'vitest'
import { Latencies } from '../src/load/latencies.ts'

describe('Latencies', () => {
  it('tells a quantile to within 4 %, never better than it was', () => {
    const latencies = new Latencies()
    for (let number = 1; number <= 1000; number++) latencies.add(number / 10)
    for (const [quantile, exact] of [[0.01, 1], [0.5, 50], [0.99, 99], [1, 100]] as const) {
      expect(latencies.quantile(quantile)).toBeGreaterThanOrEqual(exact)
      expect(latencies.quantile(quantile)).toBeLessThan(exact * 1.04)
    }
  })

  it('takes in what is shorter than a microsecond and longer than two minutes', () => {
    const latencies = new Latencies()
    latencies.add(0)
    latencies.add(1e9)
    expect(latencies.count).toBe(2)
    expect(latencies.quantile(0.5)).toBeLessThan(0.002)
    expect(latencies.quantile(1)).toBeGreaterThan(120_000)
  })

  it('says 0 when there is nothing, and after it was cleared', () => {
    const latencies = new Latencies()
    latencies.add(5)
    latencies.clear()
    expect([latencies.count, latencies.quantile(0.5)]).toEqual([0, 0])
  })
})
