import { spawnSync } from 'node:child_process'
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { bufferSuites } from './buffer-suites.ts'
import { formatRatios } from './ratio-table.ts'
import { sunk } from './ratio.ts'
import { serializerSuites } from './serializer-suites.ts'
import type { Suite } from './suite.ts'

const suites: readonly Suite[] = [...bufferSuites, ...serializerSuites]

const usage = `pnpm bench:io [options]
  --only TEXT      only suites whose name contains TEXT, e.g. buffer-heap (several: separated by commas)
  --quick          5 rounds of 10 ms instead of 15 of 40 ms
suites: ${suites.map(({ name }) => name).join(', ')}`

interface IoOptions {
  readonly only?: string
  readonly quick: boolean
  readonly suite?: string
}

/** Each suite in a process of its own: what an engine learns of one would slow down the others. */
function measureAll({ only = '', quick }: IoOptions): void {
  const chosen = suites.filter(({ name }) => only.split(',').some((part) => name.includes(part)))
  if (chosen.length === 0) throw new Error(`--only '${only}' fits no suite`)
  console.log(`Node.js ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}; ratios of times: below 1 is faster than the first of the row`)
  for (const { name } of chosen) {
    const { status } = spawnSync(process.execPath, [...process.execArgv, import.meta.filename, '--suite', name, ...quick ? ['--quick'] : []], { stdio: 'inherit' })
    if (status !== 0) process.exitCode = 1
  }
}

function measureSuite(suite: Suite, quick: boolean): void {
  const ratios = suite.run(quick ? { rounds: 5, duration: 10 } : { rounds: 15, duration: 40 })
  console.log(`\n${suite.name}\n${formatRatios(ratios, suite.judged, suite.aim).join('\n')}`)
  if (Number.isNaN(sunk())) throw new Error('a loop gave no number')
}

try {
  const { values } = parseArgs({
    args: process.argv.slice(2).filter((arg) => arg !== '--'),
    options: { only: { type: 'string' }, quick: { type: 'boolean', default: false }, suite: { type: 'string' } },
  })
  const options = values as IoOptions
  const suite = suites.find(({ name }) => name === options.suite)
  if (suite === undefined) measureAll(options)
  else measureSuite(suite, options.quick)
} catch (error) {
  console.error(`${(error as Error).message}\n\n${usage}`)
  process.exitCode = 2
}
