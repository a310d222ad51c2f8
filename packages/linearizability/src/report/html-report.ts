import type { CheckResult } from '../check.ts'
import type { Failure } from '../failure.ts'
import { failureText, timeText, verdictText } from './summary.ts'
import { timeline } from './timeline.ts'
import type { Bar } from './timeline.ts'

const columnWidth = 8
const laneHeight = 30
const barHeight = 22
const nameWidth = 130

const style = `body { font: 15px system-ui, sans-serif; margin: 2em; color: #222 }
svg { font: 13px ui-monospace, monospace } div { overflow-x: auto }
rect { fill: #dbe9f8; stroke: #7a9cc4 } rect.open { fill: #f3f0dc; stroke: #b5a95f; stroke-dasharray: 4 3 }
rect.unplaced { fill: #eee; stroke: #aaa } rect.blocked { fill: #f8d4d4; stroke: #c0392b; stroke-width: 2 }`

/**
 * A result as one HTML page without scripts, links or outside files: the timeline of the text report, drawn. Blue operations
 * are placed, the red one cannot be, grey ones were not reached, yellow ones have an unknown outcome. Pointing at one tells more.
 */
export function htmlReport(result: CheckResult): string {
  const body = result.failure === undefined ? '' : failureHtml(result.failure)
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>${escapeHtml(result.verdict)}</title><style>${style}</style></head>
<body>
<h1>${escapeHtml(result.verdict)}</h1>
<p>${escapeHtml(verdictText(result))}</p>
${body}</body>
</html>
`
}

function failureHtml(failure: Failure): string {
  const { lanes, columns, omitted } = timeline(failure)
  const width = nameWidth + (columns + 1) * columnWidth
  const rows = lanes.map(({ client, bars }, at) => {
    const name = `<text x="0" y="${at * laneHeight + 16}">client ${escapeHtml(String(client))}</text>`
    return `${name}\n${bars.map((bar) => barSvg(bar, at * laneHeight)).join('\n')}`
  })
  const order = failure.prefix.map((operation) =>
    `<li>client ${escapeHtml(String(operation.client))}: ${escapeHtml(operation.text + timeText(operation))}</li>`)
  return `<p>${escapeHtml(failureText(failure))}</p>
<div><svg width="${width}" height="${lanes.length * laneHeight}" role="img">
${rows.join('\n')}
</svg></div>
<p>${omitted} other operations of this key are not drawn.</p>
<details><summary>The longest order that was found</summary><ol>
${order.join('\n')}
</ol></details>
`
}

function barSvg({ operation, label, start, end, isBlocked, isOpen }: Bar, y: number): string {
  const kind = isBlocked ? 'blocked' : isOpen ? 'open' : operation.order === undefined ? 'unplaced' : 'placed'
  const x = nameWidth + start * columnWidth
  const title = `client ${operation.client}: ${operation.text}${timeText(operation)}${isBlocked ? ' (cannot be placed)' : ''}`
  return `<g><title>${escapeHtml(title)}</title>`
    + `<rect class="${kind}" x="${x}" y="${y}" width="${(end - start + 1) * columnWidth}" height="${barHeight}" rx="3"/>`
    + `<text x="${x + 4}" y="${y + 16}">${escapeHtml(label)}</text></g>`
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
