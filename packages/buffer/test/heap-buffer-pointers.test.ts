import { describe, expect, it } from 'vitest'
import { BufferOverflowError, BufferUnderflowError, HeapBuffer, MalformedBytesError } from '../src/index.ts'

describe('HeapBuffer', () => {
  it('grows by being written, never beyond its maximum', () => {
    const buffer = HeapBuffer.allocate(1, 100)
    for (let i = 0; i < 100; i++) buffer.writeUint8(i)
    expect(buffer.capacity).toBe(100)
    expect(() => buffer.writeUint8(0)).toThrow(BufferOverflowError)
    expect([...buffer.flip().readBytes(100)]).toEqual(Array.from({ length: 100 }, (_, i) => i))
  })

  it('grows for each kind of write, also where the value lies far beyond the end', () => {
    const buffer = HeapBuffer.allocate(0)
    buffer.writeInt8(-5, 70)
    expect(buffer.writeInt8(-7, 5_000).readInt8(5_000)).toBe(-7)
    expect(buffer.readInt8(70)).toBe(-5)
    expect(buffer.position).toBe(0)
  })

  it('reads again what was written after flip, and not more', () => {
    const buffer = HeapBuffer.allocate(64).writeUint16(513).flip()
    expect([buffer.position, buffer.limit, buffer.remaining]).toEqual([0, 2, 2])
    expect(buffer.readUint16()).toBe(513)
    expect(() => buffer.readUint8()).toThrow(BufferUnderflowError)
  })

  it('clear gives the whole room back and keeps the bytes; rewind keeps the limit', () => {
    const buffer = HeapBuffer.allocate(8, 8).writeUint8(9).flip()
    expect(buffer.rewind().limit).toBe(1)
    expect(buffer.clear().limit).toBe(8)
    expect(buffer.readUint8()).toBe(9)
  })

  it('reset goes back to the mark, or to the start when there is none', () => {
    const buffer = HeapBuffer.wrap(Uint8Array.of(1, 2, 3))
    buffer.skip(1).mark().skip(1)
    expect(buffer.reset().position).toBe(1)
    expect(buffer.rewind().skip(2).reset().position).toBe(0)
  })

  it('forgets a mark that the position was set before', () => {
    const buffer = HeapBuffer.wrap(new Uint8Array(9)).skip(5).mark()
    buffer.position = 2
    expect(buffer.reset().position).toBe(0)
  })

  it('slice starts at the position, ends at the limit, and shares the bytes', () => {
    const buffer = HeapBuffer.wrap(Uint8Array.of(1, 2, 3, 4)).skip(1)
    buffer.limit = 3
    const slice = buffer.slice()
    expect([slice.capacity, slice.maxCapacity, slice.limit, slice.readUint8()]).toEqual([2, 2, 2, 2])
    slice.writeUint8(77)
    expect(buffer.readUint8(2)).toBe(77)
    expect(buffer.slice(1).capacity).toBe(1)
    expect(() => buffer.slice(3)).toThrow(BufferUnderflowError)
    expect(() => slice.writeUint8(1)).toThrow(BufferOverflowError)
  })

  it('duplicate has pointers of its own over the same bytes', () => {
    const buffer = HeapBuffer.allocate(8, 8).order('big').writeUint16(1)
    const twin = buffer.duplicate()
    expect([twin.position, twin.endian]).toEqual([2, 'big'])
    twin.writeUint16(2)
    expect(buffer.position).toBe(2)
    expect(buffer.readUint16()).toBe(2)
  })

  it('asReadOnly sees the bytes, and so do its slices and duplicates, which stay read-only', () => {
    const buffer = HeapBuffer.allocate(8, 8).writeUint8(3).flip().asReadOnly()
    expect(buffer.isReadOnly).toBe(true)
    expect(buffer.slice().isReadOnly).toBe(true)
    expect(buffer.duplicate().isReadOnly).toBe(true)
    expect(buffer.readUint8()).toBe(3)
  })

  it('keeps position within limit and limit within the maximum', () => {
    const buffer = HeapBuffer.allocate(4, 8)
    expect(() => buffer.limit = 9).toThrow(RangeError)
    buffer.limit = 5
    expect(() => buffer.position = 6).toThrow(RangeError)
    expect(() => buffer.position = 0.5).toThrow(RangeError)
    buffer.position = 5
    expect(() => buffer.limit = 4).toThrow(RangeError)
    expect(() => buffer.skip(1)).toThrow(BufferOverflowError)
    expect(() => buffer.skip(-1)).toThrow(RangeError)
  })

  it('refuses impossible capacities', () => {
    for (const [initial, max] of [[-1, 10], [11, 10], [1.5, 10], [0, 2 ** 31], [NaN, 1]] as const) {
      expect(() => HeapBuffer.allocate(initial, max)).toThrow(RangeError)
    }
  })

  it('refuses impossible places and lengths as out of bounds', () => {
    const buffer = HeapBuffer.wrap(new Uint8Array(8))
    for (const at of [-1, 8, 0.5, NaN, Infinity, 2 ** 53]) {
      expect(() => buffer.readUint8(at)).toThrow(BufferUnderflowError)
      expect(() => buffer.writeUint8(0, at)).toThrow(BufferOverflowError)
    }
    for (const length of [-1, 9, 0.5, NaN]) expect(() => buffer.readBytes(length)).toThrow(BufferUnderflowError)
  })

  it('writes little endian unless told otherwise', () => {
    const buffer = HeapBuffer.allocate(32)
    buffer.writeUint32(0x01020304).writeUint24(0x010203).order('big').writeUint32(0x01020304).writeUint24(0x010203).flip()
    expect([...buffer.readBytes(14)]).toEqual([4, 3, 2, 1, 3, 2, 1, 1, 2, 3, 4, 1, 2, 3])
  })

  it('copies bytes with readBytes and shares them with readView', () => {
    const bytes = Uint8Array.of(1, 2, 3)
    const buffer = HeapBuffer.wrap(bytes)
    const copy = buffer.readBytes(3, 0)
    const view = buffer.readView(3)
    bytes[0] = 9
    expect([copy[0], view[0]]).toEqual([1, 9])
  })

  it('wraps the part of the memory that it is given', () => {
    const whole = Uint8Array.of(1, 2, 3, 4, 5, 6)
    const buffer = HeapBuffer.wrap(whole.subarray(2, 5))
    expect(buffer.readUint16()).toBe(0x0403)
    expect(() => buffer.readUint16()).toThrow(BufferUnderflowError)
    buffer.writeUint8(9, 0)
    expect(whole[2]).toBe(9)
  })

  it('carries opaque bytes as latin1 text, and refuses text that is not', () => {
    const buffer = HeapBuffer.allocate(0).writeLatin1('\u0000ÿ').flip()
    expect(buffer.readLatin1(2)).toBe('\u0000ÿ')
    expect(() => buffer.clear().writeLatin1('Ā')).toThrow(RangeError)
  })

  it('refuses bytes that no write produces, and stays where it was', () => {
    const cases: readonly (readonly [number[], (buffer: HeapBuffer) => unknown])[] = [
      [[2], b => b.readBoolean()],
      [[255, 255, 255, 255, 255, 255, 32, 0], b => b.readSafeInteger()],
      [[255, 255, 255, 255, 255, 255, 255, 16], b => b.readVarint()],
      [[128, 128, 128, 128, 128, 128, 128, 128, 1], b => b.readVarint()],
      [[129, 0], b => b.readVarint()],
      [[1, 0xff], b => b.readString()],
      [[0xc0, 0x80], b => b.readUtf8(2)],
      [[0xed, 0xa0, 0x80], b => b.readUtf8(3)],
    ]
    for (const [bytes, read] of cases) {
      const buffer = HeapBuffer.wrap(Uint8Array.from(bytes))
      expect(() => read(buffer)).toThrow(MalformedBytesError)
      expect(buffer.position).toBe(0)
    }
  })
})
