import { describe, expect, it } from 'vitest'
import { faultClasses, lastingFaultClasses, messageFaultClasses, stagedFaultClasses, streamFaultClasses } from '../../src/faults/fault-classes.ts'
import { drawPlan } from '../../src/faults/fault-plan.ts'
import { profileNames, type RunOptions } from '../../src/faults/run-options.ts'
import { drawOptions } from '../../src/faults/swarm.ts'

const seeds = Array.from({ length: 200 }, (_, at) => at)

function withFaults(options: RunOptions, faults: RunOptions['faults']): RunOptions {
  return { ...options, faults }
}

describe('drawPlan', () => {
  it('draws the same plan from the same options', () => {
    for (const seed of seeds) expect(drawPlan(drawOptions(seed, 'default'))).toEqual(drawPlan(drawOptions(seed, 'default')))
    expect(drawPlan(drawOptions(1, 'default'))).not.toEqual(drawPlan(drawOptions(2, 'default')))
  })

  it('shifts no fault when a class is left out', () => {
    for (const seed of seeds.slice(0, 30)) {
      const options = drawOptions(seed, 'default')
      const whole = drawPlan(options)
      for (const out of options.faults) {
        const rest = drawPlan(withFaults(options, options.faults.filter((fault) => fault !== out)))
        expect(rest).toEqual(whole.filter(({ fault }) => fault !== out))
      }
    }
  })

  it('has each class at least once, in order, in the time of the faults', () => {
    for (const seed of seeds.slice(0, 40)) {
      const options = drawOptions(seed, 'default')
      const plan = drawPlan(options)
      expect(new Set(plan.map(({ fault }) => fault))).toEqual(new Set(options.faults))
      for (const [at, planned] of plan.entries()) {
        expect(planned.at).toBeGreaterThanOrEqual(plan[at - 1]?.at ?? options.calmMillis)
        expect(planned.at).toBeLessThan(options.faultMillis)
        expect(planned.duration).toBeGreaterThanOrEqual(20)
        expect(planned.duration).toBeLessThanOrEqual(5_000)
        expect([planned.strength, planned.target].every((value) => value >= 0 && value < 1_000)).toBe(true)
      }
    }
  })

  it('is empty without faults', () => {
    expect(drawPlan(withFaults(drawOptions(1, 'default'), []))).toEqual([])
  })
})

describe('drawOptions', () => {
  it('draws the same from the same seed and profile, and something else from others', () => {
    for (const profile of profileNames) {
      expect(drawOptions(5, profile)).toEqual(drawOptions(5, profile))
      expect(drawOptions(5, profile)).not.toEqual(drawOptions(6, profile))
    }
  })

  it('gives every class to about a half of the runs that can have it, lasting damage to fewer, and never to others', () => {
    const drawn = seeds.map((seed) => drawOptions(seed, 'default'))
    for (const fault of faultClasses) {
      const possible = drawn.filter(({ depth }) => (depth === 'message' ? !streamFaultClasses.has(fault) : !messageFaultClasses.has(fault)))
      const having = possible.filter(({ faults }) => faults.includes(fault)).length / possible.length
      if (streamFaultClasses.has(fault)) expect(having).toBe(1)
      else if (lastingFaultClasses.has(fault)) expect(Math.abs(having - 0.3), `${fault}: ${having}`).toBeLessThan(0.15)
      else expect(Math.abs(having - 0.5), `${fault}: ${having}`).toBeLessThan(0.15)
      expect(drawn.filter((options) => !possible.includes(options)).every(({ faults }) => !faults.includes(fault))).toBe(true)
    }
  })

  it('never draws what is staged, which a plan has where it is asked for', () => {
    for (const seed of seeds) for (const staged of stagedFaultClasses) expect(drawOptions(seed, 'default').faults).not.toContain(staged)
    const plan = drawPlan({ ...drawOptions(1, 'default'), faults: stagedFaultClasses, rates: {} })
    expect(new Set(plan.map(({ fault }) => fault))).toEqual(new Set(stagedFaultClasses))
  })

  it('keeps heartbeats well below the election timeout, and rates for every class', () => {
    for (const seed of seeds) {
      const { heartbeatInterval, electionTimeout, faults, rates, servers, healing } = drawOptions(seed, 'default')
      expect(heartbeatInterval * 3).toBeLessThanOrEqual(electionTimeout)
      for (const fault of faults) expect(rates[fault]).toBeGreaterThan(0)
      if (servers < 3) expect(healing).toBe('all')
    }
  })
})
