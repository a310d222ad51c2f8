import { HeapBuffer } from '@copycat/buffer'
import { ProtocolError } from '@copycat/protocol'
import type { SessionId } from '@copycat/utils'
import type { SessionStatus } from '../cluster/session-status.ts'

/** Asks the leader for sessions: u64 after, u32 limit. */
export interface SessionListRequest {
  readonly after: SessionId
  readonly limit: number
}

export function encodeSessionListRequest({ after, limit }: SessionListRequest): Uint8Array {
  return written(HeapBuffer.allocate(12).writeSafeInteger(after).writeUint32(limit))
}

/** @throws {ProtocolError} */
export function decodeSessionListRequest(bytes: Uint8Array): SessionListRequest {
  return decode(bytes, (input) => ({ after: input.readSafeInteger(), limit: input.readUint32() }))
}

/** The answer: u32 count; each: u64 id, string client, u32 time-out, f64 age, u32 results, u32 events, u64 bytes of events, string address (empty: not known). */
export function encodeSessionList(sessions: readonly SessionStatus[]): Uint8Array {
  const out = HeapBuffer.allocate(256, 15 * 1024 * 1024).writeUint32(sessions.length)
  for (const { id, client, timeout, age, results, events, eventBytes, connectedFrom } of sessions) {
    out.writeSafeInteger(id).writeString(client).writeUint32(timeout).writeDouble(age)
    out.writeUint32(results).writeUint32(events).writeSafeInteger(eventBytes).writeString(connectedFrom ?? '')
  }
  return written(out)
}

/** @throws {ProtocolError} */
export function decodeSessionList(bytes: Uint8Array): SessionStatus[] {
  return decode(bytes, (input) => {
    const sessions: SessionStatus[] = []
    for (let left = input.readUint32(); left > 0; left--) {
      const status = {
        id: input.readSafeInteger(), client: input.readString(), timeout: input.readUint32(), age: input.readDouble(),
        results: input.readUint32(), events: input.readUint32(), eventBytes: input.readSafeInteger(),
      }
      const address = input.readString()
      sessions.push({ ...status, connectedFrom: address === '' ? undefined : address })
    }
    return sessions
  })
}

/** Asks the leader to end a session: u64 session. Answered with u8, 1 if there was one. */
export function encodeEndSession(session: SessionId): Uint8Array {
  return written(HeapBuffer.allocate(8).writeSafeInteger(session))
}

/** @throws {ProtocolError} */
export function decodeEndSession(bytes: Uint8Array): SessionId {
  return decode(bytes, (input) => input.readSafeInteger())
}

function decode<T>(bytes: Uint8Array, read: (input: HeapBuffer) => T): T {
  const input = HeapBuffer.wrap(bytes)
  try {
    const value = read(input)
    if (input.remaining === 0) return value
  } catch (error) {
    throw new ProtocolError('a message about sessions is malformed', { cause: error })
  }
  throw new ProtocolError('a message about sessions is longer than it may be')
}

function written(out: HeapBuffer): Uint8Array {
  return out.flip().readBytes(out.remaining)
}
