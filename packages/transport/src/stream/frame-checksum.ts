import type { Checksum } from './frame.ts'

/** From this many bytes on the context's checksum is quicker; below, calling it costs more than the sum itself. */
const smallBytesMax = 256

/** Eight tables of 256: the sums of a byte with zero to seven zeros behind it ("slicing by 8"). */
const tables: Int32Array = buildTables()

/** CRC-32 of `bytes` from `start` to `end`, continued from `seed`: the same value as `checksum` gives, quicker where they are few. */
export function frameChecksum(checksum: Checksum, bytes: Uint8Array, start: number, end: number, seed: number): number {
  if (end - start >= smallBytesMax) return checksum(bytes.subarray(start, end), seed)
  let crc = ~seed
  let at = start
  for (; end - at >= 8; at += 8) {
    // What does not depend on the sum so far comes first: it need not wait for it.
    const ahead = (tables[768 + bytes[at + 4]!]! ^ tables[512 + bytes[at + 5]!]!) ^ (tables[256 + bytes[at + 6]!]! ^ tables[bytes[at + 7]!]!)
    crc = ((tables[1792 + ((crc ^ bytes[at]!) & 0xff)]! ^ tables[1536 + ((crc >>> 8 ^ bytes[at + 1]!) & 0xff)]!)
      ^ (tables[1280 + ((crc >>> 16 ^ bytes[at + 2]!) & 0xff)]! ^ tables[1024 + (crc >>> 24 ^ bytes[at + 3]!)]!)) ^ ahead
  }
  for (; at < end; at++) crc = (crc >>> 8) ^ tables[(crc ^ bytes[at]!) & 0xff]!
  return ~crc >>> 0
}

function buildTables(): Int32Array {
  const result = new Int32Array(8 * 256)
  for (let value = 0; value < 256; value++) {
    let crc = value
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 0 ? crc >>> 1 : (crc >>> 1) ^ 0xedb88320
    result[value] = crc
  }
  for (let place = 256; place < result.length; place++) {
    const before = result[place - 256]!
    result[place] = (before >>> 8) ^ result[before & 0xff]!
  }
  return result
}
