import type { Serializer } from '@copycat/serializer'
import type { LogIndex } from '@copycat/utils'
import { EventType } from './event-type.ts'
import { type Opaque, opaqueBytes } from './opaque.ts'

/**
 * What has become of a value: it was `put` where there was none, `update`d, `remove`d by somebody, or has `expire`d: its time has passed, or the session
 * whose own it was has ended.
 */
export type ChangeType = 'put' | 'update' | 'remove' | 'expire'

/** A change as it is published: type, index of its entry, key, value, previous value. */
export type PublishedChange = readonly [
  type: ChangeType, version: LogIndex, key: Uint8Array, value: Uint8Array | undefined, previous: Uint8Array | undefined,
]

export const changed: EventType<PublishedChange> = new EventType<PublishedChange>('changed')

/** A change as servers keep it. */
export interface StoredChange {
  readonly type: ChangeType
  readonly version: LogIndex
  readonly key: string
  readonly value: string | undefined
  readonly previous: string | undefined
}

/** The change that a write makes; of what was there and what is. */
export function writtenChange(version: LogIndex, key: string, value: string, previous: string | undefined): StoredChange {
  return { type: previous === undefined ? 'put' : 'update', version, key, value, previous }
}

export function publishedChange({ type, version, key, value, previous }: StoredChange): PublishedChange {
  return [type, version, opaqueBytes(key), optionalBytes(value), optionalBytes(previous)]
}

/** What bytes that may be missing stand for. */
export function decodedOptional<T>(serializer: Serializer, bytes: Uint8Array | undefined): T | undefined {
  return bytes === undefined ? undefined : serializer.readObject<T>(bytes)
}

function optionalBytes(opaque: Opaque | undefined): Uint8Array | undefined {
  return opaque === undefined ? undefined : opaqueBytes(opaque)
}
