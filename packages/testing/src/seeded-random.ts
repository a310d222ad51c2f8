import type { Random } from '@copycat/utils'

/** The same numbers for the same seed, on every machine: the generator that is known as Mulberry32. */
export class SeededRandom implements Random {
  private state: number

  constructor(seed: number) {
    this.state = seed | 0
  }

  float(): number {
    return this.next() / 0x1_0000_0000
  }

  integer(below: number): number {
    return Math.floor(this.float() * below)
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.next() & 0xff)
  }

  private next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0
    let mixed = this.state
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return (mixed ^ (mixed >>> 14)) >>> 0
  }
}
