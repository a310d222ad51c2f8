import { type Builder, checkInteger, ConfigurationError, type Context, definedOptions, type Logger, type MemberId } from '@copycat/utils'
import type { FileSystem } from './file-system.ts'
import { MemberDirectory } from './member-directory.ts'
import type { MemberStorage } from './member-storage.ts'
import { MemoryFileSystem } from './memory-file-system.ts'
import { NodeFileSystem } from './node-file-system.ts'

/** Where the log is kept. `MEMORY`: nothing survives the process, so whoever opens it again is a new member. */
export type StorageLevel = 'DISK' | 'MEMORY'

/** Options of {@link Storage}. */
export interface StorageOptions {
  /** Folder of this member alone. Required for level `DISK`. */
  readonly directory?: string
  /** @default 'DISK' */
  readonly level?: StorageLevel
  /** Bytes of a segment's file, filled with zeros ahead; a larger block gets a file of its own size. @default 64 MiB; 1 MiB at level `MEMORY` */
  readonly maxSegmentSize?: number
  /** Bytes of the log's end that are kept in memory, for followers and for applying; what is not synced stays whatever its size. @default 32 MiB */
  readonly cacheBytes?: number
  /** @default the file system of Node.js for `DISK`, a new one in memory at each opening for `MEMORY` */
  readonly fileSystem?: FileSystem
}

/** The defaults of {@link StorageOptions}. */
export const storageDefaults: Readonly<{ level: StorageLevel, maxSegmentSize: number, cacheBytes: number }> = Object.freeze({
  level: 'DISK', maxSegmentSize: 64 * 1024 * 1024, cacheBytes: 32 * 1024 * 1024,
})

/** Filling ahead is of no use in memory. */
const memorySegmentSize = 1024 * 1024

/** How and where a member keeps what it must not lose. */
export class Storage {
  private readonly options: StorageOptions & typeof storageDefaults

  /** @throws {ConfigurationError} */
  constructor(options: StorageOptions) {
    const memory = options.level === 'MEMORY' ? { maxSegmentSize: memorySegmentSize } : {}
    this.options = Object.freeze({ ...storageDefaults, ...memory, ...definedOptions(options) })
    const { level, directory, maxSegmentSize, cacheBytes } = this.options
    if (level !== 'DISK' && level !== 'MEMORY') throw new ConfigurationError('level', level, "must be 'DISK' or 'MEMORY'")
    if (level === 'DISK' && (typeof directory !== 'string' || directory === '')) throw new ConfigurationError('directory', directory, "must name a folder at level 'DISK'")
    checkInteger('maxSegmentSize', maxSegmentSize, 2048)
    checkInteger('cacheBytes', cacheBytes, 0)
  }

  /** The same options, one call each. */
  static builder(): StorageBuilder {
    return new StorageBuilder({})
  }

  get level(): StorageLevel {
    return this.options.level
  }

  /**
   * Locks and opens the directory of `memberId`, or makes it.
   * @throws (rejects) {StorageLockedError} {StorageForeignError} {StorageCorruptionError}
   */
  open(member: { readonly memberId: MemberId, readonly context: Context, readonly logger: Logger }): Promise<MemberStorage> {
    const { level, directory, maxSegmentSize, cacheBytes } = this.options
    const fileSystem = this.options.fileSystem ?? (level === 'MEMORY' ? new MemoryFileSystem() : new NodeFileSystem())
    return MemberDirectory.open({ ...member, fileSystem, directory: directory ?? 'memory', maxSegmentSize, cacheBytes })
  }
}

/** Builds a {@link Storage}. */
export class StorageBuilder implements Builder<Storage> {
  private readonly options: StorageOptions

  constructor(options: StorageOptions) {
    this.options = options
  }

  withDirectory(directory: string): StorageBuilder {
    return new StorageBuilder({ ...this.options, directory })
  }

  withLevel(level: StorageLevel): StorageBuilder {
    return new StorageBuilder({ ...this.options, level })
  }

  withMaxSegmentSize(maxSegmentSize: number): StorageBuilder {
    return new StorageBuilder({ ...this.options, maxSegmentSize })
  }

  withCacheBytes(cacheBytes: number): StorageBuilder {
    return new StorageBuilder({ ...this.options, cacheBytes })
  }

  withFileSystem(fileSystem: FileSystem): StorageBuilder {
    return new StorageBuilder({ ...this.options, fileSystem })
  }

  build(): Storage {
    return new Storage(this.options)
  }
}
