/** A broken promise of the system, or of one of its parts. */
export class Violation extends Error {
  /** Which one: `I1` to `I53`, `V1` to `V6`, or `assertion`, `uncaught`, `determinism` for what has no number. */
  readonly invariant: string
  /** Virtual milliseconds since the start of the run. */
  readonly at: number

  constructor(invariant: string, text: string, at: number) {
    super(`${invariant} at ${at.toFixed(3)} ms: ${text}`)
    this.name = 'Violation'
    this.invariant = invariant
    this.at = at
  }
}
