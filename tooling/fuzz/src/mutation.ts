import type { SeededRandom } from './seeded-random.ts'

/** Bytes at which decoders change their minds. */
const interesting = [0, 1, 2, 0x10, 0x1f, 0x20, 0x7f, 0x80, 0x81, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xfe, 0xff]
const changesMax = 6

/** Changes bytes in a scratch of its own: what a mutation returns is valid until the next one. */
export class Mutator {
  readonly #random: SeededRandom
  readonly #scratch: Uint8Array
  #length = 0

  /** @param bytesMax no mutated input is longer. */
  constructor(random: SeededRandom, bytesMax: number) {
    this.#random = random
    this.#scratch = new Uint8Array(bytesMax)
  }

  /**
   * `sample` with one to six changes, each as likely.
   * @param others parts of these are spliced in.
   * @param from bytes before it stay as they are.
   */
  mutate(sample: Uint8Array, others: readonly Uint8Array[], from = 0): Uint8Array {
    this.#scratch.set(sample)
    this.#length = sample.length
    for (let left = 1 + this.#random.integer(changesMax); left > 0; left--) this.#change(others, from)
    return this.#scratch.subarray(0, this.#length)
  }

  #change(others: readonly Uint8Array[], from: number): void {
    const random = this.#random
    const bytes = this.#scratch
    const span = this.#length - from
    const at = from + random.integer(span + 1)
    const kind = random.integer(10)
    if (kind === 0 && span > 0) this.#length = from + random.integer(span)
    else if (kind === 1) this.#insert(at, 1 + random.integer(4))
    else if (kind === 2) this.#remove(at, 1 + random.integer(4))
    else if (kind === 3) this.#splice(at, random.pick(others))
    else if (kind === 4) this.#splice(at, bytes.slice(from, this.#length))
    else if (at >= this.#length) this.#insert(at, 1)
    else if (kind === 5) bytes[at] = random.pick(interesting)
    else if (kind === 6) bytes[at] = 0xc0 | random.integer(0x20)
    else if (kind === 7) bytes.fill(random.once(2) ? 0xff : 0, at, Math.min(at + 4, this.#length))
    else if (kind === 8) bytes[at] = random.integer(256)
    else bytes[at]! ^= 1 << random.integer(8)
  }

  #insert(at: number, count: number): void {
    if (!this.#open(at, count)) return
    for (let i = 0; i < count; i++) this.#scratch[at + i] = this.#random.integer(256)
  }

  #splice(at: number, other: Uint8Array): void {
    const start = this.#random.integer(other.length + 1)
    const part = other.subarray(start, start + 1 + this.#random.integer(64))
    if (this.#open(at, part.length)) this.#scratch.set(part, at)
  }

  #open(at: number, count: number): boolean {
    if (this.#length + count > this.#scratch.length) return false
    this.#scratch.copyWithin(at + count, at, this.#length)
    this.#length += count
    return true
  }

  #remove(at: number, count: number): void {
    const end = Math.min(this.#length, at + count)
    this.#scratch.copyWithin(at, end, this.#length)
    this.#length -= end - at
  }
}
