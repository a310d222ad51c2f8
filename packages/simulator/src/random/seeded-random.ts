import type { Random } from '@copycat/utils'

/**
 * xoshiro128**: integer operations only, so that every machine and engine draws the same numbers.
 * Source: Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2021.
 */
export class SeededRandom implements Random {
  private a: number
  private b: number
  private c: number
  private d: number

  /** @param words four 32-bit integers, not all 0. */
  constructor(words: readonly [number, number, number, number]) {
    ;[this.a, this.b, this.c, this.d] = words
    if ((this.a | this.b | this.c | this.d) === 0) this.a = 1
  }

  /** The generator of one purpose under a root seed: taking more from one does not shift another, which is what makes shrinking work. */
  static of(seed: number, ...purpose: readonly (string | number)[]): SeededRandom {
    const text = `${seed}/${purpose.join('/')}`
    return new SeededRandom([hash(text, 0x9e3779b9), hash(text, 0x243f6a88), hash(text, 0xb7e15162), hash(text, 0x6a09e667)])
  }

  /** Uniform 32-bit integer. */
  next(): number {
    const result = Math.imul(rotateLeft(Math.imul(this.b, 5), 7), 9) >>> 0
    const shifted = this.b << 9
    this.c ^= this.a
    this.d ^= this.b
    this.b ^= this.c
    this.a ^= this.d
    this.c ^= shifted
    this.d = rotateLeft(this.d, 11)
    return result
  }

  float(): number {
    return this.next() / 0x1_0000_0000
  }

  integer(below: number): number {
    return Math.floor(this.float() * below)
  }

  /** Uniform integer from `least` to `most`, both included. */
  between(least: number, most: number): number {
    return least + this.integer(most - least + 1)
  }

  /** True `times` out of `of`. */
  chance(times: number, of: number): boolean {
    return this.integer(of) < times
  }

  /** An integer from `least` to `most` whose order of magnitude is uniform. Powers of two and a linear rest keep it exact on every machine. */
  logBetween(least: number, most: number): number {
    const lowest = 31 - Math.clz32(least)
    const highest = 31 - Math.clz32(most)
    const magnitude = this.between(lowest, highest)
    return Math.min(most, Math.max(least, 2 ** magnitude + this.integer(2 ** magnitude)))
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.integer(choices.length)]!
  }

  /** A new array in random order. */
  shuffle<T>(values: readonly T[]): T[] {
    const result = [...values]
    for (let at = result.length - 1; at > 0; at--) {
      const other = this.integer(at + 1)
      ;[result[at], result[other]] = [result[other]!, result[at]!]
    }
    return result
  }

  bytes(length: number): Uint8Array {
    const bytes = new Uint8Array(length)
    for (let at = 0; at < length; at++) bytes[at] = this.next() & 0xff
    return bytes
  }
}

function rotateLeft(value: number, by: number): number {
  return (value << by) | (value >>> (32 - by))
}

/** FNV-1a over the code units, then murmur's finish, which spreads short texts. */
function hash(text: string, seed: number): number {
  let value = seed | 0
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193)
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35)
  return (value ^ (value >>> 16)) | 0
}
