import { describe, expect, it } from 'vitest'
import { BufferUnderflowError, HeapBuffer, HeapBytes } from '../src/index.ts'

describe('HeapBuffer', () => {
  it('refuses impossible capacities', () => {
    for (const [initial, max] of [[-1, 10], [11, 10], [1.5, 10], [0, 2 ** 31], [0, NaN], [NaN, 1]] as const) {
      expect(() => HeapBuffer.allocate(initial, max)).toThrow(RangeError)
    }
    expect(() => HeapBytes.allocate(-1)).toThrow(RangeError)
  })

  it('wraps the part of the memory that it is given, and shares it', () => {
    const whole = Uint8Array.of(1, 2, 3, 4, 5, 6)
    const buffer = HeapBuffer.wrap(whole.subarray(2, 5))
    expect(buffer.readUint16()).toBe(0x0403)
    expect(() => buffer.readUint16()).toThrow(BufferUnderflowError)
    buffer.writeUint8(9, 0)
    expect(whole[2]).toBe(9)
    whole[3] = 8
    expect(buffer.readUint8(1)).toBe(8)
    expect(HeapBytes.wrap(whole).writeUint8(7, 0).readUint8(0)).toBe(whole[0])
  })

  it('wraps a Buffer of Node.js, of which copies are copies', () => {
    const buffer = HeapBuffer.wrap(Buffer.from('copycat'))
    const copy = buffer.readBytes(4)
    buffer.writeUint8(0, 0)
    expect(copy).toEqual(new TextEncoder().encode('copy'))
  })

  it('shows all its bytes, of a slice its own, without a copy', () => {
    const buffer = HeapBuffer.allocate(4, 100)
    expect(buffer.bytes).toHaveLength(4)
    expect(buffer.skip(1).slice(2).bytes.byteOffset).toBe(1)
    expect(buffer.slice(2).bytes).toHaveLength(2)
    buffer.writeUint8(3, 50)
    expect(buffer.bytes[50]).toBe(3)
  })

  it('lends views without a copy', () => {
    const buffer = HeapBuffer.allocate(4)
    const view = buffer.readView(2, 1)
    buffer.writeUint8(9, 1)
    expect(view[0]).toBe(9)
  })
})
