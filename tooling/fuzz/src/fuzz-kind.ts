import type { Tally } from './tally.ts'

export const kindNames = ['frames', 'objects'] as const
export type KindName = typeof kindNames[number]

/** Inputs of one kind; each follows from its seed alone. */
export interface FuzzKind {
  readonly name: KindName
  /** Prototypes that bytes must not change. */
  readonly prototypes: readonly object[]
  /**
   * Makes the input of `seed` and gives it to its decoder.
   * @throws {ViolationError} and anything else that a decoder must not do.
   */
  run(seed: number, tally: Tally): void
}
