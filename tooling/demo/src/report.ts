import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** Rows of name and value, aligned, between two lines. */
export function table(rows: readonly (readonly [string, string | number])[]): string {
  const width = Math.max(...rows.map(([name]) => name.length))
  const lines = rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`)
  const rule = '-'.repeat(Math.max(...lines.map((line) => line.length)))
  return [rule, ...lines, rule].join('\n')
}

/** Sizes of all files below a folder, in sum. */
export async function bytesBelow(folder: string): Promise<number> {
  let bytes = 0
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isFile()) bytes += (await stat(join(entry.parentPath, entry.name))).size
  }
  return bytes
}
