import { readSafeInteger, writeSafeInteger } from '@copycat/buffer'
import type { Context, MemberId } from '@copycat/utils'
import { cover, mutant } from '@copycat/utils/instruments'
import { StorageCorruptionError, StorageFailedError, StorageForeignError } from './errors.ts'
import type { File, FileSystem } from './file-system.ts'
import type { HardState } from './member-storage.ts'
import { formatVersion } from './segment-format.ts'

/** Bytes of one slot: a disk's sector, written whole or not at all. */
const slotBytes = 512
const usedBytes = 44
const magic = 0x544d4343 // 'CCMT'

/**
 * Term and vote, in two slots that are overwritten in turn (0.1 to 0.3 ms against 0.6 for a rename): u32 magic, u32 version, u64 generation,
 * u64 member, u64 term, u64 vote (0: none), u32 CRC. The newest valid slot counts, so a crash leaves the old pair or the new one.
 */
export class MetaFile {
  private readonly file: File
  private readonly path: string
  private readonly memberId: MemberId
  private readonly context: Context
  private generation = 0
  private current: HardState = { currentTerm: 0, votedFor: undefined }
  private storing = false
  private failure: Error | undefined

  private constructor(file: File, path: string, memberId: MemberId, context: Context) {
    this.file = file
    this.path = path
    this.memberId = memberId
    this.context = context
  }

  /** @param mayBeNew false: there is a log, so term and vote must be there too. */
  static async open(fileSystem: FileSystem, directory: string, memberId: MemberId, context: Context, mayBeNew: boolean): Promise<MetaFile> {
    const path = `${directory}/meta`
    const exists = (await fileSystem.list(directory)).includes('meta')
    if (!exists && !mayBeNew && !mutant('E3')) throw new StorageCorruptionError(path, 0, 0, 'it is missing, though there is a log: the votes of this member are lost')
    const meta = new MetaFile(await fileSystem.open(path, { create: !exists }), path, memberId, context)
    try {
      if (exists) await meta.load(fileSystem, directory, mayBeNew)
      else await meta.create(fileSystem, directory)
    } catch (error) {
      await meta.close()
      throw error
    }
    return meta
  }

  get hardState(): HardState {
    return this.current
  }

  store(hardState: HardState, done: (error: Error | undefined) => void): void {
    if (this.failure !== undefined || this.storing) {
      const error = this.failure ?? new StorageFailedError('term and vote are being stored already')
      this.context.execute(() => done(error))
      return
    }
    this.storing = true
    this.generation += 1
    if (mutant('E4')) {
      this.finish(hardState, undefined, done)
      return
    }
    try {
      this.file.write(this.encode(hardState), mutant('D14') ? 0 : (this.generation % 2) * slotBytes)
    } catch (error) {
      this.finish(hardState, error, done)
      return
    }
    const synced = mutant('D4-meta') ? Promise.resolve() : this.file.sync()
    synced.then(() => this.finish(hardState, undefined, done), (error: unknown) => this.finish(hardState, error, done))
  }

  close(): Promise<void> {
    return this.file.close()
  }

  private finish(hardState: HardState, error: unknown, done: (error: Error | undefined) => void): void {
    this.storing = false
    // What a failed sync left on disk is unknown: nothing may be promised on it any more.
    if (error !== undefined) cover('meta-file.not-stored')
    if (error !== undefined && !mutant('D5-meta')) this.failure = new StorageFailedError('term and vote could not be stored', { cause: error })
    else this.current = hardState
    this.context.execute(() => done(this.failure))
  }

  private async create(fileSystem: FileSystem, directory: string): Promise<void> {
    await this.file.allocate(2 * slotBytes)
    this.file.write(this.encode(this.current), 0)
    await this.file.sync()
    await fileSystem.syncDirectory(directory)
  }

  private async load(fileSystem: FileSystem, directory: string, mayBeNew: boolean): Promise<void> {
    const bytes = await this.file.read(0, 2 * slotBytes)
    let found = false
    for (const slot of [0, 1]) {
      const view = new DataView(bytes.buffer, bytes.byteOffset + Math.min(slot * slotBytes, bytes.length), Math.max(0, Math.min(slotBytes, bytes.length - slot * slotBytes)))
      if (view.byteLength < usedBytes || view.getUint32(0, true) !== magic) continue
      if (view.getUint32(40, true) !== this.context.checksum(bytes.subarray(slot * slotBytes, slot * slotBytes + 40))) {
        cover('meta-file.slot-is-not-whole')
        continue
      }
      if (view.getUint32(4, true) > formatVersion) throw new StorageForeignError(`${this.path} was written by a newer version (format ${view.getUint32(4, true)})`)
      if (readSafeInteger(view, 16) !== this.memberId) throw new StorageForeignError(`${this.path} belongs to member ${readSafeInteger(view, 16)}`)
      const generation = readSafeInteger(view, 8)
      if (found && generation < this.generation) continue
      found = true
      this.generation = generation
      const vote = readSafeInteger(view, 32)
      this.current = { currentTerm: readSafeInteger(view, 24), votedFor: vote === 0 ? undefined : vote }
    }
    // Never written at all is fine before there is a log: the crash came before the first sync.
    if (!found && !mayBeNew && !mutant('E3') && !mutant('D14')) throw new StorageCorruptionError(this.path, 0, 0, 'neither slot is whole: the votes of this member are lost')
    // What was read may be in the system's cache alone: it is written again before anything is promised on it. In its own slot, where a crash leaves
    // the same bytes, or what they were to replace: the other slot may be the only one that is durable.
    this.file.write(this.encode(this.current), mutant('D14') ? 0 : (this.generation % 2) * slotBytes)
    await this.file.sync()
    await fileSystem.syncDirectory(directory)
  }

  private encode(hardState: HardState): Uint8Array {
    const bytes = new Uint8Array(slotBytes)
    const view = new DataView(bytes.buffer)
    view.setUint32(0, magic, true)
    view.setUint32(4, formatVersion, true)
    writeSafeInteger(view, 8, this.generation)
    writeSafeInteger(view, 16, this.memberId)
    writeSafeInteger(view, 24, hardState.currentTerm)
    writeSafeInteger(view, 32, hardState.votedFor ?? 0)
    view.setUint32(40, this.context.checksum(bytes.subarray(0, 40)), true)
    return bytes
  }
}
