import { readSafeInteger, writeSafeInteger } from '@copycat/buffer'
import { type Consistency, consistencyFromByte, consistencyToByte } from './consistency.ts'
import { ProtocolError } from './errors.ts'

/** Frame of queries: u64 session, u64 index, u8 level, u32 count, then that many queries: u32 length, payload. */
export interface QueryFrame {
  readonly session: number
  /** Highest index that this client has seen; the answer is not older. */
  readonly index: number
  readonly consistency: Consistency
  readonly count: number
}

/** Bytes before the first query. */
export const queryFrameHeaderBytes = 21

/** The header of a frame of queries, as its own part. */
export function encodeQueryFrameHeader(frame: QueryFrame): Uint8Array {
  const bytes = new Uint8Array(queryFrameHeaderBytes)
  const view = new DataView(bytes.buffer)
  writeSafeInteger(view, 0, frame.session)
  writeSafeInteger(view, 8, frame.index)
  view.setUint8(16, consistencyToByte(frame.consistency))
  view.setUint32(17, frame.count, true)
  return bytes
}

/** Reads the header and walks the queries. @throws {ProtocolError} */
export function checkQueryFrame(bytes: Uint8Array, view: DataView): QueryFrame {
  if (bytes.length < queryFrameHeaderBytes) throw new ProtocolError('a frame of queries is cut short')
  const consistency = consistencyFromByte(view.getUint8(16))
  if (consistency === undefined) throw new ProtocolError(`a frame of queries asks for the unknown level ${view.getUint8(16)}`)
  const count = view.getUint32(17, true)
  let at = queryFrameHeaderBytes
  for (let query = 0; query < count; query++) {
    if (at + 4 > bytes.length) throw new ProtocolError('a frame of queries is cut short')
    at += 4 + view.getUint32(at, true)
  }
  if (count === 0 || at !== bytes.length) throw new ProtocolError('a frame of queries does not hold what its header says')
  return { session: readSafeInteger(view, 0), index: readSafeInteger(view, 8), consistency, count }
}
