import { type File, type FileLock, type FileSystem, StorageLockedError } from '@copycat/storage'
import { DiskError } from './disk-error.ts'
import type { DiskState } from './disk-state.ts'
import { FileImage } from './file-image.ts'
import type { Misdirection } from './misdirection.ts'
import { folderOf } from './name-table.ts'
import type { ProcessLife } from './process-life.ts'
import { SimFile } from './sim-file.ts'

/** A disk as one life of a process sees it. Every call passes the door of the process, which throws once that life is over. */
export class SimFileSystem implements FileSystem {
  private readonly state: DiskState
  private readonly misdirection: Misdirection
  private readonly life: ProcessLife

  constructor(state: DiskState, misdirection: Misdirection, life: ProcessLife) {
    this.state = state
    this.misdirection = misdirection
    this.life = life
  }

  /** As Node.js opens with `r+` and, where it is to be created, with `w+`: an existing file is emptied then, and keeps its name. */
  open(path: string, { create = false }: { readonly create?: boolean } = {}): Promise<File> {
    return this.change(() => {
      const { names } = this.state
      const known = names.seen.get(path)
      if (known !== undefined) {
        if (create) known.resize(0)
        return new SimFile(this.state, this.misdirection, this.life, known)
      }
      if (!create || !names.hasFolder(folderOf(path))) throw new DiskError('ENOENT', path, 'no such file or directory')
      const image = new FileImage(path)
      names.create(path, image)
      return new SimFile(this.state, this.misdirection, this.life, image)
    })
  }

  /** In an order drawn anew each time. */
  list(directory: string): Promise<readonly string[]> {
    this.life.door()
    return this.state.queue.answer(this.life, () => this.state.faults.random('latency').shuffle(this.state.names.list(directory)))
  }

  rename(from: string, to: string): Promise<void> {
    return this.change(() => {
      const { names } = this.state
      if (!names.hasFolder(folderOf(to)) || !names.rename(from, to)) throw new DiskError('ENOENT', from, `cannot be renamed to ${to}`)
    })
  }

  unlink(path: string): Promise<void> {
    return this.change(() => this.state.names.unlink(path))
  }

  makeDirectory(path: string): Promise<void> {
    return this.change(() => this.state.names.makeFolder(path))
  }

  syncDirectory(path: string): Promise<void> {
    this.life.door()
    const { faults, names, queue } = this.state
    if (!names.hasFolder(path)) return queue.answer(this.life, () => {
      throw new DiskError('ENOENT', path, 'no such directory')
    })
    const changes = names.capture(path)
    return queue.sync(this.life, () => {
      if (!faults.draws('syncError')) {
        names.land(changes)
        return
      }
      faults.count('syncError')
      names.abandon(changes, faults.random('syncError'))
      throw new DiskError('EIO', path, 'the directory could not be synced')
    })
  }

  /** The lock of a life that has ended is taken over. */
  lock(path: string): Promise<FileLock> {
    this.life.door()
    const { locks, queue } = this.state
    return queue.answer(this.life, () => {
      const owner = locks.get(path)
      if (owner !== undefined && owner.isAlive) throw new StorageLockedError(path, owner.process.number)
      locks.set(path, this.life)
      return { release: () => this.release(path) }
    })
  }

  private release(path: string): Promise<void> {
    const { locks } = this.state
    return this.change(() => {
      if (locks.get(path) === this.life) locks.delete(path)
    })
  }

  private change<T>(work: () => T): Promise<T> {
    this.life.door()
    return this.state.queue.change(this.life, work)
  }
}
