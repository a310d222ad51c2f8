import { type Calibration, nominal } from './calibration/calibration.ts'
import type { Measurement } from './measurement.ts'
import { targetOf } from './verdict.ts'

const header = ['', 'ops/s min', 'median', 'max', 'p50 ms', 'p99 ms', 'server CPU s/10k', 'client', 'target', 'reached', 'CPU target', 'floor']

/** The measurements as lines of a table for people. */
export function formatTable(measurements: readonly Measurement[]): string[] {
  const lines = measurements.map((measurement) => {
    const { system, row, min, median, max, p50, p99, serverCpu, clientCpu } = measurement
    const target = targetOf(measurement, measurements)
    const goals = system === 'copycat'
      ? [whole(target), target === undefined ? '' : `${Math.round(median / target * 100)} %`, row.cpuTarget?.toFixed(2) ?? '', whole(row.floor)]
      : ['', '', '', '']
    return [
      `${system} ${row.operation} ${row.inFlight} ${row.connection}`, whole(min), whole(median), whole(max), p50.toFixed(2), p99.toFixed(2),
      serverCpu.toFixed(3), clientCpu.toFixed(3), ...goals,
    ]
  })
  return align([header, ...lines])
}

/** One calibration as a line. */
export function formatCalibration(name: string, { echo, disk }: Calibration): string {
  return `calibration, ${name}: echo with joined writes ${whole(echo)} messages/s (nominal ${whole(nominal.echo)}, ratio ${(echo / nominal.echo).toFixed(2)}); `
    + `4 KiB write + fdatasync ${disk.toFixed(3)} ms (nominal ${nominal.disk.toFixed(3)}, ratio ${(nominal.disk / disk).toFixed(2)})`
}

/** A whole number with thousands set apart; nothing for undefined. */
export function whole(value: number | undefined): string {
  return value === undefined ? '' : String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',')
}

/** Columns as wide as their widest field; the first to the left, the others to the right. */
function align(lines: readonly (readonly string[])[]): string[] {
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)))
  return lines.map((line) => line.map((field, column) => column === 0 ? field.padEnd(widths[column]!) : field.padStart(widths[column]!)).join('  ').trimEnd())
}
