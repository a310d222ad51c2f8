/** Spreads the bits of a whole number over 32 (the finalizer of MurmurHash3). */
function mix(value: number): number {
  let hash = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}

/**
 * Which operations of a partition are placed, with a Zobrist hash of the set in two 32-bit words: each operation has two
 * random-looking words of its own, and the hash is the exclusive or of those in the set.
 */
export class PlacedSet {
  #low = 0
  #high = 0
  #placed = 0
  #uncertainPlaced = 0
  readonly #definiteCount: number
  readonly #has: Uint8Array

  constructor(definiteCount: number, uncertainCount: number) {
    this.#definiteCount = definiteCount
    this.#has = new Uint8Array(definiteCount + uncertainCount)
  }

  get low(): number {
    return this.#low
  }

  get high(): number {
    return this.#high
  }

  /** How many of the definite operations are placed. */
  get definitePlaced(): number {
    return this.#placed
  }

  /** Puts an operation in, or takes it out when it is in. */
  toggle(operation: number): void {
    const change = this.#has[operation] === 0 ? 1 : -1
    this.#has[operation]! += change
    if (operation < this.#definiteCount) this.#placed += change
    else this.#uncertainPlaced += change
    this.#low ^= mix(2 * operation + 1)
    this.#high ^= mix(2 * operation + 2)
  }

  /**
   * The set itself, as text: equal for equal sets only.
   * @param frontier the first definite operation that is not in it; those after it are few.
   */
  text(frontier: number): string {
    const after: number[] = []
    for (let operation = frontier + 1; frontier + after.length < this.#placed; operation++) {
      if (this.#has[operation] === 1) after.push(operation)
    }
    const uncertain: number[] = []
    for (let operation = this.#definiteCount; uncertain.length < this.#uncertainPlaced; operation++) {
      if (this.#has[operation] === 1) uncertain.push(operation)
    }
    return `${frontier}:${after.join()}:${uncertain.join()}`
  }
}
