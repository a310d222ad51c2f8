import { readSafeInteger, writeSafeInteger } from '@copycat/buffer'
import { ProtocolError } from './errors.ts'
import { isRecord, recordEnd, recordSequence, recordSession } from './record.ts'

/**
 * Frame of commands: u64 session, u64 first sequence, u32 count, then that many records of this
 * session, numbered without a gap. The message of type `commands`.
 */
export interface CommandFrame {
  readonly session: number
  readonly firstSequence: number
  readonly count: number
}

/** Bytes before the first record. */
export const commandFrameHeaderBytes = 20

/** The header of a frame of commands, as its own part. */
export function encodeCommandFrameHeader(frame: CommandFrame): Uint8Array {
  const bytes = new Uint8Array(commandFrameHeaderBytes)
  const view = new DataView(bytes.buffer)
  writeSafeInteger(view, 0, frame.session)
  writeSafeInteger(view, 8, frame.firstSequence)
  view.setUint32(16, frame.count, true)
  return bytes
}

/**
 * Reads the header and walks the records, so that what is logged can be trusted to hold what it says.
 * @throws {ProtocolError} when it does not.
 */
export function checkCommandFrame(bytes: Uint8Array, view: DataView): CommandFrame {
  if (bytes.length < commandFrameHeaderBytes) throw new ProtocolError('a frame of commands is cut short')
  const session = readSafeInteger(view, 0)
  const firstSequence = readSafeInteger(view, 8)
  const count = view.getUint32(16, true)
  let at = commandFrameHeaderBytes
  for (let record = 0; record < count; record++) {
    if (!isRecord(view, at, bytes.length) || recordSession(view, at) !== session || recordSequence(view, at) !== firstSequence + record) {
      throw new ProtocolError(`record ${record} of a frame of commands is malformed`)
    }
    at = recordEnd(view, at)
  }
  if (count === 0 || firstSequence === 0 || at !== bytes.length) throw new ProtocolError('a frame of commands does not hold what its header says')
  return { session, firstSequence, count }
}
