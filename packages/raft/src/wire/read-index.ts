import { readSafeInteger, writeSafeInteger } from '@copycat/buffer'
import { ProtocolError } from '@copycat/protocol'
import type { LogIndex } from '@copycat/utils'

/** The leader's answer to a follower that asked for a read index: u64. */
export function encodeReadIndex(index: LogIndex): Uint8Array {
  const bytes = new Uint8Array(8)
  writeSafeInteger(new DataView(bytes.buffer), 0, index)
  return bytes
}

/** @throws {ProtocolError} */
export function decodeReadIndex(bytes: Uint8Array): LogIndex {
  if (bytes.length !== 8) throw new ProtocolError('a read index is malformed')
  return readSafeInteger(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), 0)
}
