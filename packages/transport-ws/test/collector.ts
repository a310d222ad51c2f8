import type { Logger } from '@copycat/utils'

/** A logger that keeps its warnings and errors. */
export function collector(lines: string[]): Logger {
  return { trace() {}, debug() {}, info() {}, warn: (line) => lines.push(line), error: (line) => lines.push(line) }
}
