import { execFile } from 'node:child_process'
import { createReadStream, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { ReleasedBufferError } from '@copycat/buffer'
import { BufferFileError } from '@copycat/buffer/file'
import { describe, expect, it } from 'vitest'
import { MappedBuffer, MappedBytes } from '../src/index.ts'
import { temporaryFiles } from './temporary-files.ts'

const newFile = temporaryFiles()
const run = promisify(execFile)

/** Runs a program in a process of its own, where a fault ends only that process, and returns what it printed. */
async function inProcess(program: string): Promise<string> {
  const index = new URL('../src/index.ts', import.meta.url).href
  const { stdout } = await run(process.execPath, ['--import', 'tsx', '--conditions=@copycat/source', '--input-type=module', '--eval',
    `import { MappedBuffer, MappedBytes } from '${index}'\nimport fs from 'node:fs'\n${program}`])
  return stdout.trim()
}

describe('MappedBuffer', () => {
  it('is the file: what is written is read by others at once, and what others write is read here', () => {
    const path = newFile()
    const buffer = MappedBuffer.allocate(path, 100).writeString('mapped')
    expect(readFileSync(path, 'latin1').slice(0, 7)).toBe('\u0006mapped')
    const other = MappedBuffer.allocate(path).writeUint8(9, 50)
    expect(buffer.readUint8(50)).toBe(9)
    other.close()
    buffer.close()
    expect(MappedBuffer.allocate(path).readString()).toBe('mapped')
  })

  it('is on the disk after flush and after sync', async () => {
    const path = newFile()
    const buffer = MappedBuffer.allocate(path).writeUint8(1).flush()
    await buffer.writeUint8(2).sync()
    expect([...readFileSync(path).subarray(0, 2)]).toEqual([1, 2])
    buffer.close()
    await expect(buffer.sync()).rejects.toThrow(ReleasedBufferError)
  })

  it('D9: makes a short or sparse file whole before it is mapped, so that no access finds the disk full', () => {
    const path = newFile()
    writeFileSync(path, 'ab')
    truncateSync(path, 1024 * 1024)
    expect(statSync(path).blocks * 512).toBeLessThan(1024 * 1024)
    const buffer = MappedBuffer.allocate(path, 2 * 1024 * 1024)
    expect(statSync(path).size).toBe(2 * 1024 * 1024)
    expect(statSync(path).blocks * 512).toBeGreaterThanOrEqual(2 * 1024 * 1024)
    expect(buffer.readUtf8(2)).toBe('ab')
    buffer.writeUint8(1, 2 * 1024 * 1024 - 1)
  })

  it('grows by a new mapping, with its views', () => {
    const buffer = MappedBuffer.allocate(newFile(), 4096).writeUint8(7)
    const view = buffer.duplicate()
    buffer.writeUint8(8, 100_000)
    expect([view.readUint8(0), view.readUint8(100_000)]).toEqual([7, 8])
  })

  it('refuses a file that is longer than it may be, or that is no file', () => {
    const path = newFile()
    writeFileSync(path, 'too long')
    expect(() => MappedBuffer.allocate(path, 0, 4)).toThrow(RangeError)
    expect(() => MappedBuffer.allocate(`${path}/below`)).toThrow(BufferFileError)
    expect(() => MappedBuffer.allocate('/dev/null')).toThrow(BufferFileError)
  })

  it('D22: leaves neither a descriptor nor a mapping of a file open', () => {
    const path = newFile()
    writeFileSync(path, 'too long')
    const mapped = (): string[] => readFileSync('/proc/self/maps', 'utf8').split('\n').filter((line) => line.includes('copycat-mapped-'))
    const before = [readdirSync('/proc/self/fd').length, mapped()]
    for (let i = 0; i < 50; i++) {
      const buffer = MappedBuffer.allocate(newFile(), 10_000).writeUint8(1, 50_000)
      buffer.close()
      MappedBytes.allocate(newFile(), 10).release()
      expect(() => MappedBuffer.allocate(path, 0, 1)).toThrow(RangeError)
    }
    expect([readdirSync('/proc/self/fd').length, mapped()]).toEqual(before)
  })

  it('D18: a file that was shortened by someone is noticed by flush and by growth, and the buffer is closed before it can end the process', async () => {
    const path = newFile()
    const output = await inProcess(`
      for (const notice of [b => b.flush(), b => b.writeUint8(1, 500_000), b => b.sync()]) {
        const buffer = MappedBuffer.allocate('${path}', 100_000)
        fs.truncateSync('${path}', 5000)
        try { await notice(buffer) } catch (error) { console.log(error.code, error.message.includes('shortened')) }
        try { buffer.readUint8(90_000) } catch (error) { console.log(error.code) }
      }`)
    expect(output.split('\n')).toEqual(Array.from({ length: 3 }, () => ['COPYCAT_BUFFER_FILE true', 'COPYCAT_BUFFER_RELEASED']).flat())
  })

  it('what is kept by force after close reads zeros and cannot reach the file', async () => {
    const path = newFile()
    const output = await inProcess(`
      const buffer = MappedBuffer.allocate('${path}', 8192).writeUint8(7)
      const stale = buffer.memory.bytes
      buffer.close()
      stale[0] = 9
      console.log(stale[0] === 7, fs.readFileSync('${path}')[0])`)
    expect(output).toBe('false 7')
  })

  it('survives the end of its process without flush', async () => {
    const path = newFile()
    await inProcess(`
      MappedBuffer.allocate('${path}', 100).writeString('left behind')
      process.kill(process.pid, 'SIGKILL')`).catch(() => '')
    expect(MappedBuffer.allocate(path).readString()).toBe('left behind')
  })

  it('hands out no view of the mapping', () => {
    const buffer = MappedBuffer.allocate(newFile()).writeUint8(7)
    const view = buffer.readView(1, 0)
    buffer.close()
    expect(view[0]).toBe(7)
    expect(view.buffer.byteLength).toBe(1)
  })

  it('is written to and read by a stream of its file', async () => {
    const path = newFile()
    MappedBuffer.allocate(path, 70_000).writeUint8(5, 69_999).flush()
    let last = 0
    for await (const chunk of createReadStream(path)) last = (chunk as Uint8Array).at(-1)!
    expect(last).toBe(5)
  })
})

describe('MappedBytes', () => {
  it('are as long as the file, which becomes shorter only while nobody else maps it', () => {
    const path = newFile()
    const bytes = MappedBytes.allocate(path, 10_000).writeUint8(9, 4999)
    const other = MappedBytes.allocate(path, 0)
    expect(other.size).toBe(10_000)
    expect(() => bytes.resize(5000)).toThrow(expect.objectContaining({ code: 'COPYCAT_BUFFER_FILE', outcome: 'not-applied' }))
    expect(bytes.readUint8(4999)).toBe(9)
    other.close()
    expect(bytes.resize(5000).readUint8(4999)).toBe(9)
    expect(statSync(path).size).toBe(5000)
    expect(bytes.resize(6000).readUint8(5500)).toBe(0)
    expect(bytes.resize(0).flush().size).toBe(0)
    bytes.close()
  })

  it('are on the disk after sync', async () => {
    const path = newFile()
    await MappedBytes.allocate(path, 4).writeUint8(3, 2).sync()
    await MappedBytes.allocate(newFile(), 0).sync()
    expect([...readFileSync(path)]).toEqual([0, 0, 3, 0])
  })
})
