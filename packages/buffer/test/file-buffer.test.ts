import { readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { fileMemory } from '../src/file/file-store.ts'
import { BufferFileError, FileBuffer, FileBytes } from '../src/file/index.ts'
import { openFile } from '../src/file/open-file.ts'
import type { OpenFile } from '../src/file/open-file.ts'
import { ReleasedBufferError } from '../src/index.ts'
import { temporaryFiles } from './kinds.ts'

const newFile = temporaryFiles()

/** A file whose writes fail while `broken` is set. */
function fragileFile(path: string): OpenFile & { broken: boolean, closed: boolean } {
  const file = openFile(path)
  const fail = (): void => {
    if (fragile.broken) throw new BufferFileError(path, 'cannot be written', { cause: new Error('ENOSPC') })
  }
  const fragile = {
    path, broken: false, closed: false,
    size: () => file.size(), resize: (size: number) => file.resize(size), read: (bytes: Uint8Array, at: number) => file.read(bytes, at),
    write: (bytes: Uint8Array, at: number) => { fail(); file.write(bytes, at) },
    sync: () => file.sync(), syncLater: () => file.syncLater(),
    close: () => { fragile.closed = true; file.close() },
  }
  return fragile
}

function fragileBuffer(): { readonly file: ReturnType<typeof fragileFile>, readonly buffer: FileBuffer } {
  const file = fragileFile(newFile())
  const { memory, store } = fileMemory(file, 0, 1024 * 1024)
  return { file, buffer: new FileBuffer(memory, store) }
}

describe('FileBuffer', () => {
  it('is found again, with its bytes, by whoever opens the file next', () => {
    const path = newFile()
    const first = FileBuffer.allocate(path, 0).writeString('kept')
    first.close()
    expect([...readFileSync(path).subarray(0, 6)]).toEqual([4, 107, 101, 112, 116, 0])
    expect(FileBuffer.allocate(path).readString()).toBe('kept')
  })

  it('has its bytes in the file after flush and after sync', async () => {
    const path = newFile()
    const buffer = FileBuffer.allocate(path).writeUint8(7)
    expect(readFileSync(path)[0]).toBe(0)
    buffer.flush()
    expect(readFileSync(path)[0]).toBe(7)
    buffer.writeUint8(8)
    await buffer.sync()
    expect(readFileSync(path)[1]).toBe(8)
    buffer.close()
    await expect(buffer.sync()).rejects.toThrow(ReleasedBufferError)
  })

  it('makes a short file longer, leaves a long one, and refuses one that is longer than it may be', () => {
    const path = newFile()
    writeFileSync(path, 'abc')
    expect(FileBuffer.allocate(path, 10).readBytes(10)).toEqual(Uint8Array.of(97, 98, 99, 0, 0, 0, 0, 0, 0, 0))
    expect(FileBuffer.allocate(path, 2).capacity).toBe(10)
    expect(() => FileBuffer.allocate(path, 2, 9)).toThrow(RangeError)
    expect(statSync(path).size).toBe(10)
  })

  it('grows the file by pages, not by doubling', () => {
    const path = newFile()
    const buffer = FileBuffer.allocate(path, 0).writeUint8(1, 100_000)
    expect(statSync(path).size).toBe(102_400)
    expect(buffer.capacity).toBe(102_400)
  })

  it('R17: reaches beyond 2^32', () => {
    const path = newFile()
    const at = 2 ** 32 + 5
    const buffer = FileBuffer.allocate(path, 0).writeString('far away', at).flush()
    expect(buffer.readString(at)).toBe('far away')
    expect(buffer.readUint8(5)).toBe(0)
    buffer.position = at
    expect(buffer.slice(9).readString()).toBe('far away')
    rmSync(path)
  })

  it('D18: a file that was shortened meanwhile is an error that names it, not zeros', () => {
    const path = newFile()
    const buffer = FileBuffer.allocate(path, 100_000)
    truncateSync(path, 50_000)
    expect(() => buffer.readUint8(90_000)).toThrow(expect.objectContaining({ code: 'COPYCAT_BUFFER_FILE', path, message: expect.stringContaining('shortened') as string }))
    expect(buffer.readUint8(10)).toBe(0)
  })

  it('D9: keeps what a full disk did not take, and flush can be tried again', () => {
    const { file, buffer } = fragileBuffer()
    buffer.writeString('not lost')
    file.broken = true
    expect(() => buffer.flush()).toThrow(BufferFileError)
    // To read elsewhere the window would have to move.
    expect(() => buffer.writeUint8(1, 500_000)).toThrow(BufferFileError)
    expect(buffer.readString(0)).toBe('not lost')
    file.broken = false
    buffer.flush()
    expect(buffer.readString(0)).toBe('not lost')
    expect(readFileSync(file.path).subarray(1, 9).toString()).toBe('not lost')
  })

  it('D22: closes the file also when the last bytes cannot be written', () => {
    const { file, buffer } = fragileBuffer()
    buffer.writeUint8(1)
    file.broken = true
    expect(() => buffer.close()).toThrow(BufferFileError)
    expect(file.closed).toBe(true)
    expect(() => buffer.readUint8(0)).toThrow(ReleasedBufferError)
    buffer.close()
  })

  it('D22: leaves no descriptor open, whether it opens or not', () => {
    const path = newFile()
    writeFileSync(path, 'too long')
    const before = readdirSync('/proc/self/fd').length
    for (let i = 0; i < 50; i++) {
      FileBuffer.allocate(newFile(), 10).close()
      FileBytes.allocate(newFile(), 10).release()
      expect(() => FileBuffer.allocate(path, 0, 1)).toThrow(RangeError)
    }
    expect(readdirSync('/proc/self/fd').length).toBe(before)
  })

  it('names the file that cannot be opened', () => {
    const path = `${newFile()}/missing/file`
    expect(() => FileBuffer.allocate(path)).toThrow(expect.objectContaining({ code: 'COPYCAT_BUFFER_FILE', outcome: 'not-applied', path, cause: expect.objectContaining({ code: 'ENOENT' }) as unknown }))
  })

  it('hands out no view of a window that moves', () => {
    const buffer = FileBuffer.allocate(newFile(), 100_000).writeUint8(7, 0)
    const view = buffer.readView(1, 0)
    buffer.readUint8(90_000)
    expect(view[0]).toBe(7)
  })
})

describe('FileBytes', () => {
  it('are as long as the file says', () => {
    const path = newFile()
    const bytes = FileBytes.allocate(path, 10)
    bytes.resize(5)
    expect(statSync(path).size).toBe(5)
    bytes.writeUint8(9, 4)
    bytes.close()
    expect([...readFileSync(path)]).toEqual([0, 0, 0, 0, 9])
    expect(FileBytes.allocate(path, 2).size).toBe(5)
  })

  it('are on the disk after sync', async () => {
    const path = newFile()
    await FileBytes.allocate(path, 4).writeUint8(3, 2).sync()
    expect([...readFileSync(path)]).toEqual([0, 0, 3, 0])
  })
})
