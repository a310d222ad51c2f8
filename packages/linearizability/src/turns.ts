import type { Turn } from './model.ts'

/** Keeps operations back until those have been placed that are known to come before them. */
export class Turns {
  readonly #turns: readonly (Turn | undefined)[]
  /** Those that have a turn, by the end of it. */
  readonly #byEnd: Int32Array
  readonly #rank: Int32Array
  readonly #isPlaced: Uint8Array
  /** 1 for each that came before its turn usually would. */
  readonly #isException: Uint8Array
  readonly #exceptionsMax: number
  #exceptions = 0
  /** How many at the beginning of {@link #byEnd} are placed, all of them. */
  #placed = 0

  /** @param turns of the definite operations, by number. @param exceptionsMax how many may come before their `usualFrom`. */
  constructor(turns: readonly (Turn | undefined)[], exceptionsMax: number) {
    this.#turns = turns
    this.#exceptionsMax = exceptionsMax
    const ranked = [...turns.keys()].filter((operation) => turns[operation] !== undefined)
    this.#byEnd = Int32Array.from(ranked.sort((a, b) => turns[a]!.to - turns[b]!.to))
    this.#rank = new Int32Array(turns.length).fill(-1)
    for (const [rank, operation] of this.#byEnd.entries()) this.#rank[operation] = rank
    this.#isPlaced = new Uint8Array(this.#byEnd.length)
    this.#isException = new Uint8Array(this.#byEnd.length)
  }

  /** Whether all that must come before the operation are placed. */
  isDue(operation: number): boolean {
    const turn = this.#turns[operation]
    if (turn === undefined) return true
    const { first } = this
    return first >= turn.from && (this.#exceptions < this.#exceptionsMax || first >= (turn.usualFrom ?? turn.from))
  }

  place(operation: number): void {
    const rank = this.#rankOf(operation)
    if (rank === -1) return
    const { usualFrom } = this.#turns[operation]!
    if (usualFrom !== undefined && usualFrom > this.first) {
      this.#isException[rank] = 1
      this.#exceptions++
    }
    this.#isPlaced[rank] = 1
    while (this.#isPlaced[this.#placed] === 1) this.#placed++
  }

  undo(operation: number): void {
    const rank = this.#rankOf(operation)
    if (rank === -1) return
    this.#exceptions -= this.#isException[rank]!
    this.#isException[rank] = 0
    this.#isPlaced[rank] = 0
    this.#placed = Math.min(this.#placed, rank)
  }

  /** The first end of a turn that is not placed. */
  get first(): number {
    return this.#placed === this.#byEnd.length ? Infinity : this.#turns[this.#byEnd[this.#placed]!]!.to
  }

  /** Uncertain operations have none. */
  #rankOf(operation: number): number {
    return this.#rank[operation] ?? -1
  }
}
