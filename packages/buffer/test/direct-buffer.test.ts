import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { DirectBuffer, DirectBytes, ReleasedBufferError } from '../src/index.ts'

interface Answer {
  readonly read: string
  readonly capacity: number
}

/** Runs `direct-buffer-worker.mjs` on the memory and waits for what it says. */
async function inWorker(shared: SharedArrayBuffer, growTo: number): Promise<Answer> {
  const worker = new Worker(new URL('./direct-buffer-worker.mjs', import.meta.url), { workerData: { shared, growTo }, execArgv: ['--conditions=@copycat/source'] })
  try {
    const [answer] = await once(worker, 'message') as [Answer]
    return answer
  } finally {
    await worker.terminate()
  }
}

describe('DirectBuffer', () => {
  it('is shared with a worker thread: each sees what the other wrote, and where the other made it grow', async () => {
    const buffer = DirectBuffer.allocate(64, 1024 * 1024).writeString('from the main thread')
    const answer = await inWorker(buffer.shared, 100_000)
    expect(answer.read).toBe('from the main thread')
    expect(answer.capacity).toBeGreaterThan(100_000)
    expect(buffer.capacity).toBe(answer.capacity)
    expect(buffer.readString(100_000)).toBe('from the worker')
    expect(buffer.position).toBe(21)
  }, 30_000)

  it('finds what grew elsewhere when it reads or writes there, through views too', () => {
    const buffer = DirectBuffer.allocate(16, 4096)
    const view = buffer.duplicate()
    const other = DirectBuffer.wrap(buffer.shared)
    other.writeUint8(7, 3000)
    expect(buffer.readUint8(3000)).toBe(7)
    expect(view.writeUint8(8, 3001).readUint8(3000)).toBe(7)
    expect(other.readUint8(3001)).toBe(8)
    // Each makes the memory larger than the other has seen.
    buffer.writeUint8(1, 4000)
    other.writeUint8(2, 4095)
    expect(buffer.readUint8(4095)).toBe(2)
  })

  it('of fixed size takes no address space beyond it', () => {
    expect(DirectBuffer.allocate(16, 16).shared).not.toHaveProperty('growable', true)
    expect(DirectBuffer.allocate(100 * 1024 * 1024).maxCapacity).toBe(100 * 1024 * 1024)
    expect(DirectBuffer.allocate().maxCapacity).toBe(64 * 1024 * 1024)
  })

  it('wraps a part of shared memory with a fixed size, and refuses what threads cannot share', () => {
    const shared = new SharedArrayBuffer(16)
    const part = DirectBuffer.wrap(new Uint8Array(shared, 4, 8)).writeUint8(5)
    expect(part.maxCapacity).toBe(8)
    expect(new Uint8Array(shared)[4]).toBe(5)
    expect(part.shared).toBe(shared)
    expect(() => DirectBuffer.wrap(new Uint8Array(8))).toThrow(TypeError)
  })

  it('gives its memory to nobody after close', () => {
    const buffer = DirectBuffer.allocate(8)
    buffer.close()
    expect(() => buffer.shared).toThrow(ReleasedBufferError)
  })

  it('says what is missing where there is no SharedArrayBuffer', () => {
    const { SharedArrayBuffer: original } = globalThis
    try {
      Object.assign(globalThis, { SharedArrayBuffer: undefined })
      expect(() => DirectBuffer.allocate(8)).toThrow('cross-origin isolation')
    } finally {
      Object.assign(globalThis, { SharedArrayBuffer: original })
    }
  })
})

describe('DirectBytes', () => {
  it('are the same bytes for whoever wraps their memory', () => {
    const bytes = DirectBytes.allocate(8)
    DirectBytes.wrap(bytes.shared).writeDouble(Math.PI, 0)
    expect(bytes.readDouble(0)).toBe(Math.PI)
    expect(() => bytes.resize(9)).toThrow(RangeError)
  })
})
