import { HeapBuffer, type BufferOutput } from '@copycat/buffer'
import type { ResourceId } from './resource-context.ts'

/**
 * First byte of what a client sends to the resource manager, and what follows. Strings are a varint of their length in
 * bytes and UTF-8; an operation is what `writeOperation` of `@copycat/protocol` writes.
 */
export const ManagerTag: Readonly<
  Record<'create' | 'delete' | 'deleteResource' | 'command' | 'exists' | 'get' | 'keys' | 'query', number>
> = Object.freeze({
  /** Command: string path, string type, varint version. Result: a {@link Creation}. */
  create: 1,
  /** Command: string path, and u8 1 where it is by force. Result: u8, 1 if there was one. */
  delete: 2,
  /** Command: u64 resource, and u8 1 where it is by force. No result. */
  deleteResource: 3,
  /** Command: u64 resource, operation. */
  command: 4,
  /** Query: string path. Result: u8, 1 if there is one. */
  exists: 5,
  /** Query: string path. Result: a {@link Creation}, or none. */
  get: 6,
  /** Query: string prefix, string after, varint at most. Result: varint count, strings in ascending order. */
  keys: 7,
  /** Query: u64 resource, operation. */
  query: 8,
} as const)

/** Bytes before the operation of a resource: the tag and the resource. */
export const operationHeaderBytes = 9

/** What a path holds: u64 resource, string type, varint version. */
export interface Creation {
  /** Index of the log entry that created it. */
  readonly id: ResourceId
  readonly type: string
  readonly version: number
}

export function encodeCreation({ id, type, version }: Creation): Uint8Array {
  const out = HeapBuffer.allocate(128).writeSafeInteger(id).writeString(type).writeVarint(version)
  return out.flip().readView(out.remaining)
}

/** @throws anything when the bytes are no creation. */
export function decodeCreation(bytes: Uint8Array): Creation {
  const input = HeapBuffer.wrap(bytes)
  return { id: input.readSafeInteger(), type: input.readString(), version: input.readVarint() }
}

export function encodeKeys(keys: readonly string[]): Uint8Array {
  const out = HeapBuffer.allocate().writeVarint(keys.length)
  for (const key of keys) out.writeString(key)
  return out.flip().readView(out.remaining)
}

/** @throws anything when the bytes are no list of keys. */
export function decodeKeys(bytes: Uint8Array): string[] {
  const input = HeapBuffer.wrap(bytes)
  return Array.from({ length: input.readVarint() }, () => input.readString())
}

/** An event of a resource as its session gets it: u64 resource, and what the resource published. */
export function encodeEvent(id: ResourceId, event: Uint8Array): Uint8Array {
  const out = HeapBuffer.allocate(8 + event.length).writeSafeInteger(id).writeBytes(event)
  return out.flip().readView(out.remaining)
}

/** Writes the end of a deletion. */
export function writeForce(out: BufferOutput, force: boolean | undefined): void {
  if (force === true) out.writeUint8(1)
}

/** Reads the end of a deletion. @throws {RangeError} when the bytes are no such thing. */
export function readForce(input: HeapBuffer): boolean {
  if (input.remaining === 0) return false
  if (input.readUint8() !== 1) throw new RangeError('not a way to delete')
  return true
}

/** Writes the bytes before the operation of a resource. */
export function writeOperationHeader(out: BufferOutput, tag: number, id: ResourceId): void {
  out.writeUint8(tag).writeSafeInteger(id)
}

/**
 * The resource of an operation that starts at `start`: some number or other, where the bytes are none of ours. Without a
 * DataView, because every command pays for it.
 */
export function operationResource(bytes: Uint8Array, start: number): ResourceId {
  const low = bytes[start + 1]! | bytes[start + 2]! << 8 | bytes[start + 3]! << 16 | bytes[start + 4]! << 24
  const high = bytes[start + 5]! | bytes[start + 6]! << 8 | bytes[start + 7]! << 16 | bytes[start + 8]! << 24
  return (high >>> 0) * 0x1_0000_0000 + (low >>> 0)
}
