import { readSafeInteger, writeSafeInteger } from '@copycat/buffer'
import type { CopycatError, SessionId } from '@copycat/utils'
import { ProtocolError } from './errors.ts'
import { decodeError, encodeError } from './wire-error.ts'

/** The one-way message of type `sessionEnded`, from a server to the client that has bound the session to this connection: u64 session, error. */
export interface SessionEndedMessage {
  readonly session: SessionId
  /** Why; what the client's calls fail with. */
  readonly error: CopycatError
}

export function encodeSessionEnded({ session, error }: SessionEndedMessage): Uint8Array {
  const content = encodeError(error)
  const bytes = new Uint8Array(8 + content.length)
  writeSafeInteger(new DataView(bytes.buffer), 0, session)
  bytes.set(content, 8)
  return bytes
}

/** @throws {ProtocolError} */
export function decodeSessionEnded(bytes: Uint8Array): SessionEndedMessage {
  if (bytes.length < 8) throw new ProtocolError('the end of a session is cut short')
  return { session: readSafeInteger(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), 0), error: decodeError(bytes.subarray(8)) }
}
