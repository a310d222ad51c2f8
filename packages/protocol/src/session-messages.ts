import { HeapBuffer } from '@copycat/buffer'
import type { LogIndex, MemberId, SessionId } from '@copycat/utils'
import { ProtocolError } from './errors.ts'
import type { Member } from './member.ts'

/** Bytes of the random name by which a client's repeated registration is recognised. */
export const clientNameBytes = 16

/** Opens a session: u8[16] client, u32 timeout, u64 replaces. */
export interface RegisterRequest {
  /** Random and the same in every repetition, so that a lost response does not cost a second session. */
  readonly client: Uint8Array
  /** Milliseconds; 0 asks for the cluster's default. */
  readonly timeout: number
  /** The session that this one takes the place of, and so ends; 0: none. */
  readonly replaces: SessionId
}

/** Answer to {@link RegisterRequest}. */
export interface RegisterResponse extends ClusterView {
  readonly session: SessionId
  /** What was granted, in milliseconds. */
  readonly timeout: number
}

/** u64 session, u64 floor, u64 event index, u32 binding. */
export interface KeepAliveRequest {
  readonly session: SessionId
  /** Every result up to this sequence has reached the client. */
  readonly floor: number
  /** Every event up to this index has been handed over. */
  readonly eventIndex: LogIndex
  /**
   * Number of this binding, from 2 on and growing: the server that is asked sends the events behind `eventIndex` over this connection from now on, unless a
   * later binding has come before. Registering is binding 1. 0: the session is renewed, and its events stay where they are bound.
   */
  readonly binding: number
}

/** What a client learns of the cluster in passing: u32 leader, u16 count, then members: u32 id, u16 port, string host. */
export interface ClusterView {
  /** 0: none is known. */
  readonly leader: MemberId
  readonly members: readonly Member[]
}

export function encodeRegisterRequest(request: RegisterRequest): Uint8Array {
  const out = HeapBuffer.allocate(32, 64)
  out.writeBytes(request.client).writeUint32(request.timeout).writeSafeInteger(request.replaces)
  return written(out)
}

/** @throws {ProtocolError} */
export function decodeRegisterRequest(bytes: Uint8Array): RegisterRequest {
  return decode(bytes, (input) => ({
    client: input.readBytes(clientNameBytes), timeout: input.readUint32(), replaces: input.readSafeInteger(),
  }))
}

/** What follows the status byte. */
export function encodeRegisterResponse(response: RegisterResponse): Uint8Array {
  const out = HeapBuffer.allocate(256, 1 << 20)
  out.writeSafeInteger(response.session).writeUint32(response.timeout)
  writeClusterView(out, response)
  return written(out)
}

/** @throws {ProtocolError} */
export function decodeRegisterResponse(bytes: Uint8Array): RegisterResponse {
  return decode(bytes, (input) => ({ session: input.readSafeInteger(), timeout: input.readUint32(), ...readClusterView(input) }))
}

export function encodeKeepAliveRequest(request: KeepAliveRequest): Uint8Array {
  const out = HeapBuffer.allocate(28, 28)
  out.writeSafeInteger(request.session).writeSafeInteger(request.floor).writeSafeInteger(request.eventIndex).writeUint32(request.binding)
  return written(out)
}

/** @throws {ProtocolError} */
export function decodeKeepAliveRequest(bytes: Uint8Array): KeepAliveRequest {
  return decode(bytes, (input) => ({
    session: input.readSafeInteger(), floor: input.readSafeInteger(), eventIndex: input.readSafeInteger(), binding: input.readUint32(),
  }))
}

/** What follows the status byte of the answer to a keep-alive. */
export function encodeClusterView(view: ClusterView): Uint8Array {
  const out = HeapBuffer.allocate(256, 1 << 20)
  writeClusterView(out, view)
  return written(out)
}

/** @throws {ProtocolError} */
export function decodeClusterView(bytes: Uint8Array): ClusterView {
  return decode(bytes, readClusterView)
}

/** u64 session. */
export function encodeUnregisterRequest(session: SessionId): Uint8Array {
  const out = HeapBuffer.allocate(8, 8)
  out.writeSafeInteger(session)
  return written(out)
}

/** @throws {ProtocolError} */
export function decodeUnregisterRequest(bytes: Uint8Array): SessionId {
  return decode(bytes, (input) => input.readSafeInteger())
}

function writeClusterView(out: HeapBuffer, view: ClusterView): void {
  out.writeUint32(view.leader).writeUint16(view.members.length)
  for (const member of view.members) out.writeUint32(member.id).writeUint16(member.port).writeString(member.host)
}

function readClusterView(input: HeapBuffer): ClusterView {
  const leader = input.readUint32()
  const count = input.readUint16()
  const members: Member[] = []
  for (let member = 0; member < count; member++) {
    const id = input.readUint32()
    const port = input.readUint16()
    members.push({ id, port, host: input.readString() })
  }
  return { leader, members }
}

function decode<T>(bytes: Uint8Array, read: (input: HeapBuffer) => T): T {
  const input = HeapBuffer.wrap(bytes)
  try {
    const value = read(input)
    if (input.remaining === 0) return value
  } catch (error) {
    throw new ProtocolError('a message is malformed', { cause: error })
  }
  throw new ProtocolError('a message is longer than it may be')
}

function written(out: HeapBuffer): Uint8Array {
  return out.flip().readBytes(out.remaining)
}
