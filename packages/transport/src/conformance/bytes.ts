/** The bytes of a text. */
export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

/** The text of bytes. */
export function text(of: Uint8Array): string {
  return new TextDecoder().decode(of)
}

/** `length` bytes that differ from place to place and from one `seed` to the next. */
export function pattern(length: number, seed: number): Uint8Array {
  const result = new Uint8Array(length)
  for (let at = 0; at < length; at++) result[at] = (at * 31 + seed * 17 + (at >>> 8)) & 0xff
  return result
}
