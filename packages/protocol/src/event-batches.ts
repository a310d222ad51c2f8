import { readSafeInteger, writeSafeInteger } from '@copycat/buffer'
import type { LogIndex, SessionId } from '@copycat/utils'
import { ProtocolError } from './errors.ts'

/** What one log entry, with the timers and session hooks that fired at it, has published to one session. */
export interface EventBatch {
  readonly index: LogIndex
  /** Index of the batch before it, whatever has become of that one; 0: it is the first of its session. */
  readonly previousIndex: LogIndex
  /** In the order of publishing. None: the events of this session up to `index` are lost, as far as the client has not had them. */
  readonly events: readonly Uint8Array[]
}

/**
 * The one-way message of type `events`, from a server to the client that has bound its session to this connection: u64 session, u32 binding, then to the
 * end batches in ascending order: u64 index, u64 previous index, u32 count, and per event u32 length and the bytes.
 */
export interface EventsMessage {
  readonly session: SessionId
  /** The number that the client gave to its binding: what an earlier one has brought is of no use any more. */
  readonly binding: number
  readonly batches: readonly EventBatch[]
}

const messageHeaderBytes = 12
const batchHeaderBytes = 20

/** Bytes of a batch in a message. */
function eventBatchBytes({ events }: EventBatch): number {
  let bytes = batchHeaderBytes
  for (const event of events) bytes += 4 + event.length
  return bytes
}

export function encodeEvents({ session, binding, batches }: EventsMessage): Uint8Array {
  const bytes = new Uint8Array(batches.reduce((sum, batch) => sum + eventBatchBytes(batch), messageHeaderBytes))
  const view = new DataView(bytes.buffer)
  writeSafeInteger(view, 0, session)
  view.setUint32(8, binding, true)
  let at = messageHeaderBytes
  for (const { index, previousIndex, events } of batches) {
    writeSafeInteger(view, at, index)
    writeSafeInteger(view, at + 8, previousIndex)
    view.setUint32(at + 16, events.length, true)
    at += batchHeaderBytes
    for (const event of events) {
      view.setUint32(at, event.length, true)
      bytes.set(event, at + 4)
      at += 4 + event.length
    }
  }
  return bytes
}

/** Whom a message of events is for; 0 where it is none. Several clients may share a connection. */
export function eventsSession(bytes: Uint8Array): SessionId {
  return bytes.length < messageHeaderBytes ? 0 : readSafeInteger(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), 0)
}

/** @param bytes the events are views of it. @throws {ProtocolError} */
export function decodeEvents(bytes: Uint8Array): EventsMessage {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  if (bytes.length < messageHeaderBytes) throw new ProtocolError('a message of events is cut short')
  const batches: EventBatch[] = []
  for (let at = messageHeaderBytes; at < bytes.length;) {
    if (at + batchHeaderBytes > bytes.length) throw new ProtocolError('a batch of events is cut short')
    const index = readSafeInteger(view, at)
    const previousIndex = readSafeInteger(view, at + 8)
    const count = view.getUint32(at + 16, true)
    at += batchHeaderBytes
    const events: Uint8Array[] = []
    while (events.length < count) {
      const end = at + 4 > bytes.length ? Infinity : at + 4 + view.getUint32(at, true)
      if (end > bytes.length) throw new ProtocolError('an event is cut short')
      events.push(bytes.subarray(at + 4, end))
      at = end
    }
    batches.push({ index, previousIndex, events })
  }
  return { session: readSafeInteger(view, 0), binding: view.getUint32(8, true), batches }
}
