/**
 * The replicated log on disk, with term, vote and identity.
 *
 * @packageDocumentation
 */
export { blockBytesMax } from './block.ts'
export type { Block, BlockKind } from './block.ts'
export type { File, FileLock, FileSystem } from './file-system.ts'
export type { Log, LogRecovery, TermRun } from './log.ts'
export type { Founding, FoundingMember, HardState, Identity, MemberStorage } from './member-storage.ts'
