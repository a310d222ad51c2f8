import type { Random } from '@copycat/utils'
import { StorageLockedError } from './errors.ts'
import type { File, FileLock, FileSystem } from './file-system.ts'

/** Unit in which a disk writes: after a power cut an unsynced sector is old or new. */
const sectorBytes = 512

/** What a {@link MemoryFileSystem} does wrong on purpose. */
export interface MemoryFileSystemFaults {
  /** Syncs do nothing and say that all went well. */
  syncIsNoOp?: boolean
  /** Called before each operation; throwing makes it fail. */
  before?: (operation: 'write' | 'sync' | 'syncDirectory' | 'rename' | 'unlink' | 'open' | 'read', path: string) => void
}

/** Content of a file: what the process sees, and what survives a power cut. */
class Content {
  volatile: Uint8Array = new Uint8Array(0)
  durable: Uint8Array = new Uint8Array(0)
  size = 0
  durableSize = 0
  /** Sectors written since the last sync. */
  readonly dirty = new Set<number>()
}

/**
 * A file system in memory that forgets at a power cut what was not synced: bytes, new names, renames and removals alike.
 */
export class MemoryFileSystem implements FileSystem {
  readonly faults: MemoryFileSystemFaults
  private names = new Map<string, Content>()
  private durableNames = new Map<string, Content>()
  private readonly locks = new Set<string>()
  private life = 0

  constructor(faults: MemoryFileSystemFaults = {}) {
    this.faults = faults
  }

  /**
   * Cuts the power: only what was synced is left, and whoever still holds a file from before can do nothing with it any more.
   * @param keep decides for each unsynced sector whether it had reached the disk all the same; absent: none had.
   */
  powerCut(keep?: Random): void {
    this.life += 1
    this.locks.clear()
    const contents = new Set([...this.names.values(), ...this.durableNames.values()])
    for (const content of contents) {
      const after = content.durable.slice(0, content.durableSize)
      if (keep !== undefined) keepSectors(content, after, keep)
      content.durable = after
      content.durableSize = after.length
      content.volatile = after.slice()
      content.size = after.length
      content.dirty.clear()
    }
    this.names = new Map(this.durableNames)
  }

  /** What a file holds now; for tests that look at bytes or change them. */
  contentOf(path: string): Uint8Array | undefined {
    const content = this.names.get(path)
    return content?.volatile.subarray(0, content.size)
  }

  /** Puts bytes on the disk, durably, as if a fault of the disk had. */
  overwrite(path: string, bytes: Uint8Array): void {
    const content = this.names.get(path)
    if (content === undefined) throw new Error(`${path} does not exist`)
    content.volatile = bytes.slice()
    content.durable = bytes.slice()
    content.size = bytes.length
    content.durableSize = bytes.length
    content.dirty.clear()
  }

  open(path: string, { create = false }: { readonly create?: boolean } = {}): Promise<File> {
    return this.run('open', path, () => {
      let content = this.names.get(path)
      if (content === undefined || create) {
        if (!create) throw new Error(`ENOENT: ${path}`)
        content = new Content()
        this.names.set(path, content)
      }
      return new MemoryFile(this, path, content, this.guard())
    })
  }

  list(directory: string): Promise<readonly string[]> {
    const prefix = `${directory}/`
    return Promise.resolve([...this.names.keys()].filter((path) => path.startsWith(prefix) && !path.includes('/', prefix.length)).map((path) => path.slice(prefix.length)))
  }

  rename(from: string, to: string): Promise<void> {
    return this.run('rename', from, () => {
      const content = this.names.get(from)
      if (content === undefined) throw new Error(`ENOENT: ${from}`)
      this.names.set(to, content)
      this.names.delete(from)
    })
  }

  unlink(path: string): Promise<void> {
    return this.run('unlink', path, () => {
      this.names.delete(path)
    })
  }

  makeDirectory(): Promise<void> {
    return Promise.resolve()
  }

