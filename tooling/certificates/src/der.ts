/** The tags of ASN.1 that certificates need. */
export const Tag = {
  boolean: 0x01, integer: 0x02, bitString: 0x03, octetString: 0x04, objectIdentifier: 0x06, utf8String: 0x0c, utcTime: 0x17, sequence: 0x30, set: 0x31,
} as const

/** One value in DER: tag, length, contents. */
export function der(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(contents)
  const length = body.length < 0x80 ? [body.length] : body.length < 0x100 ? [0x81, body.length] : [0x82, body.length >> 8, body.length & 0xff]
  return Buffer.concat([Uint8Array.from([tag, ...length]), body])
}

export function sequence(...values: readonly Uint8Array[]): Buffer {
  return der(Tag.sequence, ...values)
}

/** @param dotted as in "1.2.840". */
export function objectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  const bytes = [40 * first + second]
  for (const part of rest) {
    const groups = [part & 0x7f]
    for (let left = part >> 7; left > 0; left >>= 7) groups.unshift(0x80 | (left & 0x7f))
    bytes.push(...groups)
  }
  return der(Tag.objectIdentifier, Uint8Array.from(bytes))
}

/** A time to the second, of the years 1950 to 2049. */
export function utcTime(date: Date): Buffer {
  return der(Tag.utcTime, Buffer.from(`${date.toISOString().replaceAll(/[-:T]|\.\d+/g, '').slice(2)}`))
}

/** A whole number of bytes as bits. */
export function bitString(bytes: Uint8Array): Buffer {
  return der(Tag.bitString, Uint8Array.from([0]), bytes)
}
