import { closeSync, fdatasync, fstat, ftruncate, open as openFile, openSync, read as readFile, write as writeFile, writeSync } from 'node:fs'
import { mkdir, readdir, readFile as readWhole, rename, rm } from 'node:fs/promises'
import { promisify } from 'node:util'
import { StorageLockedError } from './errors.ts'
import type { File, FileLock, FileSystem } from './file-system.ts'

const fdatasyncAsync = promisify(fdatasync)
const fstatAsync = promisify(fstat)
const ftruncateAsync = promisify(ftruncate)
const openAsync = promisify(openFile)
const writeAsync = promisify(writeFile)
const readAsync = promisify(readFile)

/** Bytes filled with zeros in one go of the thread pool. */
const fillBytes = 1024 * 1024

/** The file system of Node.js. Writes run on the event loop, into the system's cache; everything else in the thread pool. */
export class NodeFileSystem implements FileSystem {
  async open(path: string, { create = false }: { readonly create?: boolean } = {}): Promise<File> {
    const descriptor = await openAsync(path, create ? 'w+' : 'r+')
    return new NodeFile(descriptor)
  }

  async list(directory: string): Promise<readonly string[]> {
    try {
      return await readdir(directory)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
      throw error
    }
  }

  rename(from: string, to: string): Promise<void> {
    return rename(from, to)
  }

  unlink(path: string): Promise<void> {
    return rm(path, { force: true })
  }

  async makeDirectory(path: string): Promise<void> {
    await mkdir(path, { recursive: true })
  }

  async syncDirectory(path: string): Promise<void> {
    const descriptor = await openAsync(path, 'r')
    try {
      await fdatasyncAsync(descriptor)
    } finally {
      closeSync(descriptor)
    }
  }

  async lock(path: string): Promise<FileLock> {
    const own = await ownerText(process.pid)
    for (let attempt = 0; attempt < 3; attempt++) {
      if (tryCreate(path, own)) return { release: () => rm(path, { force: true }) }
      const owner = await readWhole(path, 'utf8').catch(() => '')
      const pid = Number(owner.split(' ')[0])
      if (Number.isSafeInteger(pid) && pid > 0 && await isAlive(pid, owner)) throw new StorageLockedError(path, pid)
      // Its owner is gone: whoever creates it anew has it.
      await rm(path, { force: true })
    }
    throw new StorageLockedError(path, 0)
  }
}

class NodeFile implements File {
  private readonly descriptor: number

  constructor(descriptor: number) {
    this.descriptor = descriptor
  }

  write(bytes: Uint8Array, position: number): void {
    for (let done = 0; done < bytes.length;) {
      const count = writeSync(this.descriptor, bytes, done, bytes.length - done, position + done)
      if (count === 0) throw new Error(`nothing was written at ${position + done}`)
      done += count
    }
  }

  async allocate(size: number): Promise<void> {
    const zeros = new Uint8Array(fillBytes)
    for (let position = await this.size(); position < size;) {
      const { bytesWritten } = await writeAsync(this.descriptor, zeros, 0, Math.min(fillBytes, size - position), position)
      position += bytesWritten
    }
  }

  async truncate(size: number): Promise<void> {
    await ftruncateAsync(this.descriptor, size)
  }

  async size(): Promise<number> {
    return (await fstatAsync(this.descriptor)).size
  }

  async sync(): Promise<void> {
    await fdatasyncAsync(this.descriptor)
  }

  async read(position: number, length: number): Promise<Uint8Array> {
    const available = Math.max(0, Math.min(length, await this.size() - position))
    const bytes = new Uint8Array(available)
    let done = 0
    while (done < available) {
      const { bytesRead } = await readAsync(this.descriptor, bytes, done, available - done, position + done)
      if (bytesRead === 0) break
      done += bytesRead
    }
    return bytes.subarray(0, done)
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      closeSync(this.descriptor)
      resolve()
    })
  }
}

function tryCreate(path: string, text: string): boolean {
  try {
    const descriptor = openSync(path, 'wx')
    writeSync(descriptor, text)
    closeSync(descriptor)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** Pid, boot id and start of a process: pids are used again, the three together are not. */
async function ownerText(pid: number): Promise<string> {
  const boot = await readWhole('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '-')
  const stat = await readWhole(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  // The command in field 2 may hold spaces; field 22, the start, is the 20th behind its closing bracket.
  const start = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '-'
  return `${pid} ${boot.trim()} ${start}`
}

async function isAlive(pid: number, owner: string): Promise<boolean> {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
  }
  return await ownerText(pid) === owner
}
