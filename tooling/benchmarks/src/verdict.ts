import type { Measurement } from './measurement.ts'

/** A floor that was not reached. */
export interface Miss {
  readonly row: string
  readonly median: number
  /** The floor on a machine as quick as this one was. */
  readonly floor: number
}

/** Operations a second that are the target of this row, if it has one; some are parts of what the leader's row reached. */
export function targetOf({ system, row }: Measurement, all: readonly Measurement[]): number | undefined {
  if (row.targetOfLeader === undefined) return row.target
  const own = all.find((other) => other.system === system && other.row.connection === 'leader'
    && other.row.operation === row.operation && other.row.inFlight === row.inFlight)
  return own === undefined ? undefined : own.median * row.targetOfLeader
}

/** The rows of `system` whose median is below their floor. @param speed of the machine, 0 to 1: floors shrink with it. */
export function missesOf(system: string, measurements: readonly Measurement[], speed: number): Miss[] {
  const misses: Miss[] = []
  for (const { system: measured, row, median } of measurements) {
    if (measured !== system || row.floor === undefined) continue
    const floor = row.floor * speed
    if (median < floor) misses.push({ row: row.id, median, floor })
  }
  return misses
}
