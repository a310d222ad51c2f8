/**
 * The replicated log on disk, with term, vote and identity.
 *
 * @packageDocumentation
 */
export { blockBytesMax } from './block.ts'
export type { Block, BlockKind } from './block.ts'
export { cutBlock } from './cut-block.ts'
export { StorageCorruptionError, StorageError, StorageFailedError, StorageForeignError, StorageLockedError } from './errors.ts'
export type { File, FileLock, FileSystem } from './file-system.ts'
export type { Log, LogRecovery, TermRun } from './log.ts'
export type { Founding, FoundingMember, HardState, Identity, MemberStorage } from './member-storage.ts'
export { MemoryFileSystem } from './memory-file-system.ts'
export type { MemoryFileSystemFaults } from './memory-file-system.ts'
export { NodeFileSystem } from './node-file-system.ts'
export { Storage, StorageBuilder, storageDefaults } from './storage.ts'
export type { StorageLevel, StorageOptions } from './storage.ts'
