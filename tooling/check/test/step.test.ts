import { describe, expect, it } from 'vitest'
import { runSteps } from '../src/step.ts'
import type { Step } from '../src/step.ts'

const exits = (name: string, code: number, needs?: string): Step =>
  ({ name, command: process.execPath, args: ['-e', `process.exit(${code})`], ...(needs === undefined ? {} : { needs }) })

describe('runSteps', () => {
  it('goes on after a failure and leaves out only what needs the failed step', async () => {
    const lines: string[] = []
    const results = await runSteps([exits('build', 1), exits('lint', 0), exits('packages', 0, 'build')], '.', (line) => lines.push(line))
    expect(results.map(({ name, passed }) => [name, passed])).toEqual([['build', false], ['lint', true], ['packages', false]])
    expect(lines.join('\n')).toMatch(/== build failed in \d+\.\d s[^]*== lint passed in \d+\.\d s[^]*packages: left out, because build failed/)
  })

  it('fails a step whose command does not exist', async () => {
    const results = await runSteps([{ name: 'none', command: 'copycat-no-such-command', args: [] }], '.', () => {})
    expect(results).toMatchObject([{ name: 'none', passed: false }])
  })
})
