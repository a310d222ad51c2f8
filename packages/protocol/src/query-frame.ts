import { readSafeInteger, writeSafeInteger } from '@copycat/buffer'
import { type Consistency, consistencyFromByte, consistencyToByte } from './consistency.ts'
import { ProtocolError } from './errors.ts'

/** Frame of queries: u64 session, u64 index, u8 level, u32 staleness, u32 count, then that many queries: u32 length, payload. */
export interface QueryFrame {
  readonly session: number
  /** Highest index that this client has seen; the answer is not older. */
  readonly index: number
  readonly consistency: Consistency
  /** For `SERIALIZABLE`: milliseconds since the answering server heard the leader, at most; Infinity: any; undefined: an election timeout. */
  readonly maxStaleness: number | undefined
  readonly count: number
}

/** Bytes before the first query. */
export const queryFrameHeaderBytes = 25

/** Stand for no bound named, and for no bound at all; a bound is whole milliseconds in between. */
const stalenessUnnamed = 0
const stalenessUnlimited = 0xffff_ffff

/** The header of a frame of queries, as its own part. */
export function encodeQueryFrameHeader(frame: QueryFrame): Uint8Array {
  const bytes = new Uint8Array(queryFrameHeaderBytes)
  const view = new DataView(bytes.buffer)
  writeSafeInteger(view, 0, frame.session)
  writeSafeInteger(view, 8, frame.index)
  view.setUint8(16, consistencyToByte(frame.consistency))
  view.setUint32(17, stalenessToWire(frame.maxStaleness), true)
  view.setUint32(21, frame.count, true)
  return bytes
}

/** Reads the header and walks the queries. @throws {ProtocolError} */
export function checkQueryFrame(bytes: Uint8Array, view: DataView): QueryFrame {
  if (bytes.length < queryFrameHeaderBytes) throw new ProtocolError('a frame of queries is cut short')
  const consistency = consistencyFromByte(view.getUint8(16))
  if (consistency === undefined) throw new ProtocolError(`a frame of queries asks for the unknown level ${view.getUint8(16)}`)
  const count = view.getUint32(21, true)
  let at = queryFrameHeaderBytes
  for (let query = 0; query < count; query++) {
    if (at + 4 > bytes.length) throw new ProtocolError('a frame of queries is cut short')
    at += 4 + view.getUint32(at, true)
  }
  if (count === 0 || at !== bytes.length) throw new ProtocolError('a frame of queries does not hold what its header says')
  return { session: readSafeInteger(view, 0), index: readSafeInteger(view, 8), consistency, maxStaleness: stalenessFromWire(view.getUint32(17, true)), count }
}

function stalenessToWire(millis: number | undefined): number {
  if (millis === undefined) return stalenessUnnamed
  return millis === Infinity ? stalenessUnlimited : Math.min(stalenessUnlimited - 1, Math.max(1, Math.floor(millis)))
}

function stalenessFromWire(value: number): number | undefined {
  if (value === stalenessUnnamed) return undefined
  return value === stalenessUnlimited ? Infinity : value
}
