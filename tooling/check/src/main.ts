import { existsSync, mkdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { runSteps } from './step.ts'
import type { Step } from './step.ts'
import { countTests, failedTests } from './test-report.ts'

const root = path.resolve(import.meta.dirname, '../../..')
const reports = path.join(root, '.reports')
const program = (file: string): string[] => ['--import', 'tsx', `tooling/${file}`]

/** A step that runs vitest and leaves its counts in a report. */
function testStep(name: string, args: readonly string[]): Step & { readonly report: string } {
  const report = path.join(reports, `${name.replaceAll(' ', '-')}.json`)
  return { name, command: 'vitest', args: ['run', '--reporter=dot', '--reporter=json', `--outputFile.json=${report}`, ...args], report }
}

/** All that CI runs; changes nothing but `dist` folders and `.reports`. */
async function main(): Promise<void> {
  rmSync(reports, { recursive: true, force: true })
  mkdirSync(reports)
  const unit = testStep('unit tests', [])
  // Real processes with real elections: alone, one file after the other, from what was built.
  const chaos = existsSync(path.join(root, 'tooling/chaos/vitest.config.ts'))
    ? [{ ...testStep('process tests', ['--root', 'tooling/chaos', '--no-file-parallelism']), needs: 'build' }]
    : []
  const steps: Step[] = [
    { name: 'build', command: 'turbo', args: ['run', 'build', '--filter=./packages/*', '--concurrency=100%', '--output-logs=errors-only'] },
    { name: 'typecheck', command: 'tsc', args: ['-p', 'tsconfig.json'] },
    { name: 'lint', command: 'pnpm', args: ['run', '--silent', 'lint'] },
    { name: 'tidy', command: 'node', args: program('tidy/src/main.ts') },
    unit,
    ...chaos,
    { name: 'packages', command: 'node', args: program('check/src/packages.ts'), needs: 'build' },
    { name: 'unused code', command: 'knip', args: ['--no-progress', '--no-config-hints'] },
  ]
  const results = await runSteps(steps, root, (line) => console.log(line))
  const reportOf = new Map([unit, ...chaos].map((step) => [step.name, step.report]))
  const counts = countTests([...reportOf.values()])
  // A failed step counts as one failure, unless its tests were counted: the last line never says 0 when something is wrong.
  const failedSteps = results.filter(({ name, passed }) => {
    const report = reportOf.get(name)
    return !passed && (report === undefined || countTests([report]).failed === 0)
  })

  console.log('')
  for (const { name, passed, time } of results) console.log(`${passed ? 'passed' : 'FAILED'}  ${(time / 1000).toFixed(1).padStart(6)} s  ${name}`)
  if (counts.skipped > 0) console.log(`${counts.skipped} tests were skipped`)
  for (const line of failedTests([...reportOf.values()])) console.log(`FAILED  ${path.relative(root, line)}`)
  const failed = counts.failed + failedSteps.length
  console.log(`${counts.passed} passed, ${failed} failed`)
  process.exitCode = failed === 0 ? 0 : 1
}

await main()
