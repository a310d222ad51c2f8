import { measureDisk } from './disk.ts'
import { measureEcho } from './echo.ts'

/** What the machine itself could do at some moment. */
export interface Calibration {
  /** Messages a second. */
  readonly echo: number
  /** Milliseconds. */
  readonly disk: number
}

/** The calm machine on which the targets were set. */
export const nominal: Calibration = Object.freeze({ echo: 1_320_000, disk: 0.160 })

/** @param duration milliseconds for each of the two. */
export async function calibrate(directory: string, duration: number): Promise<Calibration> {
  return { echo: await measureEcho(duration), disk: await measureDisk(directory, duration) }
}

/** How quick the machine was against the nominal one: the smaller of both ratios, averaged over the calibrations, at most 1. */
export function speedOf(calibrations: readonly Calibration[]): number {
  const mean = (value: (calibration: Calibration) => number): number =>
    calibrations.reduce((sum, calibration) => sum + value(calibration), 0) / calibrations.length
  return Math.min(1, mean(({ echo }) => echo) / nominal.echo, nominal.disk / mean(({ disk }) => disk))
}
