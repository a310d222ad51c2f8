// For the packages of resources of this project alone; outside semver.

export { changed, decodedOptional, publishedChange, writtenChange } from './change.ts'
export type { PublishedChange, StoredChange } from './change.ts'
export { deletion, tellDeletion } from './deletion.ts'
export { opaqueBytes, OpaqueReader, opaqueText, writeOpaque, writeSizedOpaque } from './opaque.ts'
export type { Opaque } from './opaque.ts'
export { bareCodec, decodeOptionals, encodeOptionals, keyCodec, keyValueCodec, storeCodec, writeList } from './operation-codecs.ts'
export {
  booleanResult, countResult, noResult, opaqueResult, OpaqueWriter, optionalCountResult, sizedLength, versionedResult,
} from './result-codecs.ts'
export type { ResultCodec, Versioned } from './result-codecs.ts'
export { forGood, readRetention, retentionOf, writeRetention } from './retention.ts'
export type { Retention } from './retention.ts'
export { Expire, StoredValues } from './stored-values.ts'
export type { StoredValue } from './stored-values.ts'
export { Subscribe, Unsubscribe } from './subscription-operations.ts'
