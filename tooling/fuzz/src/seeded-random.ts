/** Random numbers of one seed, the same on every machine. Quick rather than good. */
export class SeededRandom {
  #state: number

  constructor(seed: number) {
    this.#state = 0
    this.start(seed)
  }

  /** From now on the numbers of `seed`. Neighbouring seeds have nothing in common. */
  start(seed: number): void {
    this.#state = (Math.imul(seed ^ seed >>> 15, 0x2c1b_3c6d) ^ Math.floor(seed / 0x1_0000_0000)) | 0
  }

  /** An integer from 0 up to `below`, which is at most 2^32. */
  integer(below: number): number {
    this.#state = this.#state + 0x6d2b_79f5 | 0
    let mixed = Math.imul(this.#state ^ this.#state >>> 15, this.#state | 1)
    mixed ^= mixed + Math.imul(mixed ^ mixed >>> 7, mixed | 61)
    return Math.floor(((mixed ^ mixed >>> 14) >>> 0) / 0x1_0000_0000 * below)
  }

  /** True once in `times`. */
  once(times: number): boolean {
    return this.integer(times) === 0
  }

  pick<T>(from: readonly T[]): T {
    return from[this.integer(from.length)]!
  }
}
