import { readSafeInteger, writeSafeInteger } from '@copycat/buffer'

/**
 * A command as the client made it, in its frame, in the leader's block, on every disk:
 *
 * | offset | bytes | field |
 * |---|---|---|
 * | 0 | 4 | length: bytes that follow |
 * | 4 | 1 | flags: 1 = a floor follows the sequence; 2 = refused: the payload is the error that is its result |
 * | 5 | 8 | session |
 * | 13 | 8 | sequence |
 * | 21 | 0 or 8 | floor: every result up to this sequence has reached the client |
 * | 21 or 29 | rest | payload |
 *
 * Integers are little endian.
 */
export const recordHeaderBytes = 21

const floorFlag = 1
const refusedFlag = 2

/**
 * The record at `at` as a leader logs it that may not apply its command: with the error as its result, so that the
 * session's numbers stay without a gap. A client sends such a record in the place of one that no leader would take.
 */
export function refuseRecord(bytes: Uint8Array, at: number, error: Uint8Array): Uint8Array {
  const start = payloadStart(bytes, at)
  const refused = new Uint8Array(start - at + error.length)
  refused.set(bytes.subarray(at, start))
  refused.set(error, start - at)
  refused[4] = refused[4]! | refusedFlag
  new DataView(refused.buffer).setUint32(0, refused.length - 4, true)
  return refused
}

/** Whether the record at `at` was refused by the leader. */
export function isRefused(bytes: Uint8Array, at: number): boolean {
  return (bytes[at + 4]! & refusedFlag) !== 0
}

/** Where the payload starts that a record at `at` carries. */
export function payloadStart(bytes: Uint8Array, at: number): number {
  return at + recordHeaderBytes + ((bytes[at + 4]! & floorFlag) === 0 ? 0 : 8)
}

/** Writes the fields before the payload. @returns where the payload starts. */
export function writeRecordHeader(view: DataView, at: number, session: number, sequence: number, floor: number | undefined): number {
  view.setUint8(at + 4, floor === undefined ? 0 : floorFlag)
  writeSafeInteger(view, at + 5, session)
  writeSafeInteger(view, at + 13, sequence)
  if (floor === undefined) return at + recordHeaderBytes
  writeSafeInteger(view, at + recordHeaderBytes, floor)
  return at + recordHeaderBytes + 8
}

/** Ends the record that starts at `at`: `end` is where the payload ends. */
export function finishRecord(view: DataView, at: number, end: number): void {
  view.setUint32(at, end - at - 4, true)
}

/** End of the record at `at`. */
export function recordEnd(view: DataView, at: number): number {
  return at + 4 + view.getUint32(at, true)
}

export function recordSession(view: DataView, at: number): number {
  return readSafeInteger(view, at + 5)
}

export function recordSequence(view: DataView, at: number): number {
  return readSafeInteger(view, at + 13)
}

/** The floor that the record carries, or undefined. */
export function recordFloor(view: DataView, at: number): number | undefined {
  return (view.getUint8(at + 4) & floorFlag) === 0 ? undefined : readSafeInteger(view, at + recordHeaderBytes)
}

/** Whether a whole record of a client stands at `at`, with flags that this version knows. */
export function isRecord(view: DataView, at: number, end: number): boolean {
  if (at + recordHeaderBytes > end) return false
  const length = view.getUint32(at, true)
  const flags = view.getUint8(at + 4)
  return at + 4 + length <= end && (flags & ~(floorFlag | refusedFlag)) === 0
    && length >= recordHeaderBytes - 4 + ((flags & floorFlag) === 0 ? 0 : 8)
}
