import { parseOptions, usage } from './options.ts'
import type { FuzzOptions } from './options.ts'
import { formatResult, violations, weaknesses } from './report.ts'
import { runJob } from './run-job.ts'

/** Exit codes of the command. */
const exits = { ok: 0, violation: 1, usage: 2, weak: 3 } as const
/** Milliseconds between two lines about what is going on. */
const tellInterval = 15_000

async function fuzz({ kinds, seed, ...limits }: FuzzOptions): Promise<number> {
  console.log(`seed ${seed}`)
  const results = await Promise.all(kinds.map((kind) => {
    let told = performance.now()
    return runJob({ kind, seed, ...limits }, ({ counts }) => {
      if (performance.now() - told < tellInterval) return
      told = performance.now()
      console.error(`${kind}: ${counts.inputs} inputs`)
    })
  }))
  for (const line of results.flatMap(formatResult)) console.log(line)
  const found = results.flatMap(violations)
  for (const violation of found) console.log(`VIOLATION: ${violation}`)
  if (found.length > 0) return exits.violation
  const weak = results.flatMap(weaknesses)
  for (const reason of weak) console.log(`WEAK: ${reason}`)
  return weak.length > 0 ? exits.weak : exits.ok
}

let options: FuzzOptions | undefined
try {
  options = parseOptions(process.argv.slice(2))
} catch (error) {
  console.error(`${(error as Error).message}\n\n${usage}`)
  process.exitCode = exits.usage
}
if (options !== undefined) process.exitCode = await fuzz(options)
