// For the simulator alone: resolved from sources only, taken out of every build, outside semver.

/** What a simulated run does at the marked places of product code. */
export interface Instruments {
  /** Whether the historical bug `name` is switched on. */
  mutant(name: string): boolean
  /** Whether to do the rare but legal thing at site `name`, now. */
  buggify(name: string): boolean
  /** The branch `name` was reached. */
  cover(name: string): void
}

let installed: Instruments | undefined

/** Sets what the marked places do until it is called again; undefined: nothing. A run has the thread to itself. */
export function installInstruments(instruments: Instruments | undefined): void {
  installed = instruments
}

/**
 * Marks where a bug of the past can be switched on: `if (mutant('R3')) …`. The argument is a literal, a row of the catalogue of faults with an optional
 * suffix. The build replaces the call by `false`.
 */
export function mutant(name: string): boolean {
  return installed !== undefined && installed.mutant(name)
}

/** Marks a place where something rare but legal can be forced (a tiny batch, an early time-out). The build replaces the call by `false`. */
export function buggify(name: string): boolean {
  return installed !== undefined && installed.buggify(name)
}

/** Marks a branch that a long simulation must have reached. The build removes the call. */
export function cover(name: string): void {
  if (installed !== undefined) installed.cover(name)
}
