import { parseArgs } from 'node:util'
import { ProcessCluster } from '@copycat-tooling/chaos'

/** What a program measures; it prints its figures. @returns what was missed. */
export type Measure = (cluster: ProcessCluster, isQuick: boolean) => Promise<readonly string[]>

/** Runs one of these programs on a cluster of three processes; `--quick` does with smaller numbers. The exit code is 1 beyond the limits. */
export async function runProgram(name: string, measure: Measure): Promise<void> {
  let isQuick: boolean
  try {
    isQuick = parseArgs({ args: process.argv.slice(2).filter((arg) => arg !== '--'), options: { quick: { type: 'boolean', default: false } } }).values.quick
  } catch (error) {
    console.error(`${(error as Error).message}\n\npnpm --filter @copycat-tooling/benchmarks ${name} [--quick]`)
    process.exitCode = 2
    return
  }
  const cluster = await ProcessCluster.start()
  try {
    const misses = await measure(cluster, isQuick)
    for (const miss of misses) console.log(`MISSED ${miss}`)
    if (misses.length === 0) console.log('all limits were kept')
    process.exitCode = misses.length === 0 ? 0 : 1
  } finally {
    await cluster.stop()
  }
}
