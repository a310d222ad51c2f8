import { latin1FromBytes } from '@copycat/buffer'

const slots = 512
/** Longer keys are decoded each time. */
export const cachedKeyBytesMax = 24

/**
 * Keys of objects by their bytes: the same few come again and again, and a string that exists already costs neither
 * decoding nor the engine's own look-up. Of fixed size; a key that falls into a taken slot replaces the other.
 */
export class KeyCache {
  readonly #keys: string[] = new Array<string>(slots).fill('')

  /** The text of the ASCII bytes from `start` up to `end`; undefined when one is not ASCII. At least one byte. */
  get(bytes: Uint8Array, start: number, end: number): string | undefined {
    const length = end - start
    const slot = (bytes[start]! * 31 ^ bytes[end - 1]! * 7 ^ bytes[start + (length >> 1)]! * 131 ^ length) & (slots - 1)
    const cached = this.#keys[slot]!
    if (cached.length === length) {
      let i = 0
      while (i < length && cached.charCodeAt(i) === bytes[start + i]) i++
      if (i === length) return cached
    }
    for (let i = start; i < end; i++) {
      if (bytes[i]! >= 0x80) return undefined
    }
    const key = latin1FromBytes(bytes, start, end)
    this.#keys[slot] = key
    return key
  }
}
