import { execFileSync } from 'node:child_process'
import { drawOptions } from '@copycat/simulator/internal'
import type { Job, Outcome } from '../jobs/job.ts'
import { WorkerPool } from '../jobs/worker-pool.ts'
import type { DeterminismCommand } from '../options.ts'
import { failureLine } from '../seeds/failure-line.ts'
import { Progress } from '../seeds/progress.ts'
import type { Comparison } from './report.ts'

/** Seeds with planted randomness: one would be enough, but for chance. */
const plantedSeeds = 20

type Hashes = ReadonlyMap<number, readonly string[]>

/** Runs the same seeds in several ways and compares how they went. */
export async function runDeterminism(command: DeterminismCommand, print: (line: string) => void): Promise<Comparison[]> {
  const { seeds, nodes } = command
  const comparisons: Comparison[] = []
  const add = (comparison: Comparison): void => {
    comparisons.push(comparison)
    print(`${comparison.way}: ${comparison.differing.length} of ${comparison.seeds} seeds differ`)
  }
  const here = `Node.js ${process.version.slice(1)}`
  const first = await hashesOf(command, { repeat: 2 }, print)
  add({
    way: `${here}, twice in one process`, seeds, mustDiffer: false,
    differing: seedsWhere(first, (hashes) => hashes.length !== 2 || hashes[0] !== hashes[1]),
  })
  const compare = async (way: string, execPath: string): Promise<void> => {
    const again = await hashesOf(command, {}, print, execPath)
    add({ way, seeds, differing: seedsWhere(again, (hashes, seed) => hashes.length !== 1 || hashes[0] !== first.get(seed)?.[0]), mustDiffer: false })
  }
  await compare(`${here}, another process`, process.execPath)
  for (const node of nodes) {
    const { execPath, version } = programOf(node)
    await compare(`Node.js ${version}`, execPath)
  }
  const planted = await hashesOf({ ...command, seeds: Math.min(seeds, plantedSeeds) }, { hasPlantedRandomness: true }, print)
  add({
    way: 'a planted Math.random()', seeds: planted.size, mustDiffer: true,
    differing: seedsWhere(planted, (hashes, seed) => hashes.length === 1 && hashes[0] !== first.get(seed)?.[0]),
  })
  return comparisons
}

async function hashesOf(
  { seeds, from, profile, jobs }: DeterminismCommand, how: Partial<Job>, print: (line: string) => void, execPath?: string,
): Promise<Hashes> {
  const pool = new WorkerPool({ workers: jobs, ...(execPath === undefined ? {} : { execPath }) })
  const progress = new Progress(seeds)
  let done = 0
  const one = async (seed: number): Promise<[number, readonly string[]]> => {
    const { job, summary, failure }: Outcome = await pool.run({ options: drawOptions(seed, profile), ...how })
    if (failure !== undefined) print(failureLine(job, failure))
    progress.update(++done, 'compared')
    return [seed, summary?.hashes ?? []]
  }
  try {
    return new Map(await Promise.all(Array.from({ length: seeds }, (_, at) => one(from + at))))
  } finally {
    progress.end()
    pool.close()
  }
}

function seedsWhere(hashes: Hashes, differs: (hashes: readonly string[], seed: number) => boolean): number[] {
  return [...hashes].filter(([seed, of]) => differs(of, seed)).map(([seed]) => seed)
}

/** Another Node.js, from the package of that name. */
function programOf(node: string): { readonly execPath: string, readonly version: string } {
  const ask = 'console.log(JSON.stringify({ execPath: process.execPath, version: process.versions.node }))'
  const text = execFileSync('npx', ['-y', '-p', `node@${node}`, 'node', '-e', ask], { encoding: 'utf8' })
  return JSON.parse(text) as { execPath: string, version: string }
}
