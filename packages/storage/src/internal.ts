// For sibling packages that look at a log from outside. Outside semver: anything here may change in any release.
export { blockHeaderBytes, decodeBlockHeader, decodeSegmentHeader, parseSegmentFileName, segmentHeaderBytes, segmentSeed } from './segment-format.ts'
export type { Checksum, LogOwner, SegmentHeader, StoredBlock } from './segment-format.ts'
