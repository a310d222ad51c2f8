/** Objects up to this many are looked up one by one, which is faster than hashing them. */
const listedMax = 8

/** The objects of one value that were written already, with the offsets at which they start. */
export class WrittenReferences {
  readonly #listed: (object | undefined)[] = new Array<undefined>(listedMax).fill(undefined)
  readonly #listedOffsets: number[] = new Array<number>(listedMax).fill(0)
  #listedCount = 0
  #hashed: Map<object, number> | undefined
  /** Whether one was met twice. */
  isShared = false

  /** How many objects were met. */
  get count(): number {
    return this.#listedCount + (this.#hashed?.size ?? 0)
  }

  /** The offset of `value`; where it is met for the first time it is kept with `offset`, and the result is undefined. */
  find(value: object, offset: number): number | undefined {
    const listed = this.#listed
    const count = this.#listedCount
    for (let i = 0; i < count; i++) {
      if (listed[i] === value) {
        this.isShared = true
        return this.#listedOffsets[i]!
      }
    }
    if (count < listedMax) {
      listed[count] = value
      this.#listedOffsets[count] = offset
      this.#listedCount++
      return undefined
    }
    const hashed = this.#hashed ??= new Map<object, number>()
    const found = hashed.get(value)
    if (found === undefined) hashed.set(value, offset)
    else this.isShared = true
    return found
  }

  /** Gives the object found last at `was` another offset. */
  move(value: object, offset: number): void {
    const at = this.#listed.indexOf(value)
    if (at >= 0) this.#listedOffsets[at] = offset
    else this.#hashed!.set(value, offset)
  }

  clear(): void {
    // The arrays stay, what they refer to does not.
    for (let i = this.#listedCount - 1; i >= 0; i--) this.#listed[i] = undefined
    this.#listedCount = 0
    this.#hashed = undefined
    this.isShared = false
  }
}