  syncDirectory(path: string): Promise<void> {
    return this.run('syncDirectory', path, () => {
      if (this.faults.syncIsNoOp === true) return
      const inside = (name: string): boolean => name.startsWith(`${path}/`) && !name.includes('/', path.length + 1)
      for (const name of this.durableNames.keys()) if (inside(name) && !this.names.has(name)) this.durableNames.delete(name)
      for (const [name, content] of this.names) if (inside(name)) this.durableNames.set(name, content)
    })
  }

  lock(path: string): Promise<FileLock> {
    if (this.locks.has(path)) return Promise.reject(new StorageLockedError(path, 0))
    this.locks.add(path)
    const isSameLife = this.guard()
    return Promise.resolve({
      release: () => {
        if (isSameLife()) this.locks.delete(path)
        return Promise.resolve()
      },
    })
  }

  private guard(): () => boolean {
    const { life } = this
    return () => this.life === life
  }

  private run<T>(operation: 'open' | 'rename' | 'unlink' | 'syncDirectory', path: string, work: () => T): Promise<T> {
    return new Promise((resolve) => {
      this.faults.before?.(operation, path)
      resolve(work())
    })
  }
}

class MemoryFile implements File {
  private readonly fileSystem: MemoryFileSystem
  private readonly path: string
  private readonly content: Content
  private readonly isAlive: () => boolean

  constructor(fileSystem: MemoryFileSystem, path: string, content: Content, isAlive: () => boolean) {
    this.fileSystem = fileSystem
    this.path = path
    this.content = content
    this.isAlive = isAlive
  }

  write(bytes: Uint8Array, position: number): void {
    this.check('write')
    this.grow(position + bytes.length)
    this.content.volatile.set(bytes, position)
    for (let sector = Math.floor(position / sectorBytes); sector * sectorBytes < position + bytes.length; sector++) this.content.dirty.add(sector)
  }

  allocate(size: number): Promise<void> {
    return this.later('write', () => {
      const before = this.content.size
      if (size <= before) return
      this.grow(size)
      for (let sector = Math.floor(before / sectorBytes); sector * sectorBytes < size; sector++) this.content.dirty.add(sector)
    })
  }

  truncate(size: number): Promise<void> {
    return this.later('write', () => {
      if (size > this.content.size) this.grow(size)
      this.content.volatile.fill(0, size)
      this.content.size = size
    })
  }

  size(): Promise<number> {
    return Promise.resolve(this.content.size)
  }

  sync(): Promise<void> {
    const { content } = this
    if (this.fileSystem.faults.syncIsNoOp === true) return this.later('sync', () => {})
    return this.later('sync', () => {
      if (content.durable.length < content.size) {
        const larger = new Uint8Array(content.volatile.length)
        larger.set(content.durable)
        content.durable = larger
      }
      for (const sector of content.dirty) {
        const start = sector * sectorBytes
        content.durable.set(content.volatile.subarray(start, Math.min(start + sectorBytes, content.durable.length)), start)
      }
      content.durableSize = content.size
      content.dirty.clear()
    })
  }

  read(position: number, length: number): Promise<Uint8Array> {
    return this.later('read', () => this.content.volatile.slice(position, Math.min(position + length, this.content.size)))
  }

  close(): Promise<void> {
    return Promise.resolve()
  }

  private later<T>(operation: 'write' | 'sync' | 'read', work: () => T): Promise<T> {
    return new Promise((resolve) => {
      this.check(operation)
      resolve(work())
    })
  }

  private check(operation: 'write' | 'sync' | 'read'): void {
    if (!this.isAlive()) throw new Error(`EIO: the power was cut since ${this.path} was opened`)
    this.fileSystem.faults.before?.(operation, this.path)
  }

  private grow(size: number): void {
    const { content } = this
    if (size > content.volatile.length) {
      const larger = new Uint8Array(Math.max(size, 2 * content.volatile.length))
      larger.set(content.volatile)
      content.volatile = larger
    }
    content.size = Math.max(content.size, size)
  }
}

function keepSectors(content: Content, after: Uint8Array, keep: Random): void {
  for (const sector of content.dirty) {
    const start = sector * sectorBytes
    if (start < after.length && keep.integer(2) === 1) after.set(content.volatile.subarray(start, Math.min(start + sectorBytes, after.length)), start)
  }
}
