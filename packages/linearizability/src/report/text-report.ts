import type { CheckResult } from '../check.ts'
import type { Failure } from '../failure.ts'
import { failureText, timeText, verdictText } from './summary.ts'
import { timeline } from './timeline.ts'
import type { Bar, Lane } from './timeline.ts'

const orderShownMax = 8

/**
 * A result for people, as lines of ASCII (as far as the model's texts are): the verdict, and for an illegal history a line per
 * client with the operations around the one that cannot be placed. The numbers are the longest order that was found.
 */
export function report(result: CheckResult): string {
  if (result.failure === undefined) return `${verdictText(result)}\n`
  return `${[verdictText(result), failureText(result.failure), '', ...timelineLines(result.failure), '', ...orderLines(result.failure)].join('\n')}\n`
}

function timelineLines(failure: Failure): string[] {
  const { lanes, omitted } = timeline(failure)
  const names = lanes.map(({ client }, at) => lanes[at - 1]?.client === client ? '' : `client ${client}`)
  const width = Math.max(...names.map((name) => name.length))
  const lines = lanes.flatMap((lane, at) => laneLines(lane, names[at]!.padEnd(width)))
  return omitted === 0 ? lines : [...lines, `(${omitted} other operations of this key are not shown)`]
}

function laneLines({ bars }: Lane, name: string): string[] {
  let line = `${name}  `
  const origin = line.length
  for (const bar of bars) line = line.padEnd(origin + bar.start) + barText(bar)
  const blocked = bars.find(({ isBlocked }) => isBlocked)
  if (blocked === undefined) return [line]
  const marks = '^'.repeat(blocked.end - blocked.start + 1)
  return [line, `${' '.repeat(origin + blocked.start)}${marks} cannot be placed`]
}

function barText({ label, start, end, isOpen }: Bar): string {
  return `[${label.padEnd(end - start - 1, '-')}${isOpen ? '>' : ']'}`
}

function orderLines({ prefix }: Failure): string[] {
  const shown = prefix.slice(-orderShownMax)
  const skipped = prefix.length - shown.length
  return [
    'The longest order that was found:',
    ...(skipped > 0 ? [`  1 to ${skipped} are not shown`] : []),
    ...(prefix.length === 0 ? ['  nothing can come first'] : []),
    ...shown.map((operation, at) => `  ${skipped + at + 1}: client ${operation.client}: ${operation.text}${timeText(operation)}`),
  ]
}
