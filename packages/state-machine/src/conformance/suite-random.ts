/** Random numbers that a seed repeats. */
export class SuiteRandom {
  private state: number

  constructor(seed: number) {
    this.state = Math.imul(seed, 0x9e37_79b1) >>> 0
  }

  /** Uniform in [0, 1). */
  float(): number {
    this.state = (this.state + 0x6d2b_79f5) >>> 0
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000
  }

  /** Uniform integer in [0, below). */
  integer(below: number): number {
    return Math.floor(this.float() * below)
  }

  /** True in so many of all cases, from 0 to 1. */
  chance(probability: number): boolean {
    return this.float() < probability
  }

  /** One of these, which must not be empty. */
  pick<T>(values: readonly T[]): T {
    return values[this.integer(values.length)]!
  }
}
