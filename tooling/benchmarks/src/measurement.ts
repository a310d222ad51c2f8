import type { WindowResult } from './load/messages.ts'
import type { Row } from './rows.ts'

/** A row with what was measured. */
export interface Measurement {
  readonly system: string
  readonly row: Row
  /** Operations a second. */
  readonly min: number
  readonly median: number
  readonly max: number
  /** Milliseconds, of the median window. */
  readonly p50: number
  readonly p99: number
  /** CPU seconds for 10 000 operations, over all windows: of all servers, and of the client. */
  readonly serverCpu: number
  readonly clientCpu: number
}

/** A window, and the CPU seconds that the servers used meanwhile. */
export interface MeasuredWindow extends WindowResult {
  readonly serverCpu: number
}

/** Sums up the windows of a row. */
export function summarize(system: string, row: Row, windows: readonly MeasuredWindow[]): Measurement {
  const ascending = [...windows].sort((a, b) => rateOf(a) - rateOf(b))
  const median = ascending[Math.floor(ascending.length / 2)]!
  const operations = windows.reduce((sum, window) => sum + window.operations, 0)
  const per10000 = (seconds: (window: MeasuredWindow) => number): number =>
    windows.reduce((sum, window) => sum + seconds(window), 0) / Math.max(1, operations) * 10_000
  return {
    system, row, min: rateOf(ascending[0]!), median: rateOf(median), max: rateOf(ascending.at(-1)!), p50: median.p50, p99: median.p99,
    serverCpu: per10000((window) => window.serverCpu), clientCpu: per10000((window) => window.cpu),
  }
}

function rateOf(window: WindowResult): number {
  return window.operations / window.duration * 1000
}
