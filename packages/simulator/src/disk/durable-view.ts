import { type File, type FileLock, type FileSystem, MemoryFileSystem } from '@copycat/storage'
import { DiskError } from './disk-error.ts'
import { folderOf } from './name-table.ts'

/** Files by path. */
export type DiskFiles = ReadonlyMap<string, Uint8Array>

/** Files that can be looked at, not changed; everything is answered at once. Locks are given to everybody. */
export class ReadOnlyFileSystem implements FileSystem {
  private readonly files: DiskFiles

  constructor(files: DiskFiles) {
    this.files = files
  }

  async open(path: string): Promise<File> {
    const bytes = this.files.get(path)
    if (bytes === undefined) throw new DiskError('ENOENT', path, 'no such file or directory')
    return new ReadOnlyFile(path, bytes)
  }

  async list(directory: string): Promise<readonly string[]> {
    return [...this.files.keys()].filter((path) => folderOf(path) === directory).map((path) => path.slice(directory.length + 1))
  }

  async rename(from: string): Promise<void> {
    throw readOnly(from)
  }

  async unlink(path: string): Promise<void> {
    if (this.files.has(path)) throw readOnly(path)
  }

  async makeDirectory(): Promise<void> {}

  async syncDirectory(): Promise<void> {}

  async lock(): Promise<FileLock> {
    return { release: () => Promise.resolve() }
  }
}

class ReadOnlyFile implements File {
  private readonly path: string
  private readonly bytes: Uint8Array

  constructor(path: string, bytes: Uint8Array) {
    this.path = path
    this.bytes = bytes
  }

  write(): void {
    throw readOnly(this.path)
  }

  async allocate(size: number): Promise<void> {
    if (size > this.bytes.length) throw readOnly(this.path)
  }

  async truncate(): Promise<void> {
    throw readOnly(this.path)
  }

  async size(): Promise<number> {
    return this.bytes.length
  }

  async sync(): Promise<void> {}

  async read(position: number, length: number): Promise<Uint8Array> {
    return this.bytes.slice(position, position + length)
  }

  async close(): Promise<void> {}
}

/** The same files in a file system of their own, which may be changed. */
export function memoryCopy(files: DiskFiles): FileSystem {
  const copy = new MemoryFileSystem()
  const folders = new Set<string>()
  for (const [path, bytes] of files) {
    // In memory a file is there, and a folder synced, when the call returns.
    void copy.open(path, { create: true })
    copy.overwrite(path, bytes)
    folders.add(folderOf(path))
  }
  for (const folder of folders) void copy.syncDirectory(folder)
  return copy
}

function readOnly(path: string): DiskError {
  return new DiskError('EROFS', path, 'this is a view of what is durable')
}
