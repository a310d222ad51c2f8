const table: Uint32Array = buildTable()

/** CRC-32 (IEEE 802.3) in JavaScript, for where zlib is not at hand; the same values as zlib's. */
export function checksumTable(bytes: Uint8Array, seed = 0): number {
  let crc = ~seed
  for (let at = 0; at < bytes.length; at++) crc = (crc >>> 8) ^ table[(crc ^ bytes[at]!) & 0xff]!
  return ~crc >>> 0
}

function buildTable(): Uint32Array {
  const result = new Uint32Array(256)
  for (let value = 0; value < 256; value++) {
    let crc = value
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 0 ? crc >>> 1 : (crc >>> 1) ^ 0xedb88320
    result[value] = crc
  }
  return result
}
