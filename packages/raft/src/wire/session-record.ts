import { readSafeInteger, writeSafeInteger } from '@copycat/buffer'
import { clientNameBytes } from '@copycat/protocol'
import { InvariantError, type LogIndex, type SessionId } from '@copycat/utils'

/** What a `session` block says, one record an entry: u32 length of the rest, u8 kind, then the fields in this order (u64, timeouts u32). */
export type SessionRecord =
  | { readonly kind: 'register', readonly client: Uint8Array, readonly timeout: number, readonly replaces: SessionId }
  | { readonly kind: 'keepAlive', readonly session: SessionId, readonly floor: number, readonly eventIndex: LogIndex }
  | { readonly kind: 'unregister', readonly session: SessionId }
  /** Void if a renewal of the session was logged after `lastRenewal`. */
  | { readonly kind: 'expire', readonly session: SessionId, readonly lastRenewal: LogIndex }
  /** An operator ends it. */
  | { readonly kind: 'end', readonly session: SessionId }

const kinds: readonly SessionRecord['kind'][] = ['register', 'keepAlive', 'unregister', 'expire', 'end']

/** Bytes of the fields of a record. */
const fieldBytes: Readonly<Record<SessionRecord['kind'], number>> = { register: clientNameBytes + 12, keepAlive: 24, unregister: 8, expire: 16, end: 8 }

export function encodeSessionRecord(record: SessionRecord): Uint8Array {
  const bytes = new Uint8Array(5 + fieldBytes[record.kind])
  const view = new DataView(bytes.buffer)
  view.setUint32(0, bytes.length - 4, true)
  bytes[4] = kinds.indexOf(record.kind)
  switch (record.kind) {
    case 'register':
      bytes.set(record.client, 5)
      view.setUint32(5 + clientNameBytes, record.timeout, true)
      writeSafeInteger(view, 9 + clientNameBytes, record.replaces)
      break
    case 'keepAlive':
      writeSafeInteger(view, 5, record.session)
      writeSafeInteger(view, 13, record.floor)
      writeSafeInteger(view, 21, record.eventIndex)
      break
    case 'unregister':
    case 'end':
      writeSafeInteger(view, 5, record.session)
      break
    case 'expire':
      writeSafeInteger(view, 5, record.session)
      writeSafeInteger(view, 13, record.lastRenewal)
  }
  return bytes
}

/** The record at `at` of a committed block. @throws {InvariantError} when it is none: only leaders write them. */
export function decodeSessionRecord(bytes: Uint8Array, view: DataView, at: number): SessionRecord {
  switch (kinds[bytes[at + 4]!]) {
    case 'register': return {
      kind: 'register', client: bytes.slice(at + 5, at + 5 + clientNameBytes), timeout: view.getUint32(at + 5 + clientNameBytes, true),
      replaces: readSafeInteger(view, at + 9 + clientNameBytes),
    }
    case 'keepAlive': return { kind: 'keepAlive', session: readSafeInteger(view, at + 5), floor: readSafeInteger(view, at + 13), eventIndex: readSafeInteger(view, at + 21) }
    case 'unregister': return { kind: 'unregister', session: readSafeInteger(view, at + 5) }
    case 'expire': return { kind: 'expire', session: readSafeInteger(view, at + 5), lastRenewal: readSafeInteger(view, at + 13) }
    case 'end': return { kind: 'end', session: readSafeInteger(view, at + 5) }
    default: throw new InvariantError(`a session record has the unknown kind ${bytes[at + 4]}`)
  }
}
