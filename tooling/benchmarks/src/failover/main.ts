import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { ProcessCluster } from '@copycat-tooling/chaos'
import { type Distribution, distributionOf, formatDistribution, type Limits, missesOf } from './distribution.ts'
import { distributionPlot } from './distribution-plot.ts'
import { type Blow, failOver } from './failovers.ts'

const usage = `pnpm --filter @copycat-tooling/benchmarks failover [options]
  --runs N   kills, and then stops, of the leader (default 30)`

const plotFile = path.resolve(import.meta.dirname, '../../../../.reports/failover.svg')

/** PROTOCOL 12: with default time-outs. */
const kinds: readonly { readonly blow: Blow, readonly name: string, readonly limits: Limits }[] = [
  { blow: 'SIGKILL', name: 'leader killed', limits: { median: 250, worst: 1_500 } },
  { blow: 'SIGSTOP', name: 'leader stopped', limits: { median: 750, worst: 2_000 } },
]

async function measure(cluster: ProcessCluster, { blow, name, limits }: typeof kinds[number], runs: number): Promise<Distribution> {
  const first: number[] = []
  const every: number[] = []
  for (let run = 0; run < runs; run++) {
    const failover = await failOver(cluster, blow)
    first.push(failover.first)
    every.push(failover.every)
  }
  const distribution = distributionOf(name, first, limits)
  for (const line of formatDistribution(distribution)) console.log(line)
  console.log(`  until every client could write: ${every.sort((a, b) => a - b).map((millis) => millis.toFixed(0)).join(' ')}`)
  return distribution
}

/** @returns whether every limit was kept. */
async function main(runs: number): Promise<boolean> {
  const cluster = await ProcessCluster.start()
  try {
    const distributions: Distribution[] = []
    for (const kind of kinds) distributions.push(await measure(cluster, kind, runs))
    await mkdir(path.dirname(plotFile), { recursive: true })
    await writeFile(plotFile, distributionPlot(`From the signal to the first acknowledged put, ${runs} runs each`, distributions))
    console.log(plotFile)
    const misses = distributions.flatMap((distribution) => missesOf(distribution))
    for (const miss of misses) console.log(`MISSED ${miss}`)
    return misses.length === 0
  } finally {
    await cluster.stop()
  }
}

function parseRuns(args: readonly string[]): number {
  const { values } = parseArgs({ args: args.filter((arg) => arg !== '--'), options: { runs: { type: 'string', default: '30' } } })
  const runs = Number(values.runs)
  if (!Number.isInteger(runs) || runs < 1) throw new Error(`--runs must be a positive integer, not '${values.runs}'`)
  return runs
}

let runs: number | undefined
try {
  runs = parseRuns(process.argv.slice(2))
} catch (error) {
  console.error(`${(error as Error).message}\n\n${usage}`)
  process.exitCode = 2
}
if (runs !== undefined) process.exitCode = await main(runs) ? 0 : 1
