import type { Ratio } from './ratio.ts'

const header = ['', 'ns', 'ratio', 'min', 'max', '']

/** Ratios as lines of a table for people. @param aim the largest median that is wished for of those whose name is `judged`. */
export function formatRatios(ratios: readonly Ratio[], judged: string, aim: number): string[] {
  const lines = ratios.map(({ row, name, nanoseconds, median, min, max }) => {
    const verdict = name !== judged ? '' : median <= aim ? `<= ${aim}` : `above ${aim}`
    return [`${row} ${name}`, nanoseconds.toFixed(1), median.toFixed(2), min.toFixed(2), max.toFixed(2), verdict]
  })
  const all = [header, ...lines]
  const widths = header.map((_, column) => Math.max(...all.map((line) => line[column]!.length)))
  return all.map((line) => line.map((field, column) => column === 0 ? field.padEnd(widths[column]!) : field.padStart(widths[column]!)).join('  ').trimEnd())
}
