import { describe, expect, it } from 'vitest'
import { runWithResult } from '../src/jobs/run-job.ts'
import { caseOf } from '../src/replay/replay.ts'
import { formatResult } from '../src/replay/report.ts'

describe('caseOf', () => {
  it('is the run that a seed stands for', () => {
    expect(caseOf({ seed: 3, profile: 'speed', mutant: undefined })).toMatchObject({ options: { seed: 3, profile: 'speed', servers: 5 } })
    expect(caseOf({ seed: 3, profile: 'speed', mutant: undefined })).not.toHaveProperty('mutant')
  })

  it('is with a mutant the run in which this mutant is searched for', () => {
    expect(caseOf({ seed: 3, profile: 'default', mutant: 'T8' })).toMatchObject({ mutant: 'T8', options: { depth: 'stream', faultMillis: 20_000 } })
  })
})

describe('formatResult', () => {
  it('tells messages, options, servers and at last the violation', { timeout: 60_000 }, async () => {
    const lines = formatResult(await runWithResult(caseOf({ seed: 1, profile: 'default', mutant: 'R4' }), { hasChart: true }))
    expect(lines.filter((line) => /^ +\d+\.\d{3} {2}server-\d -> server-\d {2}message/.test(line)).length).toBeGreaterThan(2)
    expect(lines.indexOf('')).toBeLessThanOrEqual(200)
    expect(lines).toContain('faultMillis         20000')
    expect(lines.some((line) => /^member 1 is (follower|leader|candidate) in term \d+/.test(line))).toBe(true)
    expect(lines.at(-1)).toMatch(/^I8 at .* which no majority of the disks holds/)
  })
})
