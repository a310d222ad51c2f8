import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { drawPlan, type PlannedFault } from '@copycat/simulator/internal'
import { afterAll, describe, expect, it } from 'vitest'
import type { Job, Outcome } from '../src/jobs/job.ts'
import { runJob } from '../src/jobs/run-job.ts'
import { mutantOptions } from '../src/mutation/mutant-options.ts'
import { readCase, writeCase } from '../src/shrink/case-file.ts'
import { formatShrunk } from '../src/shrink/report.ts'
import { type Case, shrink } from '../src/shrink/shrink-case.ts'

const options = mutantOptions(1, [])
const original: Case = { options, plan: drawPlan(options) }
const budget = { runs: 300, millis: 60_000 }

/** A run that breaks I9 when it has these faults, at the time of the last of them; whatever else it has. */
function breaksBy(needed: readonly PlannedFault[]): (job: Job) => Promise<Outcome> {
  const at = Math.max(...needed.map((fault) => fault.at))
  return async (job) => {
    const isBroken = needed.every((fault) => job.plan!.includes(fault)) && job.options.servers >= 3
    return isBroken ? { job, failure: { invariant: 'I9', text: `I9 at ${at} ms: fell`, at } } : { job, failure: { invariant: 'V1', text: 'V1: nobody leads', at } }
  }
}

describe('shrink', () => {
  const needed = [original.plan[3]!, original.plan[Math.floor(original.plan.length / 2)]!]

  it('leaves the faults that it takes, and as little else as it can', async () => {
    const run = breaksBy(needed)
    const { failure } = await run(original)
    const shrunk = await shrink(original, failure!, budget, run)
    expect(shrunk).toMatchObject({ failure, isUnfinished: false })
    expect(shrunk.case.plan).toEqual(needed)
    expect(shrunk.case.options).toMatchObject({ seed: options.seed, servers: 3, clients: 1, loops: 1, faultMillis: failure!.at! + 1 })
    expect(new Set(shrunk.case.options.faults)).toEqual(new Set(needed.map(({ fault }) => fault)))
  })

  it('takes no other failure for the same', async () => {
    const run = breaksBy(needed)
    const shrunk = await shrink(original, { invariant: 'I33', text: 'I33: stale', at: 5 }, budget, run)
    expect(shrunk.case).toEqual(original)
  })

  it('stops when its runs are used up, with what it has', async () => {
    const run = breaksBy(needed)
    const shrunk = await shrink(original, (await run(original)).failure!, { ...budget, runs: 4 }, run)
    expect(shrunk).toMatchObject({ runs: 4, isUnfinished: true })
    expect(shrunk.case.plan).toEqual(expect.arrayContaining(needed))
  })

  it('tells the options that differ and the faults that are left', async () => {
    const run = breaksBy(needed)
    const lines = formatShrunk(original, await shrink(original, (await run(original)).failure!, budget, run))
    expect(lines[1]).toMatch(new RegExp(`^2 of ${original.plan.length} faults are left after \\d+ runs$`))
    expect(lines.some((line) => /^loops +2 +1$/.test(line))).toBe(true)
    expect(lines.some((line) => /^electionTimeout/.test(line))).toBe(false)
    expect(lines.slice(-2).map((line) => line.split(' ')[0])).toEqual(needed.map(({ fault }) => fault))
  })

  it('finds that a majority which is one short needs no fault, or few', { timeout: 60_000 }, async () => {
    const broken = { ...original, mutant: 'R4' }
    const { failure } = await runJob(broken)
    expect(failure).toBeDefined()
    const shrunk = await shrink(broken, failure!, { runs: 25, millis: 30_000 }, runJob)
    expect(shrunk.failure.invariant).toBe(failure!.invariant)
    expect(shrunk.case.plan.length).toBeLessThanOrEqual(3)
    expect((await runJob(shrunk.case)).failure).toEqual(shrunk.failure)
  })
})

describe('case files', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'copycat-case-'))
  const file = path.join(folder, 'case.json')

  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('hold a case, beside what else is told of it', () => {
    writeCase(file, { ...original, mutant: 'R4' }, { failure: 'I9' })
    expect(readCase(file)).toEqual({ ...original, mutant: 'R4' })
  })

  it.each([
    { what: 'no plan', text: { options } }, { what: 'no options', text: { plan: [] } }, { what: 'an unknown fault', text: { options, plan: [{ fault: 'flood' }] } },
  ])('are refused with $what', ({ text }) => {
    writeCase(file, text as unknown as Case, {})
    expect(() => readCase(file)).toThrow(file)
  })
})
