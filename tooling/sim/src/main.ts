import { pointsOf } from './coverage-points.ts'
import { isAsItMustBe, formatComparisons } from './determinism/report.ts'
import { runDeterminism } from './determinism/run-determinism.ts'
import { formatMutants, shortcomings } from './mutation/report.ts'
import { runMutants } from './mutation/run-mutants.ts'
import { type Command, parseCommand, type SeedsCommand, usage } from './options.ts'
import { caseOf, replay } from './replay/replay.ts'
import { formatTotals } from './seeds/report.ts'
import { runSeeds } from './seeds/run-seeds.ts'
import { weaknesses } from './seeds/weakness.ts'
import { readCase } from './shrink/case-file.ts'
import type { Case } from './shrink/shrink-case.ts'
import { runShrink } from './shrink/run-shrink.ts'

/** Exit codes of the command. */
const exits = { ok: 0, violation: 1, usage: 2, weak: 3 } as const

const print = (line: string): void => console.log(line)

async function seeds(command: SeedsCommand): Promise<number> {
  const totals = await runSeeds(command, print)
  for (const line of ['', ...formatTotals(totals, command.profile)]) print(line)
  if (totals.failures.length > 0) return exits.violation
  const reasons = weaknesses(totals, pointsOf(command.profile))
  for (const reason of reasons) print(`WEAK: ${reason}`)
  return reasons.length > 0 ? exits.weak : exits.ok
}

async function run(command: Command, read: Case | undefined): Promise<number> {
  switch (command.command) {
    case 'seeds': return seeds(command)
    case 'replay': return await replay(caseOf(command), command.json, print) ? exits.ok : exits.violation
    case 'case': return await replay(read!, command.json, print) ? exits.ok : exits.violation
    case 'shrink': return await runShrink(command, print) ? exits.ok : exits.violation
    case 'mutants': {
      const result = await runMutants(command, print)
      for (const line of ['', ...formatMutants(result)]) print(line)
      const reasons = shortcomings(result)
      for (const reason of reasons) print(`WRONG: ${reason}`)
      return reasons.length > 0 ? exits.violation : exits.ok
    }
    case 'determinism': {
      const comparisons = await runDeterminism(command, print)
      for (const line of ['', ...formatComparisons(comparisons)]) print(line)
      return comparisons.every(isAsItMustBe) ? exits.ok : exits.violation
    }
  }
}

let command: Command | undefined
let read: Case | undefined
try {
  command = parseCommand(process.argv.slice(2))
  if (command.command === 'case') read = readCase(command.file)
} catch (error) {
  console.error(`${(error as Error).message}\n\n${usage}`)
  process.exitCode = exits.usage
}
if (command !== undefined && process.exitCode === undefined) process.exitCode = await run(command, read)
