import { describe, expect, it } from 'vitest'
import { PooledDirectAllocator, PooledHeapAllocator, ReleasedBufferError, UnpooledDirectAllocator, UnpooledHeapAllocator } from '../src/index.ts'
import type { PoolOptions } from '../src/index.ts'

const pools = [
  ['PooledHeapAllocator', (options?: PoolOptions) => new PooledHeapAllocator(options)],
  ['PooledDirectAllocator', (options?: PoolOptions) => new PooledDirectAllocator(options)],
] as const

describe.each(pools)('%s', (_name, create) => {
  it('P11: gives released memory to the next, with zeros in it', () => {
    const pool = create()
    const first = pool.allocate(1000, 1000).writeBytes(new Uint8Array(1000).fill(7))
    const memory = first.readView(1, 0).buffer
    first.release()
    const second = pool.allocate(900, 1000)
    expect(second.readView(1, 0).buffer).toBe(memory)
    expect(second.readBytes(900, 0)).toEqual(new Uint8Array(900))
    second.writeUint8(1, 999)
    expect(second.readBytes(100, 900)).toEqual(Uint8Array.of(...new Uint8Array(99), 1))
  })

  it('C9: a handle that was released never touches the memory of the next', () => {
    const pool = create()
    const first = pool.allocate(64, 64)
    const view = first.slice()
    first.release()
    const second = pool.allocate(64, 64)
    for (const stale of [first, view]) {
      expect(() => stale.writeUint8(9, 0)).toThrow(ReleasedBufferError)
      expect(() => stale.readUint8(0)).toThrow(ReleasedBufferError)
    }
    // A second release of the first must not put memory into the pool that the second has.
    expect(() => first.release()).toThrow(ReleasedBufferError)
    first.close()
    expect(pool.allocate(64, 64).writeUint8(5, 0).readUint8(0)).toBe(5)
    expect(second.readUint8(0)).toBe(0)
  })

  it('C9: counts what is out, and what lies idle, never more than allowed', () => {
    const pool = create({ idleBytesMax: 1024 })
    const buffers = Array.from({ length: 8 }, () => pool.allocate(256))
    expect([pool.leased, pool.idleBytes]).toEqual([8, 0])
    for (const buffer of buffers) buffer.release()
    expect([pool.leased, pool.idleBytes]).toEqual([0, 1024])
    pool.allocate(256)
    expect([pool.leased, pool.idleBytes]).toEqual([1, 768])
  })

  it('keeps no chunk beyond the largest, and still gives buffers that large', () => {
    const pool = create({ chunkBytesMax: 1024 })
    const buffer = pool.allocate(5000).writeUint8(1, 4999)
    expect(buffer.capacity).toBe(5000)
    buffer.release()
    expect(pool.idleBytes).toBe(0)
    pool.allocate(1000).release()
    expect(pool.idleBytes).toBe(1024)
  })

  it('keeps the bytes of a buffer that grows into another chunk, and takes the old one back', () => {
    const pool = create()
    const buffer = pool.allocate(256).writeUint32(0x01020304)
    buffer.writeUint8(9, 3000)
    expect(buffer.readUint32(0)).toBe(0x01020304)
    expect(pool.idleBytes).toBe(256)
    buffer.close()
    expect(pool.idleBytes).toBe(256 + 4096)
  })

  it('refuses options that cannot be', () => {
    for (const options of [{ idleBytesMax: -1 }, { chunkBytesMax: 0.5 }, { idleBytesMax: NaN }]) {
      expect(() => create(options)).toThrow(expect.objectContaining({ code: 'COPYCAT_CONFIGURATION' }))
    }
    expect(create({ idleBytesMax: 0 }).allocate(1).release()).toBe(true)
  })

  it('stays within its bound over a hundred thousand leases', () => {
    const pool = create({ idleBytesMax: 64 * 1024 })
    for (let i = 0; i < 100_000; i++) pool.allocate(i % 3000, 4000).writeUint8(1).release()
    expect(pool.leased).toBe(0)
    expect(pool.idleBytes).toBeLessThanOrEqual(64 * 1024)
  })
})

describe('unpooled allocators', () => {
  it('allocate what the classes allocate', () => {
    const heap = new UnpooledHeapAllocator().allocate(10, 20)
    const direct = new UnpooledDirectAllocator().allocate(10, 20)
    expect([heap.capacity, heap.maxCapacity, direct.capacity, direct.maxCapacity]).toEqual([10, 20, 10, 20])
    expect(direct.shared.byteLength).toBe(10)
  })
})
