import { type Distribution, medianOf, worstOf } from './distribution.ts'

const width = 760
const height = 380
const plot = { left: 64, top: 52, right: 736, bottom: 324 }
const colours = ['#1f6fb2', '#c2571a', '#3b8132', '#7b4aa0']

/** An SVG with a step curve of each distribution: the part of the runs that took at most so many milliseconds; limits are dashed. */
export function distributionPlot(title: string, distributions: readonly Distribution[]): string {
  const step = tickStep(Math.max(...distributions.flatMap((each) => [worstOf(each), each.limits.worst, each.limits.median])))
  const end = step.size * step.count
  const x = (millis: number): number => round(plot.left + (plot.right - plot.left) * millis / end)
  const y = (part: number): number => round(plot.bottom - (plot.bottom - plot.top) * part)
  const across = Array.from({ length: step.count + 1 }, (_, at) => at * step.size).map((millis) => line(x(millis), y(0), x(millis), y(1), '#e4e4e4')
    + text(x(millis), plot.bottom + 20, String(millis), 'middle'))
  const up = [0, 0.25, 0.5, 0.75, 1].map((part) => line(x(0), y(part), x(end), y(part), '#e4e4e4') + text(plot.left - 8, y(part) + 4, `${part * 100} %`, 'end'))
  const curves = distributions.map((distribution, at) => {
    const colour = colours[at % colours.length]!
    const { limits, name, sorted } = distribution
    const note = `${name}: median ${medianOf(distribution).toFixed(0)} ms (limit ${limits.median}), worst ${worstOf(distribution).toFixed(0)} ms (limit ${limits.worst})`
    return line(x(limits.median), y(0), x(limits.median), y(0.5), colour, '6 4') + line(x(limits.worst), y(0), x(limits.worst), y(1), colour, '6 4')
      + `<path d="${stepPath(sorted, x, y)}" fill="none" stroke="${colour}" stroke-width="2"/>\n`
      + text(plot.left, plot.bottom + 40 + 16 * at, note, 'start', colour)
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="12">
<rect width="${width}" height="${height}" fill="#ffffff"/>
${text(plot.left, 24, title, 'start', '#222222', 15)}${text(plot.left, 42, 'part of the runs that took at most so many ms; dashed: limits of the median (to 50 %) and of the worst', 'start')}${across.join('')}${up.join('')}${curves.join('')}</svg>
`
}

/** Up by one run at each value. */
function stepPath(sorted: readonly number[], x: (millis: number) => number, y: (part: number) => number): string {
  return sorted.reduce((path, millis, at) => `${path} H${x(millis)} V${y((at + 1) / sorted.length)}`, `M${x(0)} ${y(0)}`)
}

/** Steps of 1, 2 or 5 times a power of ten, at most ten of them. */
function tickStep(end: number): { readonly size: number, readonly count: number } {
  const power = 10 ** Math.floor(Math.log10(end / 10))
  const size = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate * 10 >= end)!
  return { size, count: Math.ceil(end / size) }
}

function line(x1: number, y1: number, x2: number, y2: number, colour: string, dashes?: string): string {
  return `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" stroke="${colour}"${dashes === undefined ? '' : ` stroke-dasharray="${dashes}"`}/>\n`
}

function text(x: number, y: number, content: string, anchor: 'start' | 'middle' | 'end', colour: string = '#555555', size: number = 12): string {
  const escaped = content.replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`)
  return `<text x="${x}" y="${y}" text-anchor="${anchor}" fill="${colour}" font-size="${size}">${escaped}</text>\n`
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
