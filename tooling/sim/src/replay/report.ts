import type { RunResult } from '@copycat/simulator/internal'
import { align } from '../table.ts'

const linesShown = 200

/** All about one run, as lines for people; the violation last, where it is seen first. */
export function formatResult({ options, plan, violation, hash, events, millis, acknowledged, failed, unknown, leaderChanges, faults, lines, states }: RunResult): string[] {
  const { rates, ...drawn } = options
  return [
    ...lines.slice(-linesShown),
    '',
    ...align(Object.entries(drawn).map(([name, value]) => [name, Array.isArray(value) ? value.map((fault) => `${String(fault)} ${rates[fault as keyof typeof rates] ?? ''}`).join(', ') : String(value)])),
    `${plan.length} faults planned; happened: ${[...faults].map(([fault, count]) => `${fault} ${count}`).join(', ')}`,
    '',
    `${(millis / 1_000).toFixed(3)} virtual seconds, ${events} events, ${acknowledged} operations acknowledged, ${failed} failed, ${unknown} unknown, ${leaderChanges} leader changes, trace ${hash}`,
    ...states,
    '',
    violation === undefined ? 'no violation' : violation.message,
  ]
}
