import { assert, type Context, type Logger, type MemberId } from '@copycat/utils'
import { StorageCorruptionError, StorageForeignError } from './errors.ts'
import type { FileLock, FileSystem } from './file-system.ts'
import { readIdentity, writeIdentity } from './identity-file.ts'
import type { Log } from './log.ts'
import type { Founding, HardState, Identity, MemberStorage } from './member-storage.ts'
import { MetaFile } from './meta-file.ts'
import { parseSegmentFileName } from './segment-format.ts'
import { SegmentedLog } from './segmented-log.ts'

/** What a member's directory is opened with. */
export interface MemberDirectoryOptions {
  readonly fileSystem: FileSystem
  readonly directory: string
  readonly memberId: MemberId
  readonly context: Context
  readonly logger: Logger
  readonly maxSegmentSize: number
  readonly cacheBytes: number
}

/** The directory of one member: `lock`, `identity`, `meta`, `log/`. */
export class MemberDirectory implements MemberStorage {
  private readonly options: MemberDirectoryOptions
  private readonly lock: FileLock
  private readonly meta: MetaFile
  private current: Identity
  private log: SegmentedLog | undefined

  private constructor(options: MemberDirectoryOptions, lock: FileLock, meta: MetaFile, identity: Identity) {
    this.options = options
    this.lock = lock
    this.meta = meta
    this.current = identity
  }

  /** @throws (rejects) {StorageLockedError} {StorageForeignError} {StorageCorruptionError} */
  static async open(options: MemberDirectoryOptions): Promise<MemberDirectory> {
    const { fileSystem, directory, memberId, context } = options
    await fileSystem.makeDirectory(directory)
    const lock = await fileSystem.lock(`${directory}/lock`)
    try {
      const segments = (await fileSystem.list(`${directory}/log`)).filter((name) => parseSegmentFileName(name) !== undefined)
      const identity = await openIdentity(options, segments.length > 0)
      return new MemberDirectory(options, lock, await MetaFile.open(fileSystem, directory, memberId, context, segments.length === 0), identity)
    } catch (error) {
      await lock.release()
      throw error
    }
  }

  get identity(): Identity {
    return this.current
  }

  get hardState(): HardState {
    return this.meta.hardState
  }

  get location(): string {
    return this.options.directory
  }

  async found(founding: Founding): Promise<void> {
    const known = this.current.founding
    if (known !== undefined) {
      assert(known.clusterId === founding.clusterId, 'a member founds one cluster only')
      return
    }
    const identity = { ...this.current, founding }
    await writeIdentity(this.options.fileSystem, this.options.directory, identity, this.options.context)
    this.current = identity
  }

  storeHardState(hardState: HardState, done: (error: Error | undefined) => void): void {
    this.meta.store(hardState, done)
  }

  async openLog(): Promise<Log> {
    const { founding, memberId, incarnation } = this.current
    assert(founding !== undefined && this.log === undefined, 'the log is opened once, after the founding')
    const { fileSystem, directory } = this.options
    this.log = await SegmentedLog.open(fileSystem, `${directory}/log`, { clusterId: founding.clusterId, memberId, incarnation }, this.options)
    return this.log
  }

  async close(): Promise<void> {
    try {
      await this.log?.close()
      await this.meta.close()
    } finally {
      await this.lock.release()
    }
  }
}

async function openIdentity(options: MemberDirectoryOptions, hasLog: boolean): Promise<Identity> {
  const { fileSystem, directory, memberId, context } = options
  const known = await readIdentity(fileSystem, directory, context)
  if (known === undefined) {
    if (hasLog) throw new StorageCorruptionError(`${directory}/identity`, 0, 0, 'it is missing, though there is a log')
    // Stored before it is first told to anybody (PROTOCOL 8).
    const identity: Identity = { memberId, incarnation: hex(context.random('incarnation').bytes(8)), founding: undefined }
    await writeIdentity(fileSystem, directory, identity, context)
    return identity
  }
  if (known.memberId !== memberId) throw new StorageForeignError(`${directory} belongs to member ${known.memberId}, not to member ${memberId}`)
  return known
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
