import type { RunOptions, RunResult } from '@copycat/simulator/internal'

const linesShown = 200
const optionWidth = 20

/** All about one run, as lines for people; the violation last, where it is seen first. */
export function formatResult(result: RunResult): string[] {
  const { options, plan, violation, hash, events, millis, acknowledged, failed, unknown, leaderChanges, faults, lines, states } = result
  return [
    ...lines.slice(-linesShown),
    '',
    ...optionLines(options),
    `${plan.length} faults were planned; happened: ${[...faults].map(([fault, count]) => `${fault} ${count}`).join(', ')}`,
    '',
    `${(millis / 1_000).toFixed(3)} virtual seconds, ${events} events, ${leaderChanges} leader changes, trace ${hash}`,
    `operations: ${acknowledged} acknowledged, ${failed} failed, ${unknown} unknown`,
    ...states,
    '',
    violation === undefined ? 'no violation' : violation.message,
  ]
}

function optionLines({ faults, rates, ...shape }: RunOptions): string[] {
  return [
    ...Object.entries(shape).map(([option, value]) => `${option.padEnd(optionWidth)}${typeof value === 'object' ? JSON.stringify(value) : String(value)}`),
    `${'faults per minute'.padEnd(optionWidth)}${faults.map((fault) => `${fault} ${rates[fault] ?? 1}`).join(', ')}`,
  ]
}
