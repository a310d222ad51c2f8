/** Columns as wide as their widest field; the first to the left, the others to the right. */
export function align(lines: readonly (readonly string[])[]): string[] {
  const columns = Math.max(0, ...lines.map((line) => line.length))
  const widths = Array.from({ length: columns }, (_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)))
  return lines.map((line) => line.map((field, column) => (column === 0 ? field.padEnd(widths[column]!) : field.padStart(widths[column]!))).join('  ').trimEnd())
}

/** A whole number with thousands set apart. */
export function whole(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',')
}

/** The middle one; of an even count, the lower of the two in the middle. 0 when there is none. */
export function median(values: readonly number[]): number {
  const ascending = [...values].sort((a, b) => a - b)
  return ascending[Math.floor((ascending.length - 1) / 2)] ?? 0
}
