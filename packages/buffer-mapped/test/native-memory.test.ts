import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { CopycatError } from '@copycat/utils'
import { FileBuffer } from '@copycat/buffer/file'
import { describe, expect, it } from 'vitest'
import { MappedBuffer, MappingUnavailableError } from '../src/index.ts'
import { mappedMemory } from '../src/mapped-store.ts'
import { loadNativeMemory } from '../src/native-memory.ts'
import type { NativeMemory, NativeSource } from '../src/native-memory.ts'
import { temporaryFiles } from './temporary-files.ts'

const newFile = temporaryFiles()
const require = createRequire(import.meta.url)
const loaded = (): string[] => Object.keys(require.cache).filter((file) => file.includes('koffi'))
const missing: NativeSource = { platform: 'linux', loadKoffi: () => { throw new Error('no binary for this machine') } }

/** The real thing, in which some calls fail. */
function broken(faults: Partial<NativeMemory>): () => NativeMemory {
  const native = loadNativeMemory()
  return () => ({
    reserve: (...args) => native.reserve(...args), map: (...args) => native.map(...args), unmap: (...args) => native.unmap(...args),
    sync: (...args) => native.sync(...args), syncLater: (...args) => native.syncLater(...args), lock: (...args) => native.lock(...args), ...faults,
  })
}

describe('loadNativeMemory', () => {
  it('loads nothing before the first buffer is allocated', () => {
    expect(loaded()).toEqual([])
    MappedBuffer.allocate(newFile()).close()
    expect(loaded()).not.toEqual([])
  })

  it('says what is missing where the helper cannot be loaded, and touches nothing', () => {
    const path = newFile()
    const allocate = (): unknown => mappedMemory(path, 100, 100, () => loadNativeMemory(missing))
    expect(allocate).toThrow(MappingUnavailableError)
    expect(allocate).toThrow(expect.objectContaining({ code: 'COPYCAT_BUFFER_MAPPING_UNAVAILABLE', outcome: 'not-applied', message: expect.stringContaining('koffi cannot be loaded') as string }))
    expect(existsSync(path)).toBe(false)
    expect(FileBuffer.allocate(path).writeUint8(1).readUint8(0)).toBe(1)
  })

  it('is refused on a system that it is not used on, and by a library without what it needs', () => {
    expect(() => loadNativeMemory({ ...missing, platform: 'win32' })).toThrow('win32')
    const empty = { load: () => ({ func: () => { throw new Error('cannot find mmap') } }) }
    expect(() => loadNativeMemory({ platform: 'linux', loadKoffi: () => empty })).toThrow('lacks a function')
  })

  it('is tried again after it failed', () => {
    let tries = 0
    const native = (): NativeMemory => loadNativeMemory(tries++ === 0 ? missing : undefined)
    expect(() => mappedMemory(newFile(), 1, 1, native)).toThrow(MappingUnavailableError)
    mappedMemory(newFile(), 1, 1, native).memory.close()
  })

  it('names what the system refuses', () => {
    const native = loadNativeMemory()
    expect(() => native.map(9999, 10)).toThrow('mmap: EBADF')
    expect(() => native.reserve(9999, 10)).toThrow('posix_fallocate: EBADF')
    expect(() => native.lock(9999, true)).toThrow('fcntl: EBADF')
    const nowhere = { address: 4096n, buffer: new ArrayBuffer(4096) }
    expect(() => native.sync(nowhere)).toThrow('msync: ENOMEM')
  })
})

describe('mappedMemory', () => {
  const full = (): never => { throw new Error('posix_fallocate: ENOSPC') }

  it('D9: on a full disk maps nothing, and leaves no descriptor', () => {
    const before = readdirSync('/proc/self/fd').length
    const allocate = (): unknown => mappedMemory(newFile(), 100, 100, broken({ reserve: full }))
    expect(allocate).toThrow(expect.objectContaining({ code: 'COPYCAT_BUFFER_FILE', message: expect.stringContaining('ENOSPC') as string }))
    expect(readdirSync('/proc/self/fd').length).toBe(before)
  })

  it('D9: a growth that the disk refuses leaves the buffer as it was', () => {
    let isFull = false
    const native = broken({ reserve: (...args) => { if (isFull) full(); loadNativeMemory().reserve(...args) } })
    const path = newFile()
    const { memory, store } = mappedMemory(path, 100, 10_000, native)
    const buffer = new MappedBuffer(memory, store).writeString('kept')
    isFull = true
    expect(() => buffer.writeUint8(1, 5000)).toThrow(CopycatError)
    expect([buffer.capacity, buffer.readString(0), statSync(path).size]).toEqual([100, 'kept', 100])
    isFull = false
    expect(buffer.writeUint8(1, 5000).readString(0)).toBe('kept')
    buffer.close()
  })

  it('is not mapped where the file has fewer bytes than were reserved', () => {
    expect(() => mappedMemory(newFile(), 100, 100, broken({ reserve: () => {} }))).toThrow('has 0 bytes instead of 100')
  })

  it('waits for nobody who makes the file shorter', () => {
    expect(() => mappedMemory(newFile(), 100, 100, broken({ lock: () => false }))).toThrow('is being made shorter')
  })

  it('says that the disk did not take what was to be flushed', async () => {
    const fail = (): never => { throw new Error('msync: EIO') }
    const { memory, store } = mappedMemory(newFile(), 100, 100, broken({ sync: fail, syncLater: async () => fail() }))
    const buffer = new MappedBuffer(memory, store)
    expect(() => buffer.flush()).toThrow('EIO')
    await expect(buffer.sync()).rejects.toThrow('cannot be flushed: msync: EIO')
    buffer.close()
  })
})

describe('README', () => {
  it('has a row for the code of the error', () => {
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
    expect(readme).toMatch(/^\| `COPYCAT_BUFFER_MAPPING_UNAVAILABLE` \| `MappingUnavailableError` \|/m)
  })
})
