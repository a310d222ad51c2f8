import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { ProfileName } from '@copycat/simulator/internal'

/** A seed that failed once. */
export interface Regression {
  readonly seed: number
  readonly profile: ProfileName
  /** What went wrong, in one line. */
  readonly why: string
}

const file = path.resolve(import.meta.dirname, '../regressions.json')

/** Every seed that has ever failed for a reason in our own code; tests run them for ever. */
export function readRegressions(): Regression[] {
  return JSON.parse(readFileSync(file, 'utf8')) as Regression[]
}
